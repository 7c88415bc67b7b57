#!/usr/bin/env bash
# ./dev bench [ARGUMENT...]   builds preset release, starts a broker of its own, and measures: bench/run ARGUMENT...
#
# bench/run finds the programs in MILLRACE_BIN, the broker at MILLRACE_BROKER, and the script that starts brokers and the
# Java worker at MILLRACE_KAFKA_SCRIPT.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"
cd "$root"

need build kafka test bench
build_preset release
folder=$root/build/kafka/bench
discard() {
  scripts/kafka.sh kill "$folder" 2>/dev/null || true
  rm -rf "$folder"
}
trap discard EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
discard
# All of the JVM's compilers, unlike a test's broker: here it is the speed that counts, not the start.
MILLRACE_BROKER=$(KAFKA_HEAP_OPTS='-Xms1G -Xmx1G' KAFKA_OPTS=-XX:TieredStopAtLevel=4 scripts/kafka.sh start "$folder")
export MILLRACE_BROKER=${MILLRACE_BROKER#bootstrap.servers=} MILLRACE_BIN=$root/build/release/bin
export MILLRACE_KAFKA_SCRIPT=$root/scripts/kafka.sh
bench/run "$@"
