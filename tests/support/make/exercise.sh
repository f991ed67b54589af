#!/bin/sh
# make exercise CHAPTER=02: your files in the chapter's exercises/ against their tests, in the
# chapter's order, up to the first that is red; with EXERCISE=alarm only that one. make solution: the
# same on the book's solutions.
. tests/support/make/common.sh

whose=$1 # reader or solution

# A crash says nothing of itself: say at least in which test.
crashed() {
    in_test=$(
        exec 2>/dev/null
        "build/bin/exercises/$target" --gtest_fail_fast --gtest_color=no |
            sed -n 's/^\[ RUN  *\] //p' | tail -n 1
    )
    say "Your program crashed, in the test $in_test.
Most often that is an empty pointer or optional that was used all the same, or an
object that was used when it had gone."
}

# What the compiler said; ninja's own lines say nothing to the reader.
compiler_said() {
    grep -v -e '^ninja: ' -e '^\[[0-9]*/[0-9]*\]' -e '^FAILED: ' -e ' -o [^ ]* -c ' "$1" |
        sed -e "s|$PWD/||g" -e 's#\.\./\(chapters\|tests\|common\)/#\1/#g'
}

warnings() {
    grep -q 'warning: ' "$compiled" 2>/dev/null || return
    say "Your compiler warns:"
    compiler_said "$compiled"
    say ""
}

exercises() { cat "build/exercises/$chapter.list" 2>/dev/null; }

if [ -z "$CHAPTER" ]; then
    say "Which chapter? For example: make exercise CHAPTER=02" >&2
    list_chapters >&2
    exit 1
fi
find_chapter "$CHAPTER"
. tests/support/make/setup.sh
configure dev build
[ "$(ls chapters/"$chapter"/exercises 2>/dev/null)" ] || die "$chapter has no exercises."
# So that exercises declared since the last build are known.
ninja -C build build.ninja >build/exercise.log 2>&1 || { cat build/exercise.log >&2; exit 1; }
[ -n "$(exercises)" ] || die "$chapter has no exercises."
if [ -n "$EXERCISE" ] && ! exercises | grep -qxF -e "$EXERCISE"; then
    say "Chapter ${chapter%%_*} has no exercise '$EXERCISE'. It has: $(echo $(exercises))" >&2
    exit 2
fi

# What all exercises stand on takes half a minute, the first time: to be seen, and apart from the file that
# is yours.
tools=exercise_tools.$chapter
if ! ninja -C build -n "$tools" 2>/dev/null | grep -q 'no work to do'; then
    say "First what the exercises of this chapter stand on. That is built once."
    build build "$tools" || die "It does not build: the compiler's message is above."
    say ""
fi

colour=no
[ -t 1 ] && colour=yes
folder=exercises
[ "$whose" = solution ] && folder=solutions

total=$(exercises | wc -l)
number=0
for name in $(exercises); do
    number=$((number + 1))
    [ -z "$EXERCISE" ] || [ "$EXERCISE" = "$name" ] || continue
    file=chapters/$chapter/$folder/$name.h
    target=$chapter.$name.$whose
    # On a further page, if the chapter has more than one.
    page=$(grep -l "^### .*\`$name\`" chapters/"$chapter"/*.md 2>/dev/null | head -n 1)
    next="Your file:     $file
The question:  ${page:-chapters/$chapter/README.md}, under Exercises, with three hints
Again:         make exercise CHAPTER=${chapter%%_*}"

    printf '(%s of %s) %s: ' "$number" "$total" "$name"
    if ! ninja -C build -j "$(jobs_here)" "$target" >build/exercise.log 2>&1; then
        say "does not compile yet"
        say ""
        compiler_said build/exercise.log
        say ""
        say "$next"
        exit 1
    fi
    # Of the last time that it was compiled: a warning stays until it is mended.
    compiled=build/exercises/$target.log
    ! grep -q 'Building CXX object' build/exercise.log || cp build/exercise.log "$compiled"
    if BOOK_EXERCISE=3 "build/bin/exercises/$target" --gtest_brief=1 --gtest_fail_fast --gtest_color=$colour \
        >build/exercise.log 2>&1; then
        say "green"
        warnings
    else
        status=$?
        say "red"
        say ""
        # What the test found; not the summary of a run.
        sed -e '/^\[==========\]/d' -e '/\[  PASSED  \]/d' -e '/\[  SKIPPED \]/d' -e '/: Skipped$/d' \
            -e "s|$PWD/||g" -e 's|^\.\./||' build/exercise.log | cat -s
        [ "$status" -lt 128 ] || crashed
        say ""
        warnings
        say "$next"
        exit 1
    fi
done

say ""
if [ "$whose" = reader ]; then
    say "Well done. Compare your way with the book's: chapters/$chapter/solutions/${EXERCISE:+$EXERCISE.h}"
fi
