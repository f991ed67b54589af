#!/bin/sh
# expect_killed.sh PROGRAM WORDS: the program must find a schedule that fails, and print WORDS.
output=$(timeout 100 "$1" 2>&1)
code=$?
wrong() {
    printf '%s\n' "$output" | tail -n 60
    printf '\nmutant: %s %s\n' "$(basename "$1")" "$2"
    exit 1
}
[ $code -ne 0 ] || wrong "$1" "lives: no schedule of its subject finds the mistake."
[ $code -eq 1 ] || wrong "$1" "ends with exit code $code, instead of a schedule that fails."
case $output in
    *"$2"*) printf '%s\n' "$output" ;;
    *) wrong "$1" "was found, but not by the words meant for it: \"$2\"." ;;
esac
