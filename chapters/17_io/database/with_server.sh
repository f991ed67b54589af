#!/bin/sh
# with_server.sh COMMAND...: starts a PostgreSQL of its own, runs the command, and stops it again.
#
#     sh chapters/17_io/database/with_server.sh build/bin/17_database
#
# All of it lies in a temporary folder, the socket too: no port, no service, nothing to clean up. The command
# finds the server by PGHOST, PGUSER and PGDATABASE. Where PostgreSQL is not installed: one line, exit code 77.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
for tool in initdb pg_ctl postgres; do
    PATH="$PATH:${bin:-/nowhere}" command -v $tool >/dev/null 2>&1 && continue
    echo "PostgreSQL is not installed: apt-get install postgresql"
    exit 77
done
PATH="$PATH:$bin"

folder=$(mktemp -d) || exit
as=
if [ "$(id -u)" -eq 0 ]; then # the server refuses to be root
    for user in postgres nobody; do id $user >/dev/null 2>&1 && break; done
    as="runuser -u $user --"
    chown $user "$folder"
fi
chmod 755 "$folder"
stop() {
    $as pg_ctl -D "$folder/data" -m immediate -s stop >/dev/null 2>&1
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
    cat "$folder/log" >&2
    echo "PostgreSQL does not start: its last words are above." >&2
    exit 1
}
cd "$folder" || exit
$as sh -c ': >log' && $as initdb -D data -U book -A trust -N --no-instructions -E UTF8 --locale=C >>log 2>&1 || fail
# The database "locked" wants a password. What a crash would lose need not be safe.
$as sh -c 'cat >>log 2>&1 >data/pg_hba.conf' <<HBA || fail
local locked all scram-sha-256
local all all trust
HBA
$as pg_ctl -D data -l log -s -w -o "-c listen_addresses='' -k '$folder' -F -c shared_buffers=16MB" start || fail
cd "$OLDPWD" || exit

export PGHOST="$folder" PGUSER=book PGDATABASE=postgres
"$@"
