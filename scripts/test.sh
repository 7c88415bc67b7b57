#!/usr/bin/env bash
# ./dev test          everything: unit tests under asan with ubsan, and under tsan; all other tests in preset dev
# ./dev test FILTER   preset dev only: the tests with that label (unit, golden, integration, package), or, where no label is
#                     called so, those whose name matches the regular expression
#
# A test finds a real Apache Kafka at MILLRACE_BROKER=127.0.0.1:PORT, and starts brokers of its own by the script at
# MILLRACE_KAFKA_SCRIPT. Both are set when a selected test has the label integration.
# Exit code 0: at least one test was run, and all passed. The last line says how many, over all presets.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"
cd "$root"

filter=${1:-}
broker_folder=$root/build/kafka/test
passed=0
failed=0
skipped=0
failures=() # "PRESET: TEST" and what it said, told again at the end: the log above is long

start_broker() {
  discard_broker # a run that was killed left one behind
  MILLRACE_BROKER=$(scripts/kafka.sh start "$broker_folder")
  export MILLRACE_BROKER=${MILLRACE_BROKER#bootstrap.servers=} MILLRACE_KAFKA_SCRIPT=$root/scripts/kafka.sh
  say "broker for the tests: $MILLRACE_BROKER"
}

discard_broker() {
  [ -d "$broker_folder" ] || return 0
  scripts/kafka.sh kill "$broker_folder" 2>/dev/null || true
  rm -rf "$broker_folder"
}

# remember_failures PRESET LOG: the tests that ctest lists as failed, and what each said, in short.
remember_failures() {
  local name
  while read -r name; do failures+=("$1: $name" "$(gist "$1" "${name% (*}")"); done < <(
    sed -n '/^The following tests FAILED:/,/^$/s/^[[:space:]]*[0-9]* - //p' "$2"
  )
}

# gist PRESET TEST: of its output the lines that look like a reason, and the last ones.
gist() {
  name=$2 awk '
    /^[0-9]+\/[0-9]+ Test: / { inside = substr($0, index($0, " Test: ") + 7) == ENVIRON["name"]; next }
    /^<end of output>/ { inside = 0 }
    inside && /^-+$/ && !lines { next }
    inside && !/^(Command|Directory|Output): ?|^".*" start time: / {
      ++lines
      line[lines] = lines ": " substr($0, 1, 300)
      told[lines] = /^(FAILED|FAIL:|ERROR:) |AssertionError|: Failure$|^Expected|SUMMARY: |^[A-Za-z.]*Error: / && reasons++ < 8
    }
    END { for (n = 1; n <= lines; ++n) if (told[n] || n > lines - 6) print "    " line[n] }
  ' "build/$1/Testing/Temporary/LastTest.log" || true
}

# run_ctest PRESET OPTION...: runs the tests and adds up what ctest's summary says.
run_ctest() {
  local preset=$1 log=$root/build/$1.ctest.log status=0 summary='' run=(ctest)
  shift
  # The thread sanitizer of g++ 12 cannot place its shadow memory where the kernel randomises addresses widely.
  if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then run=(setarch -R ctest); fi
  "${run[@]}" --test-dir "build/$preset" --output-on-failure --no-tests=error --timeout 600 -j "$((2 * $(nproc)))" "$@" \
    </dev/null 2>&1 {lock}>&- | tee "$log" || status=$?
  summary=$(grep -E '^[0-9]+% tests passed, ' "$log" || true)
  if [[ $summary =~ \ ([0-9]+)\ tests?\ failed\ out\ of\ ([0-9]+) ]]; then
    local left_out
    left_out=$(grep -c '\*\*\*Skipped' "$log" || true)
    skipped=$((skipped + left_out))
    failed=$((failed + BASH_REMATCH[1]))
    passed=$((passed + BASH_REMATCH[2] - BASH_REMATCH[1] - left_out))
    remember_failures "$preset" "$log"
  elif [ "$status" = 0 ]; then
    status=1
  fi
  # A ctest that ends badly without a failed test (none found, say) is a failure of its own.
  if [ "$status" != 0 ] && ! [[ $summary =~ \ [1-9][0-9]*\ tests?\ failed ]]; then failed=$((failed + 1)); fi
  return "$status"
}

# built PRESET [TARGET...]: builds it; one that does not build counts as a failed test, and the other presets still run.
built() {
  timed "build of $1" build_preset "$@" && return
  say "preset $1 does not build: counted as one failed test"
  failed=$((failed + 1))
  failures+=("$1: the build")
  return 1
}

# selection FILTER: sets `selected` to the options that make ctest run what FILTER means in preset dev.
selection() {
  if [ -z "$1" ]; then
    selected=(-LE '^unit$' -E '^unit_[a-z0-9_]*_NOT_BUILT$')
  elif ctest --test-dir build/dev --print-labels | grep -qxF -- "  $1"; then
    selected=(-L "^$1\$")
  else
    selected=(-R "$1")
  fi
}

# how_many PRESET OPTION...: the number of tests that ctest would run.
how_many() { ctest --test-dir "build/$1" -N "${@:2}" | sed -n 's/^Total Tests: //p'; }

test_dev() {
  local selected target=all
  # Compiling the unit tests a third time would be a fifth of a cold run.
  if [ -z "$filter" ]; then target=all_but_unit_tests; fi
  built dev "$target" || return 0
  selection "$filter"
  if (($(how_many dev "${selected[@]}" -L '^integration$') > 0)); then start_broker; fi
  timed "tests of dev" run_ctest dev "${selected[@]}" || true
  discard_broker
}

# test_sanitized PRESET: the unit tests alone; what they are built from is all that is built.
test_sanitized() {
  local units left_out=()
  # librdkafka makes its threads by a call of C11 that the thread sanitizer does not know, and crashes in: no
  # client can run under it.
  if [ "$1" = tsan ]; then left_out=(-E '^kafka\.EmbeddedTest\.'); fi
  configure "$1"
  mapfile -t units < <(targets_like "$1" 'unit_[a-z0-9_]+')
  built "$1" "${units[@]}" || return 0
  timed "tests of $1" run_ctest "$1" -L '^unit$' "${left_out[@]}" || true
}

mkdir -p build
exec {lock}>build/test.lock
flock -n "$lock" || { say "another ./dev test is running here: waiting for its end" && flock "$lock"; }
trap discard_broker EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

test_dev
if [ -z "$filter" ]; then
  test_sanitized asan
  test_sanitized tsan
fi

# cached: how much of all that was compiled the cache had.
cached() {
  have ccache && ccache --print-stats 2>/dev/null | awk '
    $1 ~ /^(direct|preprocessed)_cache_hit$/ { hits += $2 }
    $1 == "cache_miss" { misses = $2 }
    END { if (hits + misses) printf "compiler cache: had %d of %d\n", hits, hits + misses }'
}

echo
printf '%s\n' "${timings[@]}"
if [ -z "$filter" ]; then cached || true; fi
if ((failed)); then printf '%s\n' "failed:" "${failures[@]:-see above}"; fi
if ((skipped)); then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
((failed == 0 && passed > 0))
