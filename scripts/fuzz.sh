#!/usr/bin/env bash
# ./dev fuzz [NAME] [SECONDS]   builds the fuzzers of tests/fuzz, in preset asan, and runs each, or the one called NAME, for
#                              SECONDS (60). What it learns stays in build/fuzz/corpus/NAME; an
#                              input that breaks something goes to build/fuzz/findings/NAME, and the exit code is not 0.
# Seeds: tests/fuzz/seeds/NAME/*, words that matter: tests/fuzz/NAME.dict. To repeat a finding: build/asan/bin/fuzz_NAME FILE
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"
cd "$root"

name='[a-z0-9_]+'
seconds=60
for word in "$@"; do
  if [[ $word =~ ^[0-9]+$ ]]; then seconds=$word; else name=$word; fi
done

configure asan
mapfile -t fuzzers < <(targets_like asan "fuzz_$name")
((${#fuzzers[@]})) || die "no fuzzer called '$name' in tests/fuzz, or no clang to build it with"
timed "build of ${#fuzzers[@]} fuzzers" build_preset asan "${fuzzers[@]}"

failed=()
for fuzzer in "${fuzzers[@]}"; do
  short=${fuzzer#fuzz_}
  corpus=build/fuzz/corpus/$short
  findings=build/fuzz/findings/$short
  folders=("$corpus")
  mkdir -p "$corpus" "$findings"
  if [ -d "tests/fuzz/seeds/$short" ]; then folders+=("tests/fuzz/seeds/$short"); fi
  words=()
  if [ -f "tests/fuzz/$short.dict" ]; then words=("-dict=tests/fuzz/$short.dict"); fi
  # -entropic=0: weighing the inputs takes longer than running them; without it `rest` reaches more in the same time.
  timed "$fuzzer" "build/asan/bin/$fuzzer" "${words[@]}" -entropic=0 -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$findings/" -print_final_stats=1 "${folders[@]}" || failed+=("$short")
done
if ((${#failed[@]})); then die "findings: ${failed[*]/#/build/fuzz/findings/}"; fi
say "no findings in $seconds s each: ${fuzzers[*]}"
