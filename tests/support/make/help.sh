#!/bin/sh
# The list of commands: the `##` comments of the Makefile are its text.
. tests/support/make/common.sh

say "The Async Book in C++"
say ""
awk -F':[^#]*## ' '/^[a-z]+:.*## / { printf "    make %-10s %s\n", $1, $2 }' Makefile
say ""
list_chapters
