#!/bin/sh
# check_schedule.sh README PROGRAM: the schedule that the README explains is the one that the program
# prints.
schedule() { sed -n '/^     waiter  /,/^     asleep forever: /p' "$1" | sed '/^     asleep forever: /q'; }
printed=$(mktemp) && trap 'rm -f "$printed"' EXIT
"$2" --gtest_filter='Latch.ForgetsNobodyWhoComesWhileItOpens' >"$printed"
[ -n "$(schedule "$1")" ] && [ "$(schedule "$1")" = "$(schedule "$printed")" ] && exit
printf '%s\n\nshows another schedule than the program prints. Copy this into it, and mend its explanation:\n\n%s\n' \
    "$1" "$(schedule "$printed")"
exit 1
