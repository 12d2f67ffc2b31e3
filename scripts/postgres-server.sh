#!/usr/bin/env bash
# A throw-away PostgreSQL server for tests: made, started, stopped, killed.
#
#   scripts/postgres-server.sh init  DIR    make a private cluster in DIR (absent or empty); does not start it
#   scripts/postgres-server.sh start [DIR]  start it, always on the port it was given first
#   scripts/postgres-server.sh stop  [DIR]  end it in order
#   scripts/postgres-server.sh kill  [DIR]  SIGKILL to the server and all its processes at once, as in a crash
#   scripts/postgres-server.sh url   [DIR]  the superuser's address
#   scripts/postgres-server.sh pid   [DIR]  the server's process
#
# DIR is PostgreSQL's data folder; without it, $KHUE_TEST_PG_DIR. As root the server runs as `postgres` or `nobody`,
# who then owns DIR and must be able to reach it.
# KHUE_TEST_PG_DURABLE=1 at `init` makes it sync to disk like a production server; otherwise tests go without, since
# a killed server loses nothing that way: only a power cut would.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# A random port below the range of outgoing connections, so that none of those takes it while the server is down.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
}

write_settings() { # DIR PORT
  local sockets=$1 durable=off
  # A socket's path has at most 107 bytes; where the folder's name is too long, loopback alone must do.
  if [ "${#1}" -gt 85 ]; then sockets=''; fi
  if [ "${KHUE_TEST_PG_DURABLE:-}" = 1 ]; then durable=on; fi
  cat >"$1/khue.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = '$sockets'
max_connections = 300
max_locks_per_transaction = 256
shared_buffers = 128MB
max_wal_size = 1GB
jit = off
log_min_messages = warning
fsync = $durable
synchronous_commit = $durable
full_page_writes = $durable
EOF
}

# The server's process, read from the file it keeps; fails when it isn't running.
server_pid() {
  local pid
  [ -r "$dir/postmaster.pid" ] || return 1
  read -r pid <"$dir/postmaster.pid" || return 1
  alive "$pid" || return 1
  printf '%s\n' "$pid"
}

# A zombie that nobody has reaped yet counts as dead.
alive() {
  local key value
  while read -r key value; do
    if [ "$key" = State: ]; then
      [ "${value:0:1}" != Z ]
      return
    fi
  done 2>/dev/null <"/proc/$1/status"
  return 1
}

# Every process that stands in the server's folder: the server, its children, and children whose parent is already gone.
# Asking for the server's children alone would miss one that it was forking at that moment. The dead stand nowhere.
processes() {
  find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$dir" 2>/dev/null | cut -d/ -f3 || true
}

# SIGKILL to all of them, until none is left that could still hold the server's shared memory.
kill_processes() {
  local victims tries=0
  while victims=$(processes) && [ -n "$victims" ]; do
    # shellcheck disable=SC2086
    kill -KILL $victims 2>/dev/null || true
    tries=$((tries + 1))
    if [ $tries -ge 500 ]; then fail "processes of the killed server do not end: "$victims; fi
    sleep 0.02
  done
}

do_init() {
  mkdir -p "$dir"
  if [ -n "$(ls -A "$dir")" ]; then fail "$dir is not empty"; fi
  if [ -n "$user" ]; then chown "$(id -u "$user"):$(id -g "$user")" "$dir"; fi
  as_user "$user" test -w "$dir" || fail "the user ${user:-$(id -un)} cannot write to $dir: choose a folder it can reach"
  as_user "$user" "$bin/initdb" -D "$dir" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null
  write_settings "$dir" "$(free_port)"
  printf "include 'khue.conf'\n" >>"$dir/postgresql.conf"
}

do_start() {
  if server_pid >/dev/null; then return; fi
  : >>"$dir/server.log"
  if [ -n "$user" ]; then chown "$(id -u "$user"):$(id -g "$user")" "$dir/server.log"; fi
  # What a killed server left: processes that hold its memory, and locks whose number may be another process's by now,
  # which PostgreSQL would take for a server still running. Nobody but this script starts servers here.
  kill_processes
  rm -f "$dir/postmaster.pid" "$dir"/.s.PGSQL.*
  # The server must not hold our output open: whoever reads it would wait for the server's end.
  if ! as_user "$user" "$bin/pg_ctl" -D "$dir" -l "$dir/server.log" -w -t 60 start >/dev/null 2>&1 </dev/null; then
    tail -n 20 "$dir/server.log" >&2
    return 1
  fi
}

do_stop() {
  if server_pid >/dev/null; then
    as_user "$user" "$bin/pg_ctl" -D "$dir" -m fast -w -t 60 stop >/dev/null 2>&1 || do_kill
  fi
}

do_kill() {
  local pid
  # Stopped first, so that it neither notices its children's end nor starts others.
  if pid=$(server_pid); then kill -STOP "$pid" 2>/dev/null || true; fi
  kill_processes
}

if [ $# -lt 1 ] || [ $# -gt 2 ]; then usage; fi
dir=${2:-${KHUE_TEST_PG_DIR:-}}
[ -n "$dir" ] || usage
dir=$(readlink -m "$dir")
bin=$(find_pg_bin) || fail "PostgreSQL's server programs are missing; see scripts/need.sh postgres"
user=$(pg_run_as)
# An existing cluster is run by whoever owns it.
if is_root && [ -e "$dir/PG_VERSION" ]; then user=$(stat -c %U "$dir/PG_VERSION"); fi

case $1 in
  init) do_init ;;
  start) do_start ;;
  stop) do_stop ;;
  kill) do_kill ;;
  url) printf 'postgres://postgres@127.0.0.1:%s/postgres\n' "$(sed -n 's/^port = //p' "$dir/khue.conf")" ;;
  pid) server_pid ;;
  *) usage ;;
esac
