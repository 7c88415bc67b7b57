# shellcheck shell=bash
# What the demonstrations of ./dev quickstart share: a worker in build/quickstart, and its end. Sourced after common.sh.
: "${root:?}"

folder=$root/build/quickstart

# begin_demonstration: a fresh folder, unless an earlier demonstration is still in it.
begin_demonstration() {
  if [ -f "$folder/worker.pid" ] && grep -qF quickstart "/proc/$(cat "$folder/worker.pid")/cmdline" 2>/dev/null; then
    die "the worker of an earlier quickstart still runs: end it first, it is process $(cat "$folder/worker.pid")"
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
}

# set_key FILE KEY VALUE: gives a setting its value, whether FILE has it already or not.
set_key() {
  sed -i -E "/^[[:space:]]*${2//./\\.}[[:space:]]*[=:]/d" "$1"
  printf '%s=%s\n' "$2" "$3" >>"$1"
}
key_of() { sed -nE "s/^[[:space:]]*$2[[:space:]]*=[[:space:]]*//p" "$1" | tail -1; }

# start_worker FILE...: in the background; its end is taken care of.
start_worker() {
  say "starting: millrace standalone ${*//"$root/"/}"
  build/release/bin/millrace standalone "$@" >"$folder/worker.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$folder/worker.pid"
  trap 'stop || true' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# stop: the worker's orderly end, by the signal that an operator or a service manager sends.
stop() {
  trap - EXIT INT TERM
  kill -TERM "$pid" 2>/dev/null || true
  local status=0
  wait "$pid" || status=$?
  rm -f "$folder/worker.pid"
  if ((status == 143)); then say "worker stopped (SIGTERM, exit code 143)"; fi
  return $((status == 143 ? 0 : 1))
}

# give_up TEXT...: shows the end of the worker's log, and ends the script.
give_up() {
  tail -20 "$folder/worker.log" >&2
  die "$*; all of the worker's log: $folder/worker.log"
}
