# shellcheck shell=bash
# Jars from Maven Central, kept in a folder. Sourced after common.sh and setup.sh.

# fetch_jars POM FOLDER [COMMAND]: what the pom names into FOLDER/libs, once for each content of the pom, and COMMAND after
# it. Whoever asks while they are being fetched waits.
fetch_jars() {
  local pom=$1 folder=$2 sum lock
  sum=$(sha256sum "$pom")
  sum=${sum:0:16}
  [ ! -f "$folder/complete-$sum" ] || return 0
  need kafka
  mkdir -p "$folder"
  exec {lock}>"$folder/lock"
  flock "$lock"
  if [ ! -f "$folder/complete-$sum" ]; then
    say "fetching what ${pom##*/} names into $folder"
    rm -rf "$folder"/{libs,plugins,complete-*,broker-*}
    # Twice, for networks that hiccup: what has arrived is not fetched again.
    copy_jars "$pom" "$folder" || copy_jars "$pom" "$folder" ||
      { tail -20 "$folder/maven.log" >&2 && die "Maven could not fetch what $pom names"; }
    "${3:-true}"
    touch "$folder/complete-$sum"
  fi
  exec {lock}>&-
}

copy_jars() {
  mvn -B -f "$1" dependency:copy-dependencies "-DoutputDirectory=$2/libs" </dev/null >"$2/maven.log" 2>&1
}
