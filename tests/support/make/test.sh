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

red=
if [ -n "$MINE" ]; then
    sh tests/support/make/mine.sh prepare || exit
    [ -s build-mine/pieces ] || exit 0
    ! grep -q '^yours' build-mine/pieces || preset=mine folder=build-mine
    red=$(sed -n 's/^red \([^ ]*\) .*/\1/p' build-mine/pieces)
fi
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

# Of a house on the reader's pieces: which of them a failure comes from. AGAIN shows it, when these are built.
blame() { [ -z "$MINE" ] || sh tests/support/make/mine.sh blame "$@"; }
does_not_build() {
    blame true "$@"
    die "The build failed: the compiler's message is above."
}
# The tests of the last run that failed, as ctest's -R wants them; and the programs that they run.
failed_tests() { sed 's/^[0-9]*:\(.*\)/^\1$/; s/\./\\./g' "$folder/Testing/Temporary/LastTestsFailed.log" 2>/dev/null | paste -sd '|' -; }
failed_programs() {
    sed 's/^[0-9]*://; s/^exercise\.//; s/\.[0-9]*$//' "$folder/Testing/Temporary/LastTestsFailed.log" 2>/dev/null | sort -u |
        while read -r program; do ! ninja -C "$folder" -t query "$program" >/dev/null 2>&1 || say "$program"; done
}
blame_tests() {
    [ -z "$MINE" ] || blame "ctest --test-dir $folder -R '$(failed_tests)'" $(failed_programs)
}
# A piece whose own test is red was not in the house; but all is not well with it.
end() {
    code=$1
    for id in $red; do
        say "The piece $id is red by its own test: make exercise EXERCISE=${id#*/}"
        code=1
    done
    exit "$code"
}

if [ -z "$CHAPTER" ]; then
    build "$folder" all || does_not_build all
    run_tests "$@"
    code=$?
    [ $code -eq 0 ] || blame_tests
    end $code
fi

solutions=$(sed "/./s/.*/$chapter.&.solution/" "$folder/exercises/$chapter.list" 2>/dev/null)
pages=docs_test
ninja -C "$folder" -t query docs_test >/dev/null 2>&1 || pages=  # the build has no tests of pages
targets="$chapter ${chapter}_test $pages $solutions"
build "$folder" $targets || does_not_build $targets
run_tests -R "^(${chapter}_test|exercise\\.$chapter\\..*\\.solution)" "$@"
code=$?
[ $code -eq 0 ] || blame_tests
[ -n "$pages" ] || end $code
say ""
say "The pages of $chapter: their links, their code, and what their programs print"
if ! "$folder/bin/docs_test" --gtest_brief=1 --gtest_filter="*/$chapter*"; then
    [ $code -ne 0 ] || blame "$folder/bin/docs_test --gtest_filter='*/$chapter*'" $targets
    code=1
fi
end $code
