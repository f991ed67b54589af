#!/bin/sh
# page.sh TRACE: one HTML page on stdout, with the trace, the source lines that it names, and the player in it.
# page.sh TRACE shared: the player's style.css, core.js and view.js stay files, which many such pages share.
# From the top folder. README.md here says what the page can do and how another page shows it.
[ -r "$1" ] || {
    printf 'There is no trace %s.\n' "$1" >&2
    exit 1
}
exec awk -v trace="$1" -v player=tests/support/wake -v shared="$2" -f tests/support/wake/page.awk tests/support/wake/page.html
