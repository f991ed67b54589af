#!/bin/sh
# check_readme.sh README PROGRAM: the schedule that the README explains is the one that the program prints.
shown=$(sed -n '/^     sleeper  /,/^     again: /p' "$1")
printed=$("$2" | sed -n '/^     sleeper  /,/^     again: /p')
[ -n "$shown" ] && [ "$shown" = "$printed" ] && exit
printf '%s\n\nshows another schedule than the program prints. Copy this into it, and mend its explanation:\n\n%s\n' \
    "$1" "$printed"
exit 1
