#!/usr/bin/env bash
# ./dev fuzz [NAME] [SECONDS]   builds the fuzzers of tests/fuzz with libFuzzer and the address sanitizer, and runs each, or
#                              the one called NAME, for SECONDS (60). What it learns stays in build/fuzz/corpus/NAME; an
#                              input that breaks something goes to build/fuzz/findings/NAME, and the exit code is not 0.
# Seeds: tests/fuzz/seeds/NAME/*, words that matter: tests/fuzz/NAME.dict. To repeat a finding: build/fuzz/bin/fuzz_NAME FILE
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

need build test fuzz
if [ ! -f build/fuzz/build.ninja ]; then
  say "configuring build/fuzz"
  cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_CXX_FLAGS=-Wno-unknown-warning-option \
    -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1" \
    -DMILLRACE_SANITIZE=address,undefined,fuzzer-no-link -DMILLRACE_FUZZ=ON >&2
fi
mapfile -t fuzzers < <(targets_like fuzz "fuzz_$name")
((${#fuzzers[@]})) || die "no fuzzer called '$name' in tests/fuzz"
timed "build of ${#fuzzers[@]} fuzzers" cmake --build build/fuzz --parallel "$(jobs)" --target "${fuzzers[@]}" >&2

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
  timed "$fuzzer" "build/fuzz/bin/$fuzzer" "${words[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$findings/" -print_final_stats=1 "${folders[@]}" || failed+=("$short")
done
if ((${#failed[@]})); then die "findings: ${failed[*]/#/build/fuzz/findings/}"; fi
say "no findings in $seconds s each: ${fuzzers[*]}"
