#!/bin/sh
# make wake CHAPTER=08 [ARGS=..]: runs a chapter's program and writes what happened as one HTML page.
# make wake TRACE=file: a trace that is there already. ARGS=--text: the timeline for a terminal, instead.
# EXPORT=chrome: a file for Perfetto, speedscope or chrome://tracing (node makes it).
# WAKE_FOLDER=folder: what is made goes there, and not into build/.
. tests/support/make/common.sh

check_args
eval "set -- $ARGS"
words= text=
into=${WAKE_FOLDER:-build}
for word; do
    shift
    if [ "$word" = --text ]; then text=yes; else set -- "$@" "$word"; fi
done

# What a chapter shows when it is asked for nothing else: one part of its story, in virtual time.
curated() {
    case $1 in
        01_*) say "--polls 30" ;;
        02_*) say "--threads 1" ;;
        04_*) say "--part 4 --virtual-time" ;;
        05_*) say "--part 3 --virtual-time" ;;
        0[6-9]_* | 1[0-3]_*) say "--virtual-time" ;;
    esac
}

if [ -n "$TRACE" ]; then
    [ -r "$TRACE" ] || die "There is no trace '$TRACE'. A program writes one with --trace FILE."
    trace=$TRACE
    page=$into/$(basename "$TRACE" .jsonl)_wake
    mkdir -p "$into"
else
    find_chapter "${CHAPTER:-04}"
    . tests/support/make/setup.sh
    configure dev build
    build build "$chapter" >&2 || die "$chapter does not build: the compiler's message is above."
    number=${chapter%%_*}
    trace=$into/$number.jsonl
    page=$into/${number}_wake
    [ $# -gt 0 ] || eval "set -- $(curated "$chapter")"
    [ -n "$text" ] || say "build/bin/$chapter $*"
    trap : INT  # Ctrl-C ends the program, and the page shows what it did until then
    "build/bin/$chapter" "$@" --trace "$trace" >"$into/wake.log" 2>&1
    code=$?
    [ -s "$trace" ] || { cat "$into/wake.log" >&2; exit "$code"; }
    [ "$code" -eq 0 ] || [ -n "$text" ] || say "(it ended with exit code $code; the page shows what it did)"
fi

if [ -n "$text" ]; then
    virtual=0
    grep -q '"vt":' "$trace" && virtual=1
    exec awk -v virtual=$virtual -f tests/support/wake/text.awk "$trace" "$trace"
fi
case $EXPORT in
    '') ;;
    chrome)
        command -v node >/dev/null 2>&1 ||
            die "EXPORT=chrome needs node, which is not installed: apt-get install nodejs"
        node tests/support/wake/export.js "$trace" >"$page.json" || exit 1
        say "$page.json: open it in ui.perfetto.dev, speedscope.app or chrome://tracing"
        exit
        ;;
    *) die "EXPORT=$EXPORT is not known; there is EXPORT=chrome." ;;
esac
sh tests/support/wake/page.sh "$trace" >"$page.html" || exit 1
say "$page.html: open it in a browser; it asks nobody for anything"
