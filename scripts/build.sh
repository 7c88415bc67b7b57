# shellcheck shell=bash
# Builds a preset of CMakePresets.json. Sourced after common.sh and setup.sh.
: "${root:?}"

# What the sanitizers' runtimes are told. For lines of the source clang's would take the first llvm-symbolizer, which may be
# another version's and not fit.
symbolizer=external_symbolizer_path=$(command -v addr2line || true)
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1:$symbolizer}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:$symbolizer}
export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1:$symbolizer}

# clang_compiler: prints the clang++ of this machine; fails when there is none.
clang_compiler() {
  local version
  for version in -16 -17 -18 -19 ''; do
    if have "clang++$version"; then echo "clang++$version" && return; fi
  done
  return 1
}

# configure PRESET: where that was not done yet; ninja sees to it afterwards.
configure() {
  local log=$root/build/$1.configure.log options=() compiler
  # The release preset has no tests, and so needs nothing that only they need.
  if [ "$1" = release ]; then need build; else need build test; fi
  case $1 in asan | tsan) need fuzz ;; esac
  [ ! -f "$root/build/$1/build.ninja" ] || return 0
  # clang takes less than half of g++'s time with sanitizers, and what it makes can be fuzzed (ADR 18).
  case $1 in
    asan | tsan)
      if compiler=$(clang_compiler); then
        options+=("-DCMAKE_CXX_COMPILER=$compiler" -DMILLRACE_PRECOMPILED=ON)
        if [ "$1" = asan ]; then options+=(-DMILLRACE_FUZZ=ON); fi
      fi
      ;;
  esac
  say "configuring build/$1"
  mkdir -p "$root/build"
  if ! (cd "$root" && cmake --preset "$1" "${options[@]}") >"$log" 2>&1; then
    cat "$log" >&2
    die "cannot configure preset '$1'"
  fi
}

# build_preset PRESET [TARGET...]: builds the targets, or all.
build_preset() {
  local preset=$1 options=()
  shift
  configure "$preset"
  if (($#)); then options+=(--target "$@"); fi
  if [ ! -t 2 ]; then options+=(-- --quiet); fi
  say "building build/$preset${*:+: $*}"
  cmake --build "$root/build/$preset" --parallel "$(jobs)" "${options[@]}" >&2
}

# targets_like PRESET REGEX: the build targets of that name.
targets_like() { ninja -C "$root/build/$1" -t targets all | sed -nE "s/^($2): phony\$/\1/p"; }
