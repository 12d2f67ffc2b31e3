#!/usr/bin/env bash
# The client in web/: scripts/client.sh install | build | check
#
# Each does only what is out of date, so that it may be called before anything that wants the client.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
web=$ROOT/web
if [ ! -e "$web/package.json" ]; then exit 0; fi
cd "$web"

install() {
  # npm notes in node_modules what it installed; older than the lock file means that the lock file has changed since.
  if [ node_modules/.package-lock.json -nt package-lock.json ]; then return; fi
  timed "client: fetching what it is built with (npm ci)" npm ci --no-audit --no-fund --loglevel=error
}

build() {
  local stamp=node_modules/.khue-built sources=(package.json package-lock.json src) source
  for source in static ./*.config.* tsconfig.json; do
    if [ -e "$source" ]; then sources+=("$source"); fi
  done
  if [ -e build ] && [ -e "$stamp" ] && [ -z "$(find "${sources[@]}" -newer "$stamp" -print -quit)" ]; then return; fi
  # Marked with the beginning, so that what is edited during the build counts as newer.
  mkdir -p node_modules
  touch "$stamp.new"
  timed "client: building" npm run --silent build
  mv "$stamp.new" "$stamp"
}

check() {
  timed "client: format and lint (biome)" npm run --silent lint
  timed "client: types" npm run --silent check
  timed "client: tests" npm run --silent test
}

case ${1:-} in
  install) install ;;
  build)
    install
    build
    ;;
  check)
    install
    check
    ;;
  *) fail "usage: scripts/client.sh install | build | check" ;;
esac
