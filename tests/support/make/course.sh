#!/bin/sh
# The way from exercise to exercise:
#
#   course.sh next       checks the first exercise that is not yet green
#   course.sh hint       the next hint of the exercise you are at, or of EXERCISE=alarm
#   course.sh progress   what is done, begun and new
#   course.sh reset      gives EXERCISE=alarm its stub again, and keeps what was written
#   course.sh watch      on a terminal: checks whenever you save; else the same as next
#
# next: 0 green, 1 not green, 2 no such exercise. What is known of the reader is in .course/ (check.sh).
. tests/support/make/common.sh
. tests/support/make/check.sh

count() { ids | wc -l | tr -d ' '; }
place_of() { ids | awk -v id="$1" '$0 == id { print NR }'; }
count_done() { say $(($(count) - $(ids_not_done | wc -l))); }
title_of() { sed -n '1s/^# //p' "chapters/$1/README.md"; }

# The width to write for: the terminal's, or what is easy to read.
width() {
    columns=
    [ ! -t 1 ] || columns=$(stty size 2>/dev/null </dev/tty | sed 's/.* //')
    [ "${columns:-0}" -gt 0 ] && [ "$columns" -lt 100 ] || columns=100
    say "$columns"
}

# hint_text N: the N-th hint of $id, cut out of its page.
hint_text() {
    LC_ALL=C awk -v name="$name" -v wanted="$1" '
        function flush() { if (text != "") print text; text = "" }
        function plain(line,    part, at) {
            while (match(line, /\[[^]]*\]\([^)]*\)/)) {
                part = substr(line, RSTART + 1, RLENGTH - 1)
                at = index(part, "](")
                line = substr(line, 1, RSTART - 1) substr(part, 1, at - 1) substr(line, RSTART + RLENGTH)
            }
            gsub(/\*\*/, "", line); gsub(/<[^<>]*>/, "", line)
            gsub(/&lt;/, "<", line); gsub(/&gt;/, ">", line); gsub(/&amp;/, "\\&", line)
            return line
        }
        /^```/ { if (showing) flush(); code = !code; next }
        !code && /^##? / { here = 0 }
        !code && /^### / { here = index($0, "`" name "`"); n = 0 }
        !here { next }
        !code && /<details/ { if (++n == wanted) { showing = 1; print plain($0) } next }
        !code && /<\/details>/ { if (showing) { flush(); exit } next }
        !showing { next }
        code { print "    " $0; next }
        /^ *$/ { flush(); if (lines++) blank = 1; print ""; next }
        /^ *([-*]|[0-9]+\.) / { flush() }
        { text = text (text == "" ? "" : " ") plain($0) }' "$(page_of_exercise)" | cat -s | sed '${/^$/d;}'
}

hint() {
    [ -z "$EXERCISE" ] && id=$(current) || find_exercise
    [ -n "$id" ] || { say "All exercises are green: there is nothing left to hint at."; return; }
    use "$id"
    shown=$(recalled hints "$id")
    if [ "${shown:-0}" -lt 3 ]; then
        shown=$((${shown:-0} + 1))
        remember hints "$id" "$shown"
        tell_hint "$shown" "$name: "
        say ""
        [ "$shown" -lt 3 ] ||
            say "That was the last hint. The book's answer is $solution; make solution EXERCISE=$(spelled) runs it."
    else
        say "These are all the hints of $name. The book's answer is $solution."
        for shown in 1 2 3; do
            say ""
            tell_hint "$shown" ""
        done
    fi
}
# tell_hint N BEFORE_ITS_TITLE
tell_hint() {
    {
        printf '%s' "$2"
        hint_text "$1"
    } | fold_words "$(width)" -
}

# ---- The list

# list [WIDTH HEIGHT]: a line an exercise. With a height, chapters are closed, the farthest from the
# current one first, until it fits.
list() {
    at=${at_id:-$(current)}
    {
        ids | sed 's/^/all /'
        for part in "done" hints; do
            [ ! -e ".course/$part" ] || sed "s/^/$part /" ".course/$part"
        done
        exercises | while read -r one where of; do
            sum=$(sum_of "${of:+mine/}${of:-chapters/$where/exercises/${one#*/}.h}")
            say "sum $one $sum"
            [ -z "$of" ] || [ -z "$sum" ] || [ "$sum" = "$(recalled pieces "$one" | sed 's/ .*//')" ] || say "begun $one"
        done
        pieces | sed 's/^/piece /'
        exercises | awk '!seen[$2]++ { print $2 }' | while read -r where; do
            say "title ${where%%_*} $(title_of "$where")"
        done
        git diff --name-only HEAD -- 'chapters/*/exercises/*.h' 2>/dev/null |
            sed -n 's|^chapters/\([^_/]*\)_[^/]*/exercises/\(.*\)\.h$|begun \1/\2|p'
    } | LC_ALL=C awk -v at="$at" -v height="${2:-0}" -v today="$(date +%Y)" '
        function chapter(id) { return substr(id, 1, index(id, "/") - 1) }
        function day(date,    part) {
            split(date, part, "-")
            return part[3] + 0 " " substr("JanFebMarAprMayJunJulAugSepOctNovDec", part[2] * 3 - 2, 3) \
                (part[1] == today ? "" : " " part[1])
        }
        $1 == "all" { id[++n] = $2; c = chapter($2); if (!of[c]++) chapters[++m] = c }
        $1 == "done" { text_then[$2] = $3; when[$2] = $4 }
        $1 == "hints" { hints[$2] = $3 }
        $1 == "begun" { begun[$2] = 1 }
        $1 == "piece" { piece[$2] = 1 }
        $1 == "sum" { sum[$2] = $3 }
        $1 == "title" { c = $2; $1 = $2 = ""; sub(/^ */, ""); title[c] = $0 }
        END {
            for (i = 1; i <= n; i++) if (id[i] in when) { ready++; ready_of[chapter(id[i])]++ }
            print ready + 0 " of " n " exercises done."
            lines = 2 + m + n
            for (j = 1; j <= m; j++) if (chapters[j] == chapter(at)) middle = j
            # The farthest first.
            for (far = m; height && far > 0 && lines > height; far--)
                for (j = 1; j <= m; j++)
                    if ((j - middle == far || middle - j == far) && lines > height) { closed[j] = 1; lines -= of[chapters[j]] }
            print ""
            for (j = 1; j <= m; j++) {
                c = chapters[j]
                printf "  %-44s %s\n", substr(title[c], 1, 44), (ready_of[c] + 0) " of " of[c]
                if (closed[j]) continue
                for (i = 1; i <= n; i++) {
                    if (chapter(id[i]) != c) continue
                    name = substr(id[i], length(c) + 2)
                    state = "new"; more = ""
                    if (id[i] in begun || id[i] in hints) state = "begun"
                    if (id[i] in when) {
                        state = sum[id[i]] == text_then[id[i]] ? "done" : "done, changed since"
                        more = day(when[id[i]])
                    } else if (hints[id[i]]) more = "hint " hints[id[i]] " of 3 shown"
                    if (more == "" && id[i] in piece) more = "a piece of the house"
                    line = sprintf("  %s   %-20s %-20s %s", id[i] == at ? ">" : " ", name, state, more)
                    sub(/ *$/, "", line)
                    print line
                }
            }
        }'
}

# ---- Back to the stub

# Puts the stub in the place of $file, and keeps what was there.
put_stub_back() {
    mkdir -p "${file%/*}"
    stub >"$file.stub" && [ -s "$file.stub" ] || {
        rm -f "$file.stub"
        say "git does not know $file, so there is no stub to bring back." >&2
        return 1
    }
    backup=
    if [ -e "$file" ]; then
        mkdir -p .course/backup
        n=1
        while [ -e ".course/backup/${number}_$name.$n.${file##*.}" ]; do n=$((n + 1)); done
        backup=.course/backup/${number}_$name.$n.${file##*.}
        cp "$file" "$backup"
    fi
    mv "$file.stub" "$file"
    [ -z "$piece" ] || remember pieces "$id" "$(sum_of "$file")" "$(sum_of "$piece")"
    remember "done" "$id"
    remember hints "$id"
}

reset() {
    [ -n "$EXERCISE" ] || { say "Which exercise? For example: make reset EXERCISE=alarm" >&2; exit 2; }
    find_exercise
    use "$id"
    if [ -e "$file" ] && [ "$(stub | cksum)" = "$(cksum <"$file")" ]; then
        if [ -n "$piece" ]; then
            say "$file is the stub still."
        else
            say "$file is as git has it. (If you have committed your answer: git log -- $file
shows where the stub was.)"
        fi
        remember "done" "$id"
        remember hints "$id"
        return
    fi
    printf '%s' "$file becomes the stub again. What you wrote is kept. Go on? (y/N) "
    read -r answer
    case $answer in
        [yY]*) ;;
        *) say "Nothing was changed."; return 1 ;;
    esac
    put_stub_back || return 1
    say "$name is new again.${backup:+ What you had is $backup}"
}

# ---- The next one

next() {
    id=$(first_not_done)
    if [ -z "$id" ]; then
        say "All $(count) exercises are green. make progress shows them."
        return
    fi
    use "$id"
    say "Exercise $(place_of "$id") of $(count): $name, in chapter $(title_of "$chapter")"
    . tests/support/make/setup.sh
    prepare
    choose_colour
    check
    told
    if [ "$outcome" = green ]; then
        [ ! -s "$results/words" ] || { say ""; tell; }
        say ""
        say "Compare your way with the book's: $solution"
        note_piece
        say "Then: make next"
        return
    fi
    say ""
    tell
    say ""
    say "Your file:     $file
The question:  $(page_of_exercise), under Exercises
A hint:        make hint
Again:         make next"
    return 1
}

case $1 in
    next | hint | progress | reset)
        [ "$1" = progress ] && set -- list
        "$1"
        ;;
    watch) . tests/support/make/watch.sh ;;
    check) # what the watch runs
        use "$2"
        trap 'exit 143' TERM # after what runs now, which the signal ends as well
        colour=$3
        mkdir -p "$results"
        : >"$results/words"
        alone "$built" env NINJA_STATUS='[%f/%t] ' ninja -C "$built" -j "$(jobs_here)" "exercise_tools.$chapter" \
            >"$results/tools.log" 2>&1 || exit 1
        check
        ;;
    *) die "course.sh next, hint, progress, reset or watch" ;;
esac
