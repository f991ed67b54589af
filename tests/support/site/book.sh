#!/bin/sh
# make book: the book as a site, in build/book, from its README.md files. It needs no network: what is made
# here reads as well from its files as from a server.
#
#   book.sh [FOLDER]      another place than build/book
#   book.sh --sources     only lists the files that the site shows; this needs nothing that must be installed
#
# Where a chapter's page says `make wake CHAPTER=..`, a run of it stands below, in the player of traces: recorded
# here, if the chapter's program is built. So do the museum's traps, each on a page of its own. (BOOK_RECORD=no: none.
# The site needs no compiler.)
. tests/support/make/common.sh
[ "$1" = --sources ] || . tests/support/make/setup.sh book

out=${1:-build/book}
site=tests/support/site
export LC_ALL=C

# What is hidden, built or installed is no part of the book.
find_files() {
    find . \( -name '.?*' -o -name 'build*' \) -prune -o -type f "$@" -print | sed 's,^\./,,' | sort
}

lists=$(mktemp -d) || exit 1
trap 'rm -rf "$lists"' EXIT
trap 'exit 1' INT TERM HUP

# The order of the book: its first page, the chapters with README.md first, the other pages.
markdown=$(find_files -name '*.md')
{
    say README.md
    say "$markdown" | sed -n 's,^\(chapters/[^/]*/\)\(README\.md\)$,\1 0 \2,p; t
        s,^\(chapters/[^/]*/\)\(.*\)$,\1 1 \2,p' | sort -k1,2 | sed 's, [01] ,,'
    say "$markdown" | grep -v -e '^README\.md$' -e '^chapters/' | sort -t / -k 1,1
} | awk 'NF' >"$lists/pages"
find_files \( -name '*.h' -o -name '*.cpp' -o -name '*.cmake' -o -name CMakeLists.txt -o -name '*.sh' \
    -o -name '*.awk' -o -name '*.py' -o -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.json' -o -name '*.patch' \
    -o -name '*.svg' -o -name '*.txt' -o -name '*.md' -o -name Makefile \) -size -300k >"$lists/sources"
for hidden in .ci/run .devcontainer/devcontainer.json .github/workflows/*.yml; do
    [ ! -f "$hidden" ] || say "$hidden"
done >>"$lists/sources"
[ "$1" != --sources ] || { cat "$lists/sources"; exit; }

rm -rf "$out.new"
mkdir -p "$out.new/src" || exit 1
sed 's,[^/]*$,,; s,^\.,dot-,; s,/\.,/dot-,g; s,^$,.,' "$lists/sources" | sort -u |
    (cd "$out.new/src" && tr '\n' '\0' | xargs -0 mkdir -p)

# record NN_name
record() {
    [ -e tests/support/make/wake.sh ] && [ -x "build/bin/$1" ] || return
    CHAPTER=${1%%_*} ARGS= TRACE= EXPORT= WAKE_FOLDER=$lists sh tests/support/make/wake.sh >/dev/null || return
    mkdir -p "$out.new/wake"
    mv "$lists/${1%%_*}_wake.html" "$out.new/wake/${1%%_*}.html"
}

# The museum's traps, as its lines `make wake` say: each has ten seconds, and of a long trace the page has what the
# player shows. The pages share the player.
record_rooms() {
    [ -e MUSEUM.md ] && [ -e tests/support/wake/page.sh ] || return
    programs=$(for chapter in $(chapters); do [ ! -x "build/bin/$chapter" ] || say "$chapter"; done)
    [ -n "$programs" ] || return
    build build $programs >"$lists/build" 2>&1 ||
        { say "without the runs of the museum: not all programs build" >&2; return; }
    mkdir -p "$out.new/wake"
    cp tests/support/wake/style.css tests/support/wake/core.js tests/support/wake/view.js "$out.new/wake/" || exit 1
    sed -n 's/^Its trace, in the player: `make wake CHAPTER=\(..\) ARGS="\(.*\)"`$/\1 \2/p' MUSEUM.md >"$lists/rooms"
    while read -r number words; do
        program=$(say "$programs" | grep "^${number}_") || continue
        trap_name=${words##*--trap }
        room=${number}_${trap_name%% *}
        rm -f "$lists/trace"
        timeout -s INT -k 2 10 "build/bin/$program" $words --trace "$lists/trace" </dev/null >/dev/null 2>&1
        grep -q '"e":"poll+"' "$lists/trace" 2>/dev/null || continue
        awk -v title="$program $words" -f $site/shorten.awk "$lists/trace" >"$lists/short"
        sh tests/support/wake/page.sh "$lists/short" shared >"$out.new/wake/$room.html" && rooms="$rooms $room"
    done <"$lists/rooms"
}
recorded= rooms=
if [ "$BOOK_RECORD" != no ]; then
    for chapter in $(chapters); do
        grep -q "make wake CHAPTER=${chapter%%_*}" "chapters/$chapter/README.md" 2>/dev/null || continue
        record "$chapter" && recorded="$recorded ${chapter%%_*}"
    done
    record_rooms
fi

make_pages() {
    awk -v out="$out.new" -v recorded="$recorded$rooms " -v pages_file="$lists/pages" -v sources_file="$lists/sources" \
        -f $site/anchor.awk -f $site/shell.awk -f "$@"
}

# cmark-gfm leaves raw HTML alone (--unsafe): answers are folded by it.
while read -r page; do
    printf '\001%s\n' "$page"
    cmark-gfm --unsafe -e table -e strikethrough "$page"
done <"$lists/pages" >"$lists/html"
make_pages $site/page.awk "$lists/html" || die "make book: see above."
if [ -e "$out.new/pictures.list" ]; then
    while read -r picture; do
        mkdir -p "$out.new/files/${picture%/*}" && cp "$picture" "$out.new/files/$picture" || exit 1
    done <"$out.new/pictures.list"
    rm "$out.new/pictures.list"
fi
make_pages $site/source.awk </dev/null || die "make book: see above."
cp $site/book.css $site/book.js "$out.new/" || exit 1

rm -rf "$out"
mv "$out.new" "$out" || exit 1
say "$out/index.html: $(awk 'END { print NR }' "$lists/pages") pages, $(awk 'END { print NR }' "$lists/sources") sources${recorded:+, runs of}$recorded${rooms:+, of $(say $rooms | wc -w) traps}"
