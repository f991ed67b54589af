#!/bin/sh
# make run [CHAPTER=03] [ARGS="--virtual-time"]: builds one chapter's program and becomes it.
# make run MINE=1: on the reader's own pieces.
# make run BOOK=1: makes the book's site, and has the server of chapter 20 serve it.
. tests/support/make/common.sh

[ -z "$BOOK" ] || [ -z "$CHAPTER" ] || die "BOOK=1 and CHAPTER=$CHAPTER do not go together: the book is served by chapter 20."
find_chapter "${CHAPTER:-20}"
check_args
[ -z "$BOOK" ] || sh tests/support/site/book.sh || exit
. tests/support/make/setup.sh

preset=dev folder=build
if [ -n "$MINE" ]; then
    sh tests/support/make/mine.sh prepare || exit
    ! grep -q '^yours' build-mine/pieces || preset=mine folder=build-mine
fi
configure "$preset" "$folder"
if ! build "$folder" "$chapter"; then
    [ "$preset" = dev ] || sh tests/support/make/mine.sh blame true "$chapter"
    die "$chapter does not build: the compiler's message is above."
fi

if [ -n "$BOOK" ]; then
    say ""
    say "The book, served by the server that its last chapter builds. The address is on the line 'listening on ...'"
    say "below: open it in a browser. Ctrl-C stops it."
    say ""
    ARGS="--root build/book $ARGS"
elif [ -z "$CHAPTER" ]; then
    say ""
    say "The web server of chapter 20. Its address is on the line 'listening on ...' below."
    say "    try        a browser on that address, or: curl with that address"
    say "    and        /sleep there takes five seconds and holds nobody up; /nothing is a 404"
    say "    stop it    with Ctrl-C"
    say ""
fi

eval "set -- $ARGS"
program="$folder/bin/$chapter"

# Becoming the program would be simplest. But Ctrl-C goes to make as well, and GNU make 4.3 complains
# ("wait: No child processes") when what it runs has ended before make itself has seen the Ctrl-C. So this shell
# stays, waits, and is never quicker than make. (A shell's background program ignores Ctrl-C; env undoes that.)
env --default-signal=INT,QUIT true 2>/dev/null || exec "$program" "$@"
env --default-signal=INT,QUIT "$program" "$@" &
child=$!

# A terminal that is closed tells only the first process that was started in it. Is that one make, it waits
# for the program, and the program is told nothing: so look once a second whether the terminal is still there.
terminal=
for fd in 1 2; do [ ! -t $fd ] || terminal=$fd; done
if [ -n "$terminal" ]; then
    while kill -0 "$child" 2>/dev/null; do
        [ -t "$terminal" ] || kill -TERM "$child"
        sleep 1
    done &
fi

interrupted=
trap 'interrupted=yes' INT
trap 'kill -TERM "$child"' TERM HUP
while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
done
[ -z "$interrupted" ] || sleep 0.2
exit "$code"
