#!/bin/sh
# Makes MUSEUM.md anew from the chapters' pages and museum.txt beside this file. With --print it goes to stdout.
cd "$(dirname "$0")/../../.." || exit 1
site=tests/support/site
pages=
for chapter in chapters/*/; do
    [ ! -e "${chapter}README.md" ] || pages="$pages ${chapter}README.md"
    for page in "$chapter"*.md; do
        [ "$page" = "${chapter}README.md" ] || [ ! -e "$page" ] || pages="$pages $page"
    done
done
make_museum() { LC_ALL=C awk -f $site/anchor.awk -f $site/museum.awk $site/museum.txt $pages; }
if [ "$1" = --print ]; then
    make_museum
    exit
fi
make_museum >MUSEUM.md.new && mv MUSEUM.md.new MUSEUM.md && exit
rm -f MUSEUM.md.new
exit 1
