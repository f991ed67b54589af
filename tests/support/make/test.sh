#!/bin/sh
# make test, make asan, make tsan, make clang: builds everything and runs every test.
. tests/support/make/setup.sh

preset=${1:-dev}
folder=build
[ "$preset" = dev ] || folder=build-$preset

configure "$preset" "$folder"
build "$folder" all || die "The build failed: the compiler's message is above."
eval "set -- $ARGS"
# Twice as many as there are processors: tests of a server spend most of their time waiting.
ctest --test-dir "$folder" --output-on-failure --no-tests=ignore -j $((2 * $(jobs_here))) "$@"
code=$?
# ctest keeps to itself why a test was skipped.
grep ' is not installed: apt-get install ' "$folder/Testing/Temporary/LastTest.log" 2>/dev/null | sort -u |
    sed 's/^/Skipped: /'
exit $code
