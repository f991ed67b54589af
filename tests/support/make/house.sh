#!/bin/sh
# The picture at the head of each chapter, chapters/NN_name/pictures/house.svg: the house, and in it lit the floor
# that the chapter builds. Which floors are built, and which of them a floor stands on, the chapters' own
# CMakeLists.txt say.
#
#   house.sh             draws all of them
#   house.sh --check     draws nothing: says which are not as they should be, and what is missing in README.md
set -u
export LC_ALL=C

floors='20 The web server
19 A web crawler
18 A chat server
17 Reading and writing
16 Workarounds
15 Threads
14 Blocking work
13 Time
12 Locks for tasks
11 Channels
10 Tasks of your own
09 Streams
08 Select
07 Join
06 Pinning
05 async and await
04 Executor and reactor
03 A channel executor
02 A timer
01 A simple future'

# built: "01 02 ..", each with a blank behind it
built=
for main in chapters/[0-9][0-9]_*/main.cpp; do
    name=${main#chapters/}
    built="$built${name%%_*} "
done

# What add_chapter(NN_name STANDS_ON 02 04 ..) names, up to the next word that is no number.
stands_on() {
    awk '/^add_chapter\(/ { inside = 1 }
        inside {
            gsub(/[()]/, " & ")
            for (i = 1; i <= NF; ++i) {
                if ($i == ")") exit
                if ($i == "STANDS_ON") on = 1
                else if (on && $i ~ /^[0-9][0-9]$/) printf "%s ", $i
                else on = 0
            }
        }' "$1/CMakeLists.txt"
}

# draw NUMBER FLOORS-IT-STANDS-ON: the picture. The first line of it says in words what it shows.
draw() {
    printf '%s\n' "$floors" | awk -v lit="$1" -v under="$2" -v built="$built" '
        { number[NR] = $1; name[NR] = substr($0, 4); if ($1 == lit) title = name[NR] }
        function words(    n, i, list, text) {
            n = split(under, list, " ")
            for (i = 1; i <= n; ++i) text = text (i == 1 ? "" : i == n ? " and " : ", ") list[i]
            if (n == 0) return "It stands on common alone."
            return "It stands on floor" (n > 1 ? "s " : " ") text "."
        }
        END {
            print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"404\" viewBox=\"0 0 300 404\" role=\"img\">"
            print "<title>The house that the book builds: floor " lit ", " title ", is lit. " words() "</title>"
            print "<style>"
            print "text { font: 11px system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", \"DejaVu Sans\", sans-serif; fill: #24272c }"
            print ".panel { fill: #fdfcf9; stroke: #e4e0d6 }"
            print ".wall { fill: #eef1ee; stroke: #aeb4b2 } .roof { fill: #c9d6d4; stroke: #8d9a98; stroke-linejoin: round }"
            print ".air { fill: none; stroke: #b3b0a6; stroke-dasharray: 3 3 } .later { fill: #6b7078; font-style: italic }"
            print ".ground { fill: #dcd6c8; stroke: #b3ab98 } .soft { fill: #5f6670 }"
            print ".pane { fill: #cfd6d6; stroke: #aeb4b2 } .glow { fill: #f3b62b; stroke: #a87400 }"
            print ".lit { fill: #ffdf86; stroke: #a87400; stroke-width: 1.5 } .here { font-weight: 700; fill: #3d2b00 }"
            print ".bright { fill: #fffbe8; stroke: #a87400 }"
            print "@media (prefers-color-scheme: dark) {"
            print "text { fill: #d9dce1 } .panel { fill: #16191d; stroke: #2e343c }"
            print ".wall { fill: #20262c; stroke: #47515c } .roof { fill: #33414a; stroke: #5a6a74 }"
            print ".air { stroke: #565f6a } .later { fill: #98a1ac } .ground { fill: #332e26; stroke: #5f5747 } .soft { fill: #9aa3ae }"
            print ".pane { fill: #2c343c; stroke: #47515c } .glow { fill: #e8ab2e; stroke: #f5cf7a }"
            print ".lit { fill: #f2c14e; stroke: #ffe3a0 } .here { fill: #2a1d00 }"
            print "}"
            print "</style>"
            print "<rect class=\"panel\" x=\".5\" y=\".5\" width=\"299\" height=\"403\" rx=\"9\"/>"
            print "<path class=\"roof\" d=\"M14 44 L150 11 L286 44 Z\"/>"
            for (i = 1; i <= NR; ++i) {
                y = 44 + 15 * (i - 1)
                here = number[i] == lit
                there = index(built, number[i] " ")
                # The lit floor is drawn last, over the lines of its neighbours.
                floor = "<rect class=\"" (here ? "lit" : there ? "wall" : "air") "\" x=\"" (here ? 24 : 30) \
                    "\" y=\"" y "\" width=\"" (here ? 252 : 240) "\" height=\"15\"/>\n" \
                    "<text class=\"" (here ? "here" : there ? "" : "later") "\" x=\"40\" y=\"" (y + 11.5) "\">" \
                    number[i] "<tspan x=\"62\">" name[i] (there ? "" : " (not built yet)") "</tspan></text>\n"
                for (w = 0; there && w < 3; ++w)
                    floor = floor "<rect class=\"" (here ? "bright" : index(under, number[i] " ") ? "glow" : "pane") \
                        "\" x=\"" (222 + 15 * w) "\" y=\"" (y + 3.5) "\" width=\"9\" height=\"8\"/>\n"
                if (here) last = floor
                else printf "%s", floor
            }
            print "<rect class=\"ground\" x=\"14\" y=\"344\" width=\"272\" height=\"18\"/>"
            print "<text x=\"40\" y=\"357\">common: poll, waker, reactor</text>"
            printf "%s", last
            if (under == "") {
                print "<text class=\"soft\" x=\"150\" y=\"386\" text-anchor=\"middle\">this floor stands on common alone</text>"
            } else {
                print "<rect class=\"glow\" x=\"30\" y=\"377\" width=\"9\" height=\"8\"/>"
                print "<text class=\"soft\" x=\"46\" y=\"386\">windows lit: what this floor stands on</text>"
            }
            print "</svg>"
        }'
}

bad=0
complain() {
    printf '%s\n' "$*" >&2
    bad=1
}

new=$(mktemp) || exit 1
trap 'rm -f "$new"' EXIT
trap 'exit 1' INT TERM HUP

for main in chapters/[0-9][0-9]_*/main.cpp; do
    chapter=${main%/main.cpp}
    name=${chapter#chapters/}
    picture=$chapter/pictures/house.svg
    draw "${name%%_*}" "$(stands_on "$chapter")" >"$new" || exit 1
    words=$(sed -n 's,^<title>\(.*\)</title>$,\1,p' "$new")
    if [ "${1-}" = --check ]; then
        cmp -s "$new" "$picture" || complain "$picture is not as the chapters are: sh tests/support/make/house.sh draws it"
    else
        mkdir -p "$chapter/pictures" && cat "$new" >"$picture" || exit 1
    fi
    grep -qxF "![$words](pictures/house.svg)" "$chapter/README.md" ||
        complain "$chapter/README.md lacks, under its title:
![$words](pictures/house.svg)"
done
exit $bad
