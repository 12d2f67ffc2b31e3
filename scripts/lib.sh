# Shared by the scripts of this folder: `source` it, don't run it.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by those who source this
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then MARK=$'\033[1m==>\033[0m'; else MARK='==>'; fi
say() { printf '%s %s\n' "$MARK" "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }
is_debian() { [ -e /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; }

# timed WHAT COMMAND…  says what it does, does it, and says how long it took.
timed() {
  local what=$1 begin=$SECONDS
  shift
  say "$what"
  "$@" || return
  say "$what: done in $((SECONDS - begin)) s"
}

# Where PostgreSQL's server programs are. Debian keeps initdb and pg_ctl out of PATH, one folder a version, so that
# folder (the newest) is looked at before PATH: what stands in PATH may be a wrapper.
find_pg_bin() {
  local dir best="" found
  if [ -n "${KHUE_TEST_PG_BIN:-}" ]; then
    printf '%s\n' "$KHUE_TEST_PG_BIN"
    return
  fi
  while IFS= read -r dir; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/postgres" ]; then best=$dir; fi
  done < <(printf '%s\n' "${KHUE_PG_LIB:-/usr/lib/postgresql}"/*/bin | sort -V)
  if [ -z "$best" ] && found=$(command -v initdb) && command -v pg_ctl >/dev/null && command -v postgres >/dev/null; then
    best=$(dirname "$(readlink -f "$found")")
  fi
  [ -n "$best" ] && printf '%s\n' "$best"
}

# The user PostgreSQL runs as: it refuses root, so root hands over to `postgres` or `nobody`. Empty: ourselves.
pg_run_as() {
  if ! is_root; then return; fi
  if [ -n "${KHUE_TEST_PG_RUN_AS:-}" ]; then
    printf '%s\n' "$KHUE_TEST_PG_RUN_AS"
  elif id -u postgres >/dev/null 2>&1; then
    printf 'postgres\n'
  else
    printf 'nobody\n'
  fi
}

# as_user USER COMMAND…  (USER empty: as we are). Standing in /, since USER may not enter our folder.
as_user() {
  local user=$1
  shift
  if [ -z "$user" ]; then
    (cd / && "$@")
  elif command -v setpriv >/dev/null 2>&1; then
    (cd / && HOME=/ setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --clear-groups -- "$@")
  else
    # shellcheck disable=SC2016 # expanded by the other shell
    (cd / && HOME=/ su -s /bin/sh "$user" -c 'exec "$0" "$@"' -- "$@")
  fi
}
