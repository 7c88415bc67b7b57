#!/usr/bin/env bash
# Brokers of former versions of Apache Kafka, to test that we are understood there. Each lives in a folder of its own,
# with a ZooKeeper, and is not started twice.
#
#   old_kafka.sh start DIR VERSION     returns when it answers, prints bootstrap.servers=...
#   old_kafka.sh kill DIR              kill -9
#   old_kafka.sh fetch [VERSION...]    the jars alone; of all versions if none is named
#   old_kafka.sh versions              those that there are: VERSION of tests/kafka/pom-VERSION.xml
# Versions before 2.4 come with a ZooKeeper client that finds no address under a JDK of 14 or newer.
# Environment: MILLRACE_CACHE (~/.cache/millrace) holds the jars.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/jars.sh
source "$root/scripts/jars.sh"

start_seconds=120

versions() { find "$root/tests/kafka" -name 'pom-*.xml' | sed 's|.*/pom-\(.*\)\.xml|\1|' | sort -V; }

# use VERSION: sets `jars` and sees that they are there.
use() {
  local pom=$root/tests/kafka/pom-$1.xml
  [ -f "$pom" ] || die "there is no version '$1'; there are: $(versions | paste -sd ' ')"
  jars=${MILLRACE_CACHE:-$HOME/.cache/millrace}/old-kafka-$1
  fetch_jars "$pom" "$jars"
}

# spawn NAME REGEX CLASS FILE: a JVM apart from us; returns when its log has such a line.
spawn() {
  local log=$dir/$1.log pid
  (
    let_go
    cd "$dir"
    exec java -Xms128M -Xmx256M -XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1 \
      -Dlog4j.configuration="file:$root/tests/kafka/log4j.properties" -cp "$jars/libs/*" "$3" "$4"
  ) </dev/null >"$log" 2>&1 &
  pid=$!
  disown
  echo "$pid $4" >>"$dir/processes"
  wait_for_line "$log" "$2" "$start_seconds" "$pid" && return
  tail -15 "$log" >&2
  end
  die "$1 did not start; all of its log: $log"
}

# end: ends what was started, if it still runs: the numbers may be somebody else's by now.
end() {
  local pid file
  while read -r pid file; do
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -- "$file" || continue
    kill -9 "$pid" 2>/dev/null || true
    wait_for_end "$pid" 30
  done < <(cat "$dir/processes" 2>/dev/null)
}

start() {
  local port zookeeper
  port=$(free_port)
  zookeeper=$(free_port)
  cat >"$dir/zookeeper.properties" <<END
clientPort=$zookeeper
clientPortAddress=127.0.0.1
dataDir=$dir/zookeeper
admin.enableServer=false
END
  cat >"$dir/server.properties" <<END
broker.id=1
zookeeper.connect=127.0.0.1:$zookeeper
listeners=PLAINTEXT://127.0.0.1:$port
log.dirs=$dir/data
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
group.initial.rebalance.delay.ms=0
END
  spawn zookeeper 'binding to port' org.apache.zookeeper.server.ZooKeeperServerMain "$dir/zookeeper.properties"
  spawn broker 'started \(kafka.server.KafkaServer\)' kafka.Kafka "$dir/server.properties"
  echo "bootstrap.servers=127.0.0.1:$port"
}

usage() {
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

command=${1:-}
shift || usage
case $command in
  start)
    (($# == 2)) || usage
    use "$2"
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    start
    ;;
  kill)
    (($# == 1)) || usage
    [ -d "$1" ] || exit 0
    dir=$(cd "$1" && pwd)
    end
    ;;
  fetch)
    if (($# == 0)); then mapfile -t all < <(versions) && set -- "${all[@]}"; fi
    for version; do use "$version"; done
    ;;
  versions) versions ;;
  *) usage ;;
esac
