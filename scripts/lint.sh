#!/usr/bin/env bash
# ./dev lint [--changed] [--fix] [format|tidy|shell]...   all three when none is named
#   format      clang-format over all .h and .cc files; --fix changes the files
#   tidy        clang-tidy over the sources of preset dev and the headers that they include; what was clean and has not
#               changed since is not looked at again
#   shell       shellcheck over the scripts
#   --changed   only files that differ from HEAD (for tidy: sources that include one count as different)
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/setup.sh
source "$root/scripts/setup.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"
cd "$root"

changed=false
fix=false
parts=()
for word in "$@"; do
  case $word in
    --changed) changed=true ;;
    --fix) fix=true ;;
    format | tidy | shell) parts+=("$word") ;;
    *) die "'$word' is none of: --changed --fix format tidy shell" ;;
  esac
done
if ((!${#parts[@]})); then parts=(format shell tidy); fi

# files PATTERN...: tracked and new ones that are there, or with --changed those of them that differ from HEAD.
files() {
  {
    if $changed; then
      git diff --name-only --diff-filter=d HEAD -- "$@"
      git ls-files --others --exclude-standard -- "$@"
    else
      git ls-files --cached --others --exclude-standard -- "$@"
    fi
  } | sort -u | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
}

lint_format() {
  local how=(--dry-run -Werror)
  if $fix; then how=(-i); fi
  files '*.h' '*.cc' | xargs -r -d '\n' -n 40 -P "$(nproc)" clang-format-16 --style=file "${how[@]}"
}

lint_shell() { files dev '*.sh' .ci/run | xargs -r -d '\n' shellcheck -x; }

lint_tidy() {
  local sources=()
  configure dev
  if $changed; then
    mapfile -t sources < <(files '*.h' '*.cc')
    if ((!${#sources[@]})); then return; fi
  fi
  python3 scripts/tidy.py build/dev "${sources[@]}"
}

need lint
failed=()
for part in "${parts[@]}"; do timed "lint $part" "lint_$part" || failed+=("$part"); done
if ((${#failed[@]})); then die "not clean: ${failed[*]}"; fi
say "clean: ${parts[*]}"
