#!/usr/bin/env bash
# Clients of the REST API that others publish, for the conformance tests: fixed versions, into build/clients.
#
#   clients.sh python   prints the path of a Python that has kafka-connect-py and kpops
#   clients.sh java     prints a class path that has org.sourcelab:kafka-connect-client
#
# Fetched once, from the package registries that pip and Maven are set up with; another version in this file or in
# tests/conformance/java/pom.xml fetches anew. Without a network the first call fails and says what could not be fetched.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"

python_clients=(kafka-connect-py==1.0.0 kpops==10.8.0)
pom=$root/tests/conformance/java/pom.xml
folder=$root/build/clients

# once NAME SUM COMMAND...: runs the command in a fresh folder $folder/NAME unless that was done before for the same SUM.
once() {
  local name=$1 sum=$2
  shift 2
  mkdir -p "$folder"
  exec {lock}>"$folder/$name.lock"
  flock "$lock"
  if [ "$(cat "$folder/$name/complete" 2>/dev/null)" != "$sum" ]; then
    say "fetching the $name clients into $folder/$name"
    rm -rf "${folder:?}/$name"
    mkdir -p "$folder/$name"
    # Twice, for networks that hiccup.
    "$@" || "$@" || { tail -20 "$folder/$name/log" >&2 && die "could not fetch the $name clients (see $folder/$name/log)"; }
    echo "$sum" >"$folder/$name/complete"
  fi
  exec {lock}>&-
}

fetch_python() {
  {
    python3 -m venv "$folder/python/venv" &&
      "$folder/python/venv/bin/pip" install --disable-pip-version-check "${python_clients[@]}"
  } </dev/null >"$folder/python/log" 2>&1
}

fetch_java() {
  mvn -B -f "$pom" dependency:copy-dependencies "-DoutputDirectory=$folder/java/libs" </dev/null >"$folder/java/log" 2>&1
}

case ${1:-} in
  python)
    need test clients
    once python "${python_clients[*]}" fetch_python
    echo "$folder/python/venv/bin/python"
    ;;
  java)
    need kafka
    once java "$(sha256sum <"$pom")" fetch_java
    echo "$folder/java/libs/*"
    ;;
  *) die "usage: clients.sh python|java" ;;
esac
