#!/bin/sh
# make run [CHAPTER=03] [ARGS="--virtual-time"]: builds one chapter's program and becomes it.
. tests/support/make/common.sh

find_chapter "${CHAPTER:-20}"
. tests/support/make/setup.sh

configure dev build
build build "$chapter" || die "$chapter does not build: the compiler's message is above."

if [ -z "$CHAPTER" ]; then
    say ""
    say "The web server of chapter 20. Its address is on the line 'listening on ...' below."
    say "    try        a browser on that address, or: curl with that address"
    say "    and        /sleep there takes five seconds and holds nobody up; /nothing is a 404"
    say "    stop it    with Ctrl-C"
    say ""
fi

# Becoming the program, instead of waiting for it, leaves Ctrl-C to it alone.
eval "set -- $ARGS"
exec "build/bin/$chapter" "$@"
