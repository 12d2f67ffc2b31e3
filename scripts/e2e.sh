#!/usr/bin/env bash
# Browser tests and budgets (e2e/) against `khue demo`, which is started here on a folder of its own and stopped again.
#
#   scripts/e2e.sh [ARGUMENTS FOR THE TESTS…]
#   scripts/e2e.sh --timings [--rounds N] [--no-lighthouse]     the timed figures instead, against the release program
#
# The tests find in their environment
#   KHUE_E2E_URL       where the demo answers
#   KHUE_E2E_ACCOUNTS  the file of accounts the demo drew for this run
#   KHUE_E2E_PROGRAM   the program itself
# With KHUE_E2E_URL already set, that server is tested and none is started. With KHUE_E2E_PROGRAM, that program is.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
timings=
if [ "${1:-}" = --timings ]; then
  timings=yes
  shift
fi

if [ ! -e e2e/package.json ] || [ ! -e web/package.json ]; then
  say "browser tests: there are none yet"
  exit 0
fi

scripts/need.sh cc rust node chromium certutil
if [ ! e2e/node_modules/.package-lock.json -nt e2e/package-lock.json ]; then
  timed "browser tests: fetching their tools (npm ci)" npm --prefix e2e ci --no-audit --no-fund --loglevel=error
fi

if [ -z "${KHUE_E2E_URL:-}" ]; then
  scripts/client.sh build
  if [ -n "${KHUE_E2E_PROGRAM:-}" ]; then
    khue=$KHUE_E2E_PROGRAM
  elif [ -n "$timings" ]; then
    timed "timings: building the program" cargo build --release --locked --quiet -p khue
    khue=${CARGO_TARGET_DIR:-target}/release/khue
  else
    # The tests' own selection of crates and targets: with another, features differ and much would be built twice.
    timed "browser tests: building the program" cargo build --workspace --bins --tests --quiet
    khue=${CARGO_TARGET_DIR:-target}/debug/khue
  fi

  case $khue in /*) ;; *) khue=$ROOT/$khue ;; esac
  export KHUE_E2E_PROGRAM=$khue # some tests start a server of their own

  work=$(mktemp -d "${TMPDIR:-/tmp}/khue-e2e.XXXXXX")
  # shellcheck disable=SC2329 # called by the trap
  clear_away() {
    local status=$?
    trap - EXIT
    if [ "$status" -ne 0 ]; then
      say "what the demo said last"
      tail -n 40 "$work/demo.log" >&2 || true
    fi
    if [ -n "${demo:-}" ]; then
      kill "$demo" 2>/dev/null || true
      wait "$demo" 2>/dev/null || true
    fi
    rm -rf "$work"
    exit "$status"
  }
  trap clear_away EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  export KHUE_E2E_ACCOUNTS=$work/accounts.json
  begin=$SECONDS
  "$khue" demo --data "$work/data" --port 0 --accounts "$KHUE_E2E_ACCOUNTS" >"$work/demo.log" 2>&1 </dev/null &
  demo=$!
  # It prints its address when it is ready to answer, and not before.
  until KHUE_E2E_URL=$(grep -o -m 1 'http://localhost:[0-9]*' "$work/demo.log"); do
    kill -0 "$demo" 2>/dev/null || fail "the demo ended before it was ready"
    [ $((SECONDS - begin)) -lt 180 ] || fail "the demo was not ready within 3 minutes"
    sleep 0.2
  done
  export KHUE_E2E_URL
  say "browser tests: the demo answers at $KHUE_E2E_URL after $((SECONDS - begin)) s"
fi

if [ -n "$timings" ]; then
  timed "timings" node e2e/tools/timings.mjs "$@"
  exit 0
fi

timed "browser tests" npm --prefix e2e test -- "$@"
