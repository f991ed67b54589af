#!/bin/sh
# make exercise CHAPTER=02: your files in the chapter's exercises/ against their tests, in the
# chapter's order, up to the first that is red; with EXERCISE=alarm only that one. make solution: the
# same on the book's solutions.
#
#   RAW=1              all that the compiler says
#   SANITIZE=address   or thread: under that sanitizer, in a build of its own
#
# 0: all are green. 1: one is red. 2: there is no such exercise.
. tests/support/make/common.sh
. tests/support/make/check.sh

whose=$1 # reader or solution

if [ -z "$CHAPTER$EXERCISE" ]; then
    say "Which chapter? For example: make exercise CHAPTER=02, or EXERCISE=alarm. (make next knows
what is next.)" >&2
    list_chapters >&2
    exit 2
fi
choose_build
choose_colour
[ -z "$CHAPTER" ] || need_chapter "$CHAPTER"
if [ -n "$EXERCISE" ]; then
    find_exercise
    chosen=$id
else
    chosen=$(ids_of "$chapter")
    [ -n "$chosen" ] || die "$chapter has no exercises."
fi
use "${chosen%%
*}" "$whose"
. tests/support/make/setup.sh
# A new piece can be read while what it stands on is built.
if [ -n "$EXERCISE" ] && [ -n "$piece" ] && [ "$whose" = reader ] && [ ! -e "$file" ]; then
    begin_piece && say "Your file: $file"
fi
prepare

total_here=$(ids_of "$number" | wc -l)
place_here=0
for id in $(ids_of "$number"); do
    place_here=$((place_here + 1))
    printf '%s\n' "$chosen" | grep -qxF -e "$id" || continue
    use "$id" "$whose"
    printf '(%s of %s) %s: ' "$place_here" "$((total_here))" "$name"
    check
    told
    if [ "$outcome" = green ]; then
        [ ! -s "$results/words" ] || tell
        note_threads
        continue
    fi
    say ""
    tell
    say ""
    note_threads
    say "Your file:     $file
The question:  $(page_of_exercise), under Exercises
A hint:        make hint EXERCISE=$(spelled)
Again:         make exercise CHAPTER=$number${EXERCISE:+ EXERCISE=$name}${SANITIZE:+ SANITIZE=$SANITIZE}"
    exit 1
done

say ""
if [ "$whose" = reader ]; then
    [ -n "$EXERCISE" ] || solution=chapters/$chapter/solutions/ piece=
    say "Well done. Compare your way with the book's: $solution"
    note_piece
fi
