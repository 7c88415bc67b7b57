# shellcheck shell=bash
# Installs what scripts/packages.txt lists. Sourced after common.sh.
: "${root:?}"

has_jdk() {
  local version
  have javac && have java && version=$(javac -version 2>&1) && version=${version#javac } && ((${version%%[!0-9]*} >= 17))
}
has_maven() { have mvn; }

# missing_packages GROUP...: prints a line "PACKAGE|ELSE..." for each package that this machine lacks. No network.
missing_packages() {
  local group package check installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
  while read -r group package _ check; do
    [[ " $* " == *" $group "* ]] || continue
    if [ -n "$check" ] && "$check"; then continue; fi
    grep -qxE -- "${package//+/\\+}" <<<"$installed" || echo "$package"
  done < <(grep -v '^#' "$root/scripts/packages.txt") | sort -u
}

# as_root COMMAND...: runs it as root, by sudo where we are somebody else.
as_root() {
  if ((EUID == 0)); then
    "$@" </dev/null
  elif have sudo; then
    sudo "$@" # may ask for a password
  else
    die "needs root or sudo for: $*"
  fi
}

# known_names: reads lines of missing_packages, prints for each the first name that apt knows.
known_names() {
  local line name found
  while read -r line; do
    found=
    for name in ${line//|/ }; do
      if apt-cache show --no-all-versions "$name" >/dev/null 2>&1; then found=$name && break; fi
    done
    if [ -n "$found" ]; then echo "$found"; else die "apt knows no package ${line//|/ or }"; fi
  done
}

# need GROUP...: makes sure that all packages of these groups are installed. Costs nothing when they are.
need() {
  local missing names
  if ! have dpkg-query || ! have apt-get; then
    say "no apt-get here: what groups '$*' of scripts/packages.txt list must have been installed by hand"
    return
  fi
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "installing: $(cut -d '|' -f 1 <<<"$missing" | paste -sd ' ')"
  # Says no to a removal: what the machine's owner installed is worth more than this build.
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 --no-remove --no-install-recommends
    -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  as_root "${apt[@]}" update >&2 || say "apt-get update failed; trying with the package lists at hand"
  names=$(known_names <<<"$missing") || exit 1
  # shellcheck disable=SC2086 # one word a package
  as_root "${apt[@]}" install $names >&2 || die "could not install: ${names//$'\n'/ }"
}
