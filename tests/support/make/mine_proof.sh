#!/bin/sh
# For CI: the house stands on its pieces. Every piece is laid, as the book has it, into build-mine/house/; what is then
# built must be compiled from there, and from there alone; and it must work: the web server of chapter 20
# gives a page. (That each piece is what its test says, the proof of the exercises shows in build/.)
. tests/support/make/common.sh
. tests/support/make/setup.sh

rm -rf build-mine
pieces=$(sh tests/support/make/mine.sh solutions) && [ -n "$pieces" ] || die "There are no pieces."
for piece in $pieces; do
    cmp "$piece" "build-mine/house/$piece" || die "$piece is another in the house."
done
# Nothing is measured here: the quickest build will do.
cmake --preset mine -DASYNC_BOOK_WERROR=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 || exit
alone build-mine ninja -C build-mine -j "$(jobs_here)" 20_web_server 03_channel_executor chapter_15 || exit

# What was read in the course of the build: never the book's own file of a piece, always the one in the house. (The
# chapters that the web server does not stand on have no objects here but their own.)
ninja -C build-mine -t deps | sed -n 's/^ *//p' | sort -u >build-mine/read
for piece in $pieces; do
    ! grep -v '/house/\|^house/' build-mine/read | grep -q "/$piece\$" || die "$piece is read beside the one in the house."
    case $piece in
        *.h) grep -q "house/$piece\$" build-mine/read || die "$piece of the house is not read." ;;
        *) grep -q "/house/$piece\"" build-mine/compile_commands.json || die "$piece of the house is not compiled." ;;
    esac
done

# (A shell's background program ignores Ctrl-C; env undoes that.)
env --default-signal=INT build-mine/bin/20_web_server --port 0 >build-mine/server.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null' EXIT
port=
for moment in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    port=$(sed -n 's/.*listening on .*127\.0\.0\.1:\([0-9]*\).*/\1/p' build-mine/server.log | head -n 1)
    [ -z "$port" ] || break
    sleep 0.2
done
[ -n "$port" ] || { cat build-mine/server.log; die "The web server does not say where it listens."; }
curl -sS -m 20 "http://127.0.0.1:$port/" | cmp - chapters/20_web_server/pages/hello.html || die "That is not the page."
kill -INT "$server"
wait "$server" || die "The web server did not end well."
say "The house stands on its $(say "$pieces" | wc -l | tr -d ' ') pieces."
