#!/bin/sh
# make bench: builds and runs the benches of tests/bench/. Figures mean something only beside others
# of the same run on the same machine.
. tests/support/make/common.sh
. tests/support/make/setup.sh bench

configure dev build
# Google Benchmark may have been installed just now: CMake looks once more.
[ -x build/bin/book_bench ] || cmake --preset dev >/dev/null || die "CMake could not set up the build."
build build benches || die "The benches do not build: the compiler's message is above."

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
