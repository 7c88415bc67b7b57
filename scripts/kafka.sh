#!/usr/bin/env bash
# Apache Kafka brokers and Java Connect workers, for tests and measurements. Any number of brokers may run at once,
# each in a folder of its own that holds its settings, data, log and process id.
#
#   kafka.sh start DIR [PORT] [KEY=VALUE...]   one KRaft broker; returns when it answers, prints bootstrap.servers=...
#   kafka.sh stop DIR                          orderly end
#   kafka.sh kill DIR                          kill -9
#   kafka.sh restart DIR                       orderly end if it runs, then a start on the same port and data
#   kafka.sh status DIR                        prints bootstrap.servers=..., or fails when it does not run
#   kafka.sh connect-standalone WORKER [FILE...]
#   kafka.sh connect-distributed WORKER        the Java worker, in the foreground; the FileStream connectors and
#                                              transforms lie on its class path, also in the folder of `plugins`
#   kafka.sh java ARG...                       java with Kafka's jars: tools, or a helper program, say Helper.java
#   kafka.sh classpath                         for javac -cp
#   kafka.sh plugins                           a folder for plugin.path
#   kafka.sh fetch                             the jars alone
#
# A started broker keeps DIR's former port and data. KEY=VALUE goes into server.properties and overrides what stands
# there, also at later starts; %PORT% and %CONTROLLER% in it become the ports of the broker and of its controller, as in
#   listeners=SASL_PLAINTEXT://127.0.0.1:%PORT%,CONTROLLER://127.0.0.1:%CONTROLLER%
# Environment: MILLRACE_CACHE (~/.cache/millrace) holds the jars; KAFKA_HEAP_OPTS (-Xms256M -Xmx512M) and KAFKA_OPTS go
# to every JVM.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/jars.sh
source "$root/scripts/jars.sh"

pom=$root/tests/kafka/pom.xml
version=$(sed -n 's|.*<kafka.version>\(.*\)</kafka.version>.*|\1|p' "$pom")
cache=${MILLRACE_CACHE:-$HOME/.cache/millrace}/kafka-$version
start_seconds=120
stop_seconds=30

fetch() { fetch_jars "$pom" "$cache" link_plugins; }

link_plugins() {
  mkdir -p "$cache/plugins/file"
  ln "$cache"/libs/connect-file-*.jar "$cache/plugins/file/"
}

# jvm ARG...: becomes a java process with Kafka's jars.
jvm() {
  # shellcheck disable=SC2086 # lists of options
  exec java ${KAFKA_HEAP_OPTS:--Xms256M -Xmx512M} -XX:+UseSerialGC -XX:-UsePerfData \
    -Dlog4j2.configurationFile="$root/tests/kafka/log4j2.properties" ${KAFKA_OPTS:-} -cp "$cache/libs/*" "$@"
}

# broker_jvm ARG...: the same, quick to start: classes come mapped from an archive, and only the first compiler works.
# Together they make 2.4 s and 2.9 CPU seconds out of 4.8 s and 7.9 until a broker answers.
broker_jvm() {
  KAFKA_OPTS="-XX:TieredStopAtLevel=1 ${archive_opts:-} ${KAFKA_OPTS:-}" jvm "$@"
}

# running_pid: prints the broker's process id; fails when it does not run. A pid file that outlived its process is told
# by the command line: the number may be somebody else's by now.
running_pid() {
  local pid
  pid=$(cat "$dir/kafka.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -- "$dir/server.properties" || return 1
  echo "$pid"
}

setting() { sed -n "s|^$1=||p" "$dir/server.properties" | tail -1; }

print_address() { echo "bootstrap.servers=127.0.0.1:$(setting millrace.port)"; }

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# write_settings PORT: small on purpose: a broker of one user, one disk, a few partitions.
write_settings() {
  local port=$1 controller
  controller=$(free_port)
  {
    cat <<END
millrace.port=$port
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=4000
END
    if [ -f "$dir/overrides" ]; then sed "s/%PORT%/$port/g; s/%CONTROLLER%/$controller/g" "$dir/overrides"; fi
  } >"$dir/server.properties"
}

# format_data: what a broker must find in its data folder.
format_data() {
  local cluster
  [ ! -f "$dir/data/meta.properties" ] || return 0
  cluster=$(head -c 16 /dev/urandom | base64 | tr '+/' 'xy' | tr -d =)
  (broker_jvm kafka.tools.StorageTool format -t "$cluster" -c "$dir/server.properties") >"$dir/format.log" 2>&1 ||
    die "could not format $dir/data: $(tail -3 "$dir/format.log")"
}

# launch: starts the JVM, apart from us: our caller's end, terminal and open files are none of its business. Returns
# when the broker answers.
launch() {
  local pid
  if [ -f "$dir/kafka.log" ]; then mv "$dir/kafka.log" "$dir/kafka.log.1"; fi
  (
    let_go
    cd "$dir"
    echo "$BASHPID" >kafka.pid
    broker_jvm kafka.Kafka "$dir/server.properties"
  ) </dev/null >"$dir/kafka.log" 2>&1 &
  pid=$!
  disown
  if ! wait_for_line "$dir/kafka.log" 'Kafka Server started' "$start_seconds" "$pid"; then
    tail -15 "$dir/kafka.log" >&2
    kill -9 "$pid" 2>/dev/null || true
    die "the broker did not start; all of its log: $dir/kafka.log"
  fi
}

start() {
  local port=${1:-} former=''
  if running_pid >/dev/null; then
    say "already running, process $(running_pid)"
    print_address
    return
  fi
  [ ! -f "$dir/server.properties" ] || former=$(setting millrace.port)
  if [ -z "$port" ] && [ -n "$former" ] && port_is_free "$former"; then port=$former; fi
  [ -n "$port" ] || port=$(free_port)
  port_is_free "$port" || die "port $port of 127.0.0.1 is taken"
  if [ "$port" != "$former" ] || [ -n "${overrides:-}" ]; then write_settings "$port"; fi
  archive
  format_data
  launch
  print_address
}

# end_broker SIGNAL: returns when the process is gone; true also when there was none.
end_broker() {
  local pid
  if ! pid=$(running_pid); then
    say "not running: $dir"
    return
  fi
  kill "-$1" "$pid"
  if ! wait_for_end "$pid" "$stop_seconds"; then
    say "process $pid is still there after $stop_seconds s: ending it with kill -9"
    kill -9 "$pid" 2>/dev/null || true
    wait_for_end "$pid" "$stop_seconds" || die "process $pid does not end"
  fi
  rm -f "$dir/kafka.pid"
}

# archive: makes sure that there is a class archive of this JVM and these jars, the by-product of one broker's life. A
# machine that cannot make one starts its brokers slower, no more.
archive() {
  local file
  file=$cache/broker-$(stat -Lc '%s-%Y' "$(command -v java)").jsa
  if [ ! -f "$file" ]; then
    exec {lock}>"$cache/lock"
    flock "$lock"
    if [ ! -f "$file" ]; then
      say "preparing a class archive for brokers, once"
      rm -rf "$cache"/broker-*
      if (
        dir=$cache/broker-rehearsal
        mkdir "$dir"
        write_settings "$(free_port)" && format_data
        archive_opts="-XX:ArchiveClassesAtExit=$file.new"
        launch && end_broker TERM
      ) >&2; then mv "$file.new" "$file"; else say "could not prepare it: brokers will start slower"; fi
      rm -rf "$cache/broker-rehearsal"
    fi
    exec {lock}>&-
  fi
  if [ -f "$file" ]; then archive_opts="-XX:SharedArchiveFile=$file"; fi
}

usage() {
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# with_dir DIR: the broker's folder, absolute; one command at a time works on it.
with_dir() {
  [ -n "${1:-}" ] || usage
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  exec {folder}>"$dir/lock"
  flock "$folder"
}

command=${1:-}
shift || usage
case $command in
  start)
    with_dir "${1:-}"
    shift
    port=
    if [[ ${1:-} =~ ^[0-9]+$ ]]; then port=$1 && shift; fi
    if (($#)); then printf '%s\n' "$@" >"$dir/overrides" && overrides=new; fi
    fetch
    start "$port"
    ;;
  stop)
    with_dir "${1:-}"
    end_broker TERM
    ;;
  kill)
    with_dir "${1:-}"
    end_broker KILL
    ;;
  restart)
    with_dir "${1:-}"
    [ -f "$dir/server.properties" ] || die "nothing was ever started in $dir"
    fetch
    end_broker TERM
    start "$(setting millrace.port)"
    ;;
  status)
    [ -f "${1:-}/server.properties" ] || die "nothing was ever started in ${1:-''}"
    dir=$(cd "$1" && pwd)
    running_pid >/dev/null || die "not running: $dir"
    print_address
    ;;
  connect-standalone) fetch && jvm org.apache.kafka.connect.cli.ConnectStandalone "$@" ;;
  connect-distributed) fetch && jvm org.apache.kafka.connect.cli.ConnectDistributed "$@" ;;
  java) fetch && KAFKA_OPTS="-Dmillrace.log.level=warn -Dmillrace.log.target=SYSTEM_ERR ${KAFKA_OPTS:-}" jvm "$@" ;;
  classpath) fetch && echo "$cache/libs/*" ;;
  plugins) fetch && echo "$cache/plugins" ;;
  fetch) fetch ;;
  *) usage ;;
esac
