#!/usr/bin/env bash
# Starts and stops a private PostgreSQL for tests and measurements.
#   scripts/postgres.sh start DIR PORT [durable]   prints its address; without "durable" it does not wait for the disk
#   scripts/postgres.sh stop DIR
#   scripts/postgres.sh place     prints where a server that does not wait for the disk best keeps its data
# The server listens on 127.0.0.1 only, trusts every local caller and keeps everything below DIR.
set -euo pipefail

bin() {
  local dir
  dir=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$dir" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 1; }
  echo "$dir"
}

# PostgreSQL refuses to run as root, so root hands over to the user its package made.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start() {
  local dir=$1 port=$2 durable=${3:-} b
  b=$(bin)
  if as_owner "$b/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
    echo "postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"; return
  fi
  mkdir -p "$dir"; [ "$(id -u)" = 0 ] && chown postgres "$dir"
  [ -d "$dir/data" ] || as_owner "$b/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C >"/dev/null"
  local opts="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=300 -c shared_buffers=512MB"
  if [ "$durable" = durable ]; then
    opts+=" -c max_wal_size=4GB -c checkpoint_timeout=15min"
  else
    opts+=" -c max_wal_size=512MB -c checkpoint_timeout=15min -c fsync=off -c full_page_writes=off"
  fi
  # The server lives on: it must hold none of our pipes, or who reads them waits for ever.
  as_owner "$b/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "$opts" start </dev/null >/dev/null 2>/dev/null ||
    { tail -n 5 "$dir/log" >&2; exit 1; }
  echo "postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
}

# place prints the memory file system where it has room for the tests' databases, else /tmp.
place() {
  local free
  free=$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  if [ -w /dev/shm ] && [ "${free:-0}" -ge 6000 ] && [ "$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 6000 ]; then
    echo /dev/shm
  else
    echo /tmp
  fi
}

stop() { as_owner "$(bin)/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1 || true; }

"$@"
