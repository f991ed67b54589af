#!/bin/sh
# expect_red.sh PROGRAM WORDS: proves that a test program is red for the right reason.
#
# It must end by itself with GoogleTest's exit code 1 and a failed expectation, and print WORDS in the
# first failure, which is all that a student sees. A crash, a hang, another reason, or a test that passes is
# an error of the exercise.
program=$1
words=$2
name=$(basename "$program")

output=$(BOOK_EXERCISE=20 timeout 100 "$program" --gtest_brief=1 --gtest_fail_fast 2>&1)
code=$?

wrong() {
    printf '%s\n' "$output" | tail -n 40
    printf '\nproof: %s %s\n' "$name" "$*"
    exit 1
}

[ $code -ne 0 ] || wrong "passes. A stub or wrong answer must be refused by its test."
[ $code -ne 124 ] || wrong "hangs. Let the test fail by an expectation: virtual time, a bounded number of polls."
case $output in
    *"watchdog: "*) wrong "was ended by the watchdog. Let the test fail by an expectation instead of hanging." ;;
esac
[ $code -eq 1 ] || wrong "ends with exit code $code: a crash, or a sanitizer's report, instead of a failed expectation."
# "Suite.Test (file:line)", as support/teaching_printer.h shows a failure.
printf '%s\n' "$output" | grep -q '^[A-Za-z0-9_/]*\.[A-Za-z0-9_/]* (.*:[0-9]*)$' ||
    wrong "ends with exit code 1, but no expectation failed."
case $output in
    *"$words"*) ;;
    *) wrong "is red, but does not print the words meant for it: \"$words\"." ;;
esac
printf 'proof: %s is red, as it should be\n' "$name"
