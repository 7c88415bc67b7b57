# shellcheck shell=bash
# What every script of the project shares. Sourced, never run; the caller has set -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Compiler results outlive a clone: paths below $root count as relative, so a fresh clone elsewhere hits them too.
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache} CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root}
# What precompiled headers need (cmake/Precompiled.cmake).
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros} CCACHE_PCH_EXTSUM=${CCACHE_PCH_EXTSUM:-1}
export CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1} CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}

# say TEXT...: one line of progress. On stderr, so that a command's answer on stdout stays clean.
say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
[ -t 2 ] || say() { printf '==> %s\n' "$*" >&2; }

# die TEXT...: says what is wrong and ends the script with exit code 1.
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

timings=() # what `timed` has said so far

# timed NAME COMMAND...: runs it and says how long it took, also when it fails.
timed() {
  local name=$1 from=$SECONDS status=0
  shift
  "$@" || status=$?
  timings+=("$name: $((SECONDS - from)) s$([ "$status" = 0 ] || echo ', failed')")
  say "${timings[-1]}"
  return "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# jobs: parallel compilers: a core each, and 1.5 GiB of memory each.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1572864)}' /proc/meminfo)
  if ((memory < 1)); then memory=1; fi
  echo $((cores < memory ? cores : memory))
}

# free_port: prints a TCP port of 127.0.0.1 that nobody listens on, as the system confirms by binding it. Taken from below
# the range that the system hands to outgoing connections: one of those could otherwise sit on the port while a
# restarted broker is away, even a client that ends up connected to itself.
free_port() {
  local low
  low=$(cut -f1 /proc/sys/net/ipv4/ip_local_port_range 2>/dev/null || echo 32768)
  perl -MIO::Socket::INET -e '
    my $from = 20000;
    for (1 .. 100) {
      my $port = $ARGV[0] > $from + 1000 ? $from + int(rand($ARGV[0] - $from)) : 0;
      my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 1) or next;
      print $socket->sockport, "\n";
      exit 0;
    }
    exit 1' "$low" || die "no free TCP port on 127.0.0.1"
}

# let_go: for a subshell that is to outlive us: it keeps none of our caller's files open, and a terminal that goes does not
# end it.
let_go() {
  local fd
  for fd in "/proc/$BASHPID/fd"/*; do
    fd=${fd##*/}
    if ((fd > 2 && fd != 255)); then eval "exec $fd>&-"; fi
  done
  trap '' HUP
}

# wait_for_line FILE REGEX SECONDS PID: returns as soon as a line of FILE matches; fails when the process ends before
# that, or the time is over. FILE may not exist yet.
wait_for_line() {
  timeout "$3" grep -qEm1 -- "$2" < <(exec tail -n +1 -s 0.1 -F --pid="$4" -- "$1" 2>/dev/null)
}

# wait_for_end PID SECONDS: returns when the process, which need not be a child, is gone; fails when the time is over. One
# that only awaits its parent's attention counts as gone, once its last thread is: until then its ports are taken.
wait_for_end() {
  local stat tasks deadline=$((SECONDS + $2))
  while stat=$(cat "/proc/$1/stat" 2>/dev/null); do
    tasks=("/proc/$1/task"/*)
    if [[ ${stat##*) } == Z* ]] && ((${#tasks[@]} <= 1)); then break; fi
    ((SECONDS <= deadline)) || return 1
    sleep 0.05
  done
}
