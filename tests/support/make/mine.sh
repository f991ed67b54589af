#!/bin/sh
# The house on the reader's own pieces, for make run, test and bench with MINE=1:
#
#   mine.sh prepare             puts every piece into build-mine/house/: the reader's, if its own test is green,
#                               else the book's. Says which are the reader's; so does build-mine/pieces.
#   mine.sh blame AGAIN TARGET...
#                               what these targets make does not build, or the command AGAIN fails: names the piece
#                               without which it would not
#   mine.sh solutions           for the proof: the book's own file as each piece
#
# build-mine/pieces has a line "yours ID FILE" or "red ID FILE" for each that was begun. The headers and sources in
# build-mine/house/ are taken before the book's own (tests/support/cmake/piece.cmake). All pieces are always there,
# so that ninja sees each change. build/, in which make test works without MINE, knows nothing of them.
. tests/support/make/common.sh
. tests/support/make/check.sh

house=build-mine/house

# lay FILE: into the house, at the place of the piece that use() has named. Only what differs is written.
lay() {
    cmp -s "$1" "$house/$piece" && return
    mkdir -p "$house/${piece%/*}"
    cp "$1" "$house/$piece.new" && mv "$house/$piece.new" "$house/$piece"
}

# state_of_piece: untouched, yours or red, of what use() has named. One that has changed since it was checked is
# checked now.
state_of_piece() {
    sum=$(sum_of "$file")
    if [ -z "$sum" ] || [ "$sum" = "$(recalled pieces "$id" | sed 's/ .*//')" ]; then
        say untouched
    elif [ "$sum" = "$(recalled "done" "$id" | sed 's/ .*//')" ]; then
        say yours
    else
        say "Is your $name green? It has changed since it was checked." >&2
        { prepare && check; } >&2
        if [ "$outcome" = green ]; then say yours; else say red; fi
    fi
}

prepare_house() {
    . tests/support/make/setup.sh
    colour=
    was_at=$(cat .course/current 2>/dev/null)
    mkdir -p build-mine
    : >build-mine/pieces.new
    for id in $(pieces); do
        use "$id"
        state=$(state_of_piece) || exit 1
        if [ "$state" = yours ]; then lay "$file"; else lay "$piece"; fi
        [ "$state" = untouched ] || say "$state $id $file" >>build-mine/pieces.new
    done
    mv build-mine/pieces.new build-mine/pieces
    [ -z "$was_at" ] || say "$was_at" >.course/current

    if [ ! -s build-mine/pieces ]; then
        say "No piece of the house is yours yet: all of it is the book's own. The pieces are exercises:"
        say "make progress lists them."
        return
    fi
    say "The house: $(grep -c '^yours' build-mine/pieces) of $(pieces | wc -l | tr -d ' ') pieces are yours, the rest is the book's own."
    while read -r state id place; do
        use "$id"
        if [ "$state" = red ]; then
            say "    $id   the book's own, for yours is red: make exercise EXERCISE=$name"
        else
            say "    $id   yours, $place"
        fi
        note_changed
    done <build-mine/pieces
}

# The book goes on, too: a copy that was made of an older file may no longer fit.
note_changed() {
    then=$(recalled pieces "$id" | sed 's/.* //')
    [ -z "$then" ] || [ "$then" = "$(sum_of "$piece")" ] ||
        say "        ($piece has changed since you began: compare the two)"
}

# works AGAIN TARGET...: builds, and runs the command.
works() {
    again=$1
    shift
    alone build-mine ninja -C build-mine -j "$(jobs_here)" "$@" >build-mine/blame.log 2>&1 && eval "$again" >>build-mine/blame.log 2>&1
}

blame() {
    say ""
    yours=$(sed -n 's/^yours \([^ ]*\) .*/\1/p' build-mine/pieces | sort -r)
    say "Which of your pieces is it? Each in turn is left out, and the book's own takes its place."
    for id in $yours; do
        use "$id"
        lay "$piece"
        if works "$@"; then
            lay "$file"
            say "The piece at fault is $id: $file"
            note_changed
            say "    The question: $(page_of_exercise), \`$name\`. The book's: $piece"
            return
        fi
        lay "$file"
    done
    say "It fails with each single piece left out, too. Yours are:" $yours
}

case $1 in
    prepare) prepare_house ;;
    blame)
        shift
        blame "$@"
        ;;
    solutions)
        for id in $(pieces); do
            use "$id"
            lay "$piece"
            say "$piece"
        done
        ;;
    *) die "mine.sh prepare, blame or solutions" ;;
esac
