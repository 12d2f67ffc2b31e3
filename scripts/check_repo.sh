#!/usr/bin/env bash
# The repository's own rules, on the files git tracks (or would, once added). Says every breach, then fails.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "${1:-$ROOT}"

MAX_BYTES=1500000
MAX_LINES=700
breaches=0
breach() {
  printf '%s\n' "$1"
  breaches=$((breaches + 1))
}

# Of those git lists, the ones that stand in the tree: somebody may just have removed one.
files=()
while IFS= read -r -d '' file; do
  if [ -f "$file" ] && [ ! -L "$file" ]; then files+=("$file"); fi
done < <(git ls-files -z --cached --others --exclude-standard | sort -zu)
[ ${#files[@]} -gt 0 ] || fail "git lists no files"

# refuse WHY PATTERN PATH…  (the patterns are broken up with [] so that they do not find themselves)
refuse() {
  local why=$1 pattern=$2 hit
  shift 2
  if [ $# -eq 0 ]; then return; fi
  while IFS= read -r hit; do
    breach "$why: ${hit:0:200}"
  done < <(printf '%s\0' "$@" | xargs -0 grep -nHIE -e "$pattern" -- || true)
}

named() { # PATTERN  the files whose path matches
  local file
  picked=()
  for file in "${files[@]}"; do
    if [[ $file =~ $1 ]]; then picked+=("$file"); fi
  done
}

texts=()
for file in "${files[@]}"; do
  case $file in
    Cargo.lock | */Cargo.lock | package-lock.json | */package-lock.json) ;;
    *) texts+=("$file") ;;
  esac
done
# Somebody else's clone stands elsewhere, and fetches from elsewhere.
refuse "a path of one machine" \
  '(^|[^A-Za-z0-9_.~$}-])/([h]ome/[a-z]|[r]oot/[A-Za-z.]|[U]sers/[A-Za-z]|[w]ork/(main|shared|repo|\.))|[A-Z]:\\[U]sers' \
  "${texts[@]}"
refuse "a registry's host" \
  '[c]rates\.io|[n]pmjs\.(org|com)|[p]ypi\.org|[p]ythonhosted\.org|(deb|security|snapshot)\.[d]ebian\.org|[p]roxy\.golang\.org' \
  "${texts[@]}"

named '\.rs$'
refuse "a stub" '(^|[^A-Za-z_])(todo|unimplemented)!|#\[[i]gnore' "${picked[@]}"
named '\.(ts|js|mjs|svelte)$'
refuse "a test that is left out" "(^|[^A-Za-z_.])(test|it|describe)(\.describe)?\.(only *\(|(skip|todo|fixme) *\(['\"\`])" \
  "${picked[@]}"

for file in "${files[@]}"; do
  bytes=$(stat -c %s -- "$file")
  if [ "$bytes" -gt $MAX_BYTES ]; then breach "over $MAX_BYTES bytes: $file ($bytes)"; fi
done

# What a program wrote may be as long as it likes, when its first lines say so.
named '\.(rs|ts|svelte)$'
for file in "${picked[@]}"; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt $MAX_LINES ] && ! head -n 5 -- "$file" | grep -qiE '@generated|auto-generated'; then
    breach "over $MAX_LINES lines: $file ($lines); split it by what its parts are for"
  fi
done

if [ $breaches -gt 0 ]; then fail "$breaches breaches of the repository's rules (scripts/check_repo.sh)"; fi
echo "the repository's rules hold in ${#files[@]} files"
