#!/usr/bin/env bash
# ./dev quickstart [--keep]   builds Millrace, and shows a file on its way through a topic into another file, on the broker
#                             that Millrace embeds for demonstrations. --keep: the worker stays until Ctrl-C.
# ./dev quickstart http       the same for the HTTP sink: quickstart_http.sh
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

if [ "${1:-}" = http ]; then exec scripts/quickstart_http.sh "${@:2}"; fi
keep=false
case ${1:-} in
  '') ;;
  --keep) keep=true ;;
  *) die "quickstart takes http, --keep or nothing, not '$1'" ;;
esac

timed build build_preset release millrace

begin_demonstration

# The shipped files, with paths and port of this demonstration.
worker=$folder/connect-standalone.properties
source=$folder/connect-file-source.properties
sink=$folder/connect-file-sink.properties
cp config/{connect-standalone,connect-file-source,connect-file-sink}.properties "$folder/"
url=http://127.0.0.1:$(free_port)
set_key "$worker" bootstrap.servers embedded:
set_key "$worker" listeners "$url"
set_key "$worker" offset.storage.file.filename "$folder/offsets"
set_key "$worker" offset.flush.interval.ms 1000
set_key "$source" file "$folder/input.txt"
set_key "$sink" file "$folder/output.txt"

printf 'the first line\n' >"$folder/input.txt"
start_worker "$worker" "$source" "$sink"
wait_for_line "$folder/worker.log" 'Kafka Connect started' 60 "$pid" || give_up "the worker did not start"

say "appending lines to ${folder#"$root/"}/input.txt"
printf 'water turns the wheel\nthe wheel turns the stone\n' >>"$folder/input.txt"
wait_for_line "$folder/output.txt" '^the wheel turns the stone$' 60 "$pid" ||
  give_up "the lines did not arrive in $folder/output.txt"
cmp "$folder/input.txt" "$folder/output.txt" || give_up "output.txt differs from input.txt"
say "they came out in ${folder#"$root/"}/output.txt, by way of topic $(key_of "$source" topic):"
sed 's/^/    /' "$folder/output.txt"

say "the REST API"
for path in / /connectors "/connectors/$(key_of "$sink" name)/status"; do
  printf '    curl %s\n    ' "$url$path"
  curl -sS --fail-with-body --max-time 10 "$url$path" || give_up "no good answer from $url$path"
  echo
done

if $keep; then
  cat <<END

The worker runs until Ctrl-C. In another terminal:
    echo 'one more line' >> ${folder#"$root/"}/input.txt; tail -f ${folder#"$root/"}/output.txt
    curl $url/connectors/$(key_of "$source" name)/status
    curl -X PUT $url/connectors/$(key_of "$sink" name)/pause
    less ${folder#"$root/"}/worker.log
END
  wait "$pid" || true
fi
stop || give_up "the worker did not stop in order"
cat <<END

Next:
    ./dev quickstart --keep     the same, and the worker stays: append lines, ask its REST API
    less build/quickstart/*.properties     the three files that it ran on
    build/release/bin/millrace standalone config/connect-standalone.properties config/connect-file-source.properties
        on a Kafka of yours: set bootstrap.servers in the first file
    README.md, docs/            what else there is
END
