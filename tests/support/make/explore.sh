#!/bin/sh
# make explore: every schedule of every subject of tests/explorer/, or of SUBJECT alone; SUBJECT may be
# one of its mutants.
. tests/support/make/common.sh
. tests/support/make/setup.sh

configure dev build
mutant=tests/explorer/mutants/$SUBJECT.patch
if [ -n "$SUBJECT" ] && [ -e "$mutant" ]; then
    build build "explorer_mutant_$SUBJECT" || die "The mutant does not build: the message is above."
    say "$(sed -n 1p "$mutant")"
    set -- "build/bin/mutants/$SUBJECT"
else
    build build explorer || die "The explorer does not build: the message is above."
    set -- build/bin/explorer ${SUBJECT:+"$SUBJECT"}
fi
program=$*
eval "set -- $ARGS"
exec $program "$@"
