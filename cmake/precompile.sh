#!/usr/bin/env bash
# precompile.sh COMPILER ARG...: compiles. Beside a precompiled header it lays FILE.sum, a checksum of what the header says:
# ccache compares that (CCACHE_PCH_EXTSUM), for the file itself names the folder that it was made in.
set -euo pipefail
"$@"

output=''
preprocess=()
while (($#)); do
  case $1 in
    -o) output=$2 && shift ;;
    -Xclang) if [ "$2" = -emit-pch ]; then shift; else preprocess+=("$1"); fi ;;
    -c | -MD) ;;
    -MF | -MT) shift ;;
    *) preprocess+=("$1") ;;
  esac
  shift
done
case $output in
  *.pch) "${preprocess[@]}" -E -P -o - | sha256sum >"$output.sum" ;;
esac
