#!/bin/sh
# make bench: builds and runs the benches of tests/bench/, and ends with a table of ours beside baselines.
# Figures mean something only beside others of the same run on the same machine. ARGS=--table: that table alone.
#
# MINE=1: those of Google Benchmark alone, in the book's house and in the one on the reader's pieces, by turns, twice;
# the smaller figure of each counts. ARGS="--benchmark_filter=yield" chooses.
. tests/support/make/common.sh
. tests/support/make/setup.sh bench

# Ours, a baseline, and the ratio; beside them what both take in instructions, if there is valgrind to count them.
table() {
    say ""
    build/bin/measures >build/measures.txt || exit 1
    : >build/instructions.counted
    if command -v valgrind >/dev/null 2>&1; then
        sh tests/bench/instructions.sh >build/instructions.counted || exit 1
    else
        say "No instructions are counted: valgrind is missing."
    fi
    [ -e build/http_measures.txt ] || : >build/http_measures.txt
    awk -f tests/bench/table.awk build/instructions.counted build/measures.txt build/http_measures.txt
}

configure dev build
rm -f build/http_measures.txt
if [ "$ARGS" = --table ]; then
    build build measures || die "The measures do not build: the compiler's message is above."
    table
    exit
fi

# Google Benchmark may have been installed just now: CMake looks once more.
[ -x build/bin/book_bench ] || cmake --preset dev >/dev/null || die "CMake could not set up the build."
build build benches || die "The benches do not build: the compiler's message is above."

if [ -n "$MINE" ]; then
    [ -x build/bin/book_bench ] || die "Google Benchmark is missing (libbenchmark-dev): there is nothing to compare."
    sh tests/support/make/mine.sh prepare || exit
    grep -q '^yours' build-mine/pieces || exit 0
    configure mine build-mine
    build build-mine book_bench || {
        sh tests/support/make/mine.sh blame true book_bench
        die "The benches do not build on your pieces: the compiler's message is above."
    }
    eval "set -- $ARGS"
    for turn in 1 2; do
        for folder in build build-mine; do
            "$folder/bin/book_bench" --benchmark_out="$folder/bench.$turn.json" --benchmark_out_format=json "$@" \
                >build/bench.log 2>&1 || { cat build/bench.log >&2; exit 1; }
        done
    done
    say ""
    exec awk -f tests/support/make/beside.awk build/bench.1.json build/bench.2.json build-mine/bench.1.json build-mine/bench.2.json
fi

if [ -x build/bin/book_bench ]; then
    eval "set -- $ARGS"
    build/bin/book_bench --benchmark_out=build/bench.json --benchmark_out_format=json \
        --benchmark_counters_tabular=true "$@" || exit 1
    say ""
    say "The same figures, for programs to read: build/bench.json"
else
    say "No bench was built: Google Benchmark is missing (libbenchmark-dev), or tests/bench/ has none."
fi

for load in tests/bench/http_load.sh tests/bench/http_load.py; do
    [ -e "$load" ] && [ -x build/bin/20_web_server ] || continue
    if ! command -v wrk >/dev/null 2>&1; then
        say "The web server's load test needs wrk: apt-get install -y wrk"
        break
    fi
    say ""
    case $load in
        *.sh) sh "$load" || exit 1 ;;
        *.py) python3 "$load" || exit 1 ;;
    esac
    break
done

if [ -e tests/bench/chat_load.py ] && [ -x build/bin/18_chat_server ] && command -v python3 >/dev/null 2>&1; then
    say ""
    python3 tests/bench/chat_load.py || exit 1
fi
table
