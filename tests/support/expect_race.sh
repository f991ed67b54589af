#!/bin/sh
# expect_race.sh PROGRAM: proves that the thread sanitizer reports a race in a test program with an answer that lacks
# its lock. Only the tests named ...Overlap are run: they let both sides loose at once, where the others gate them.
program=$1
name=$(basename "$program")

# The first report is enough, and ends it.
output=$(TSAN_OPTIONS="$TSAN_OPTIONS halt_on_error=1 exitcode=66" \
    timeout 100 "$program" --gtest_brief=1 '--gtest_filter=*Overlap' 2>&1)
code=$?

case $code/$output in
    66/*"WARNING: ThreadSanitizer: data race"*) printf 'proof: the thread sanitizer reports a race in %s\n' "$name" ;;
    *)
        printf '%s\n' "$output" | tail -n 40
        printf '\nproof: %s ends with %s, and the thread sanitizer reports no race: %s\n' "$name" "$code" \
            "is there a test ...Overlap that lets the two threads loose at once?"
        exit 1
        ;;
esac
