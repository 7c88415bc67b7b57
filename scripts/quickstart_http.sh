#!/usr/bin/env bash
# ./dev quickstart http [--keep]   builds Millrace, and shows the lines of a file on their way through a topic to a small
#                                  HTTP server that is started for it. --keep: both stay until Ctrl-C.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"
# shellcheck source=scripts/demonstration.sh
source "$root/scripts/demonstration.sh"
cd "$root"

keep=false
case ${1:-} in
  '') ;;
  --keep) keep=true ;;
  *) die "quickstart http takes --keep or nothing, not '$1'" ;;
esac

need demo
timed build build_preset release millrace
begin_demonstration

# The endpoint: prints each record that it gets. It asks for every third one again, once.
port=$(free_port)
python3 -B scripts/quickstart_endpoint.py "$port" >"$folder/endpoint.txt" 2>&1 </dev/null &
endpoint=$!
end_endpoint() { kill -TERM "$endpoint" 2>/dev/null || true; }
trap end_endpoint EXIT
wait_for_line "$folder/endpoint.txt" '^listening$' 20 "$endpoint" || die "the HTTP server did not start: $folder/endpoint.txt"

worker=$folder/connect-standalone.properties
source=$folder/connect-file-source.properties
sink=$folder/http-sink.properties
cp config/{connect-standalone,connect-file-source,http-sink}.properties "$folder/"
url=http://127.0.0.1:$(free_port)
set_key "$worker" bootstrap.servers embedded:
set_key "$worker" listeners "$url"
set_key "$worker" offset.storage.file.filename "$folder/offsets"
set_key "$worker" offset.flush.interval.ms 1000
set_key "$worker" value.converter org.apache.kafka.connect.storage.StringConverter
set_key "$source" file "$folder/input.txt"
set_key "$sink" callback.request.url "http://127.0.0.1:$port/records"
set_key "$sink" retry.backoff.sec 1,5,30

printf 'the first line\nwater turns the wheel\nthe wheel turns the stone\n' >"$folder/input.txt"
start_worker "$worker" "$source" "$sink"
trap 'stop || true; end_endpoint' EXIT
wait_for_line "$folder/worker.log" 'Kafka Connect started' 60 "$pid" || give_up "the worker did not start"
wait_for_line "$folder/endpoint.txt" 'took.*the wheel turns the stone' 60 "$pid" ||
  give_up "the lines did not arrive at the HTTP server, see $folder/endpoint.txt"
say "they came out at http://127.0.0.1:$port/records, by way of topic $(key_of "$source" topic):"
sed 's/^/    /' "$folder/endpoint.txt"

if $keep; then
  cat <<END

Worker and server run until Ctrl-C. In another terminal:
    echo 'one more line' >> ${folder#"$root/"}/input.txt; tail -f ${folder#"$root/"}/endpoint.txt
    curl $url/connectors/$(key_of "$sink" name)/status
    less ${folder#"$root/"}/worker.log
END
  wait "$pid" || true
fi
stop || give_up "the worker did not stop in order"
end_endpoint
cat <<END

Next:
    ./dev quickstart http --keep        the same, and both stay: append lines, watch them arrive
    less docs/connectors/http-sink.md   every setting, with examples
END
