#!/bin/sh
# make test [CHAPTER=05], make asan, make tsan, make clang: builds everything and runs every test. With
# CHAPTER only what that chapter needs is built, and its tests run: its own, the book's solutions of its
# exercises, and what its pages show.
. tests/support/make/common.sh

[ -z "$CHAPTER" ] || find_chapter "$CHAPTER"
check_args
. tests/support/make/setup.sh

preset=${1:-dev}
folder=build
[ "$preset" = dev ] || folder=build-$preset

configure "$preset" "$folder"
eval "set -- $ARGS"

# Twice as many as there are processors: tests of a server spend most of their time waiting.
run_tests() {
    ctest --test-dir "$folder" --output-on-failure --no-tests=ignore -j $((2 * $(jobs_here))) "$@"
    code=$?
    # ctest keeps to itself why a test was skipped.
    grep ' is not installed: apt-get install ' "$folder/Testing/Temporary/LastTest.log" 2>/dev/null | sort -u |
        sed 's/^/Skipped: /'
    return $code
}

if [ -z "$CHAPTER" ]; then
    build "$folder" all || die "The build failed: the compiler's message is above."
    run_tests "$@"
    exit
fi

solutions=$(sed "/./s/.*/$chapter.&.solution/" "$folder/exercises/$chapter.list" 2>/dev/null)
build "$folder" "$chapter" "${chapter}_test" docs_test $solutions ||
    die "The build failed: the compiler's message is above."
run_tests -R "^(${chapter}_test|exercise\\.$chapter\\..*\\.solution)" "$@"
code=$?
say ""
say "The pages of $chapter: their links, their code, and what their programs print"
"$folder/bin/docs_test" --gtest_brief=1 --gtest_filter="*/$chapter*" || code=1
exit $code
