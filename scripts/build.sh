# shellcheck shell=bash
# Builds a preset of CMakePresets.json. Sourced after common.sh and setup.sh.
: "${root:?}"

# configure PRESET: where that was not done yet; ninja sees to it afterwards.
configure() {
  local log=$root/build/$1.configure.log
  # The release preset has no tests, and so needs nothing that only they need.
  if [ "$1" = release ]; then need build; else need build test; fi
  [ ! -f "$root/build/$1/build.ninja" ] || return 0
  say "configuring build/$1"
  mkdir -p "$root/build"
  if ! (cd "$root" && cmake --preset "$1") >"$log" 2>&1; then
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
