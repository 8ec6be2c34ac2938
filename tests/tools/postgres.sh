#!/bin/sh
# Run a command against a PostgreSQL of its own: a cluster in a temporary folder on a port that the system chooses,
# gone afterwards. The command finds its address in ANLAN_TEST_DATABASE_URL.    tests/tools/postgres.sh COMMAND...
set -eu

initdb=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1)
[ -n "$initdb" ] || initdb=$(command -v initdb) || { echo "no PostgreSQL server: run tests/tools/ensure.sh" >&2; exit 1; }
bin=$(dirname "$initdb")
folder=$(mktemp -d "${TMPDIR:-/tmp}/anlan-pg.XXXXXX")

# PostgreSQL refuses to run as root.
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id postgres >/dev/null 2>&1 || owner=nobody
    chown "$owner" "$folder"
    as() { setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups env HOME="$folder" "$@"; }
fi

stop() {
    as "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$folder"
as "$bin/initdb" -D "$folder/data" -A trust -U anlan -E UTF8 --locale=C.UTF-8 >/dev/null
# Nothing here outlives the run: durability is not what these tests measure.
as "$bin/pg_ctl" -D "$folder/data" -s -w -t 60 -l "$folder/log" -o "-p $port -c listen_addresses=127.0.0.1 \
 -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start
found=$("$bin/psql" -h 127.0.0.1 -p "$port" -U anlan -d postgres -Atc 'show data_directory')
[ "$found" = "$folder/data" ] || { echo "another server answers on port $port: $found" >&2; exit 1; }
"$bin/createdb" -h 127.0.0.1 -p "$port" -U anlan anlan
cd - >/dev/null

ANLAN_TEST_DATABASE_URL="postgresql://anlan@127.0.0.1:$port/anlan" PATH="$bin:$PATH" "$@"
