#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, which is stopped and removed afterwards, whatever happens:
#
#   scripts/with-postgres.sh cargo nextest run --workspace
#   scripts/with-postgres.sh bash -c 'psql "$KHUE_TEST_POSTGRES"'
#
# The command finds in its environment
#   KHUE_TEST_POSTGRES   the superuser's address; the test kit makes its roles and databases from there
#   KHUE_TEST_PG_DIR     the cluster's folder; the server's process is the first line of its postmaster.pid
#   KHUE_TEST_PG_BIN     the folder of initdb, pg_ctl, psql
#   KHUE_TEST_PG_RUN_AS  the user the server runs as when we are root; empty: ourselves
# A test may kill and restart the server with scripts/postgres-server.sh; its address stays.
# With KHUE_TEST_POSTGRES already set, that server is used and none is started.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
server=$ROOT/scripts/postgres-server.sh

[ $# -ge 1 ] || fail "which command? usage: scripts/with-postgres.sh COMMAND…"

if [ -n "${KHUE_TEST_POSTGRES:-}" ]; then
  say "PostgreSQL: using the server in KHUE_TEST_POSTGRES"
  exec "$@"
fi

find_pg_bin >/dev/null || "$ROOT/scripts/need.sh" postgres
KHUE_TEST_PG_BIN=$(find_pg_bin) || fail "PostgreSQL's server programs are missing"
KHUE_TEST_PG_RUN_AS=$(pg_run_as)
export KHUE_TEST_PG_BIN KHUE_TEST_PG_RUN_AS

# What a run that was itself killed could not clear away: its folder names the process, which is no more.
for old in "${TMPDIR:-/tmp}"/khue-pg.*.*; do
  owner=${old%.*}
  owner=${owner##*.}
  # Only what is ours: a folder of somebody else may name any process.
  if [ -O "$old" ] && [ ! -L "$old" ]; then
    if [ -d "$old" ] && [[ $owner =~ ^[0-9]+$ ]] && [ ! -e "/proc/$owner" ]; then
      "$server" stop "$old/data" || true
      rm -rf "$old"
    fi
  fi
done

# Passed through by the outer folder, kept by the inner one, which PostgreSQL's user owns.
base=$(mktemp -d "${TMPDIR:-/tmp}/khue-pg.$$.XXXXXX")
chmod 711 "$base"
export KHUE_TEST_PG_DIR=$base/data

# shellcheck disable=SC2329 # called by the trap
clear_away() {
  local status=$?
  trap - EXIT
  "$server" stop "$KHUE_TEST_PG_DIR" || true
  rm -rf "$base"
  exit "$status"
}
trap clear_away EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

begin=$SECONDS
# Another program may take the port between our look and the start: then once more with another.
for try in 1 2 3 4 5; do
  "$server" init "$KHUE_TEST_PG_DIR"
  if "$server" start "$KHUE_TEST_PG_DIR"; then break; fi
  [ "$try" -lt 5 ] || fail "PostgreSQL does not start"
  rm -rf "$KHUE_TEST_PG_DIR"
done
KHUE_TEST_POSTGRES=$("$server" url)
export KHUE_TEST_POSTGRES
say "PostgreSQL: a server of our own, ready in $((SECONDS - begin)) s"

"$@"
