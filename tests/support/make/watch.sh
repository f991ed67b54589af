# make course: a screen that checks an exercise whenever its file is saved. Sourced by course.sh.
#
# One loop. Each turn looks at the file and at the check that runs, draws what has changed, and waits
# 0.3 s for a key:
#
#   saved?    by the checksum of the text, not by time or inotify: so it is seen over a network, in a
#             container and under WSL, and an editor that writes a new file and renames it is no riddle
#   a check   runs in a session of its own, and so in a process group: the next save ends all of it.
#             Its checksum was taken before it began. A save in between is seen at the next turn.
#   Ctrl-C    is a key here, as q is: nothing is left running, and the terminal is as it was

[ -t 0 ] && [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] || { next; exit; }

escape=$(printf '\033') ctrl_c=$(printf '\003') ctrl_d=$(printf '\004') newline='
'
run= state= view=main top=0 typed= note= absent=0

# ---- The terminal

enter_screen() {
    stty_before=$(stty -g) || die "This terminal does not say how it is set."
    trap leave_screen EXIT
    trap 'exit 0' INT
    trap 'exit 129' HUP
    trap 'exit 143' TERM
    trap 'dirty=1' WINCH
    stty -icanon -echo -isig -ixon min 0 time 3
    printf '\033[?1049h\033[?25l'
}
leave_screen() {
    trap '' INT HUP TERM WINCH
    trap - EXIT
    stop_run
    printf '\033[?25h\033[?1049l'
    stty "$stty_before"
    goes_on=$(current)
    say "$(count_done) of $(count) exercises done.${goes_on:+ make course goes on at ${goes_on#*/}.}"
} 2>/dev/null

# One key, or nothing after a moment. A closed terminal is as good as q.
one_byte() {
    key=$(dd bs=1 count=1 2>/dev/null || printf q; echo .)
    key=${key%.}
}
# An arrow comes as Escape, [ and more, up to a letter: no key of ours.
read_key() {
    one_byte
    [ "$key" = "$escape" ] || return 0
    one_byte
    case $key in
        '') key=$escape ;;
        '[' | O)
            while one_byte; do
                case $key in '' | [A-Za-z~]) break ;; esac
            done
            key=
            ;;
    esac
}

# ---- The check

start_run() {
    stop_run
    sum_seen=$(sum_of "$file")
    saved=$(date -r "$file" +%H:%M:%S 2>/dev/null)
    rm -f "$results/outcome" "$results/tools.log"
    mkdir -p "$results"
    read -r began ignored </proc/uptime
    setsid sh tests/support/make/course.sh check "$id" "$colour" </dev/null >"$results/check.log" 2>&1 &
    run=$!
    state=checking view=main top=0 dirty=1
    stty time 1
}

# The whole group: first politely, for ninja takes away what is half made, and its compilers with it.
stop_run() {
    [ -n "$run" ] || return 0
    kill -TERM -"$run" 2>/dev/null || kill -TERM "$run" 2>/dev/null
    for moment in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        sleep 0.05
        kill -0 "$run" 2>/dev/null || break
    done
    kill -KILL -"$run" 2>/dev/null
    wait "$run" 2>/dev/null
    run=
    stty time 3
}

look_at_run() {
    [ -n "$run" ] || return 0
    if kill -0 "$run" 2>/dev/null; then
        progress=$(tail -n 1 "$results/tools.log" 2>/dev/null | sed -n 's/^\[\([0-9]*\)\/\([0-9]*\)\] [^R].*/\1 of \2/p')
        [ "$progress" = "$progress_seen" ] || { progress_seen=$progress dirty=1; }
        return
    fi
    wait "$run" 2>/dev/null
    run= dirty=1
    stty time 3
    read -r ended ignored </proc/uptime
    took=$(awk -v a="$began" -v b="$ended" 'BEGIN { printf "%.1f s", b - a }')
    outcome= in_test= passed= total=
    read_outcome 2>/dev/null
    state=${outcome:-broken}
    [ "$state" != broken ] || [ -s "$results/words" ] || cat "$results/tools.log" "$results/check.log" >"$results/words" 2>/dev/null
}

# A file that is away or empty for a moment is being saved.
look_at_file() {
    sum=$(sum_of "$file")
    case $sum in
        '' | *-0)
            absent=$((absent + 1))
            [ "$absent" -ge 4 ] || return 0
            if [ -z "$sum" ]; then
                [ "$state" != gone ] || return 0
                stop_run
                state=gone view=main dirty=1 sum_seen=
                return
            fi
            ;;
        *) absent=0 ;;
    esac
    [ "$sum" = "$sum_seen" ] || start_run
}

# ---- Where the reader is

# go ID
go() {
    stop_run
    use "$1"
    at_id=$id absent=0
    mkdir -p .course "$results"
    say "$id" >.course/current
    begin_piece 2>/dev/null
    rm -f "$results/words"
    open_in_editor
    sum_seen= saved= state=checking dirty=1
    [ ! -e "$file" ] || start_run
}
# step 1 or -1
step() {
    there=$(ids | awk -v id="$id" -v step="$1" '{ of[NR] = $0 } $0 == id { n = NR } END { print of[n + step] }')
    if [ -n "$there" ]; then go "$there"; elif [ "$1" = 1 ]; then note="This is the last one."; else note="This is the first one."; fi
}
go_to_chapter() {
    case $1 in ?) wanted=0$1 ;; *) wanted=$1 ;; esac
    there=$(ids_of "$wanted" | head -n 1)
    view=main
    if [ -n "$there" ]; then go "$there"; else note="Chapter $wanted has no exercises."; fi
}

# BOOK_EDIT is a command that opens a file, such as "emacsclient -n".
open_in_editor() {
    if [ -n "$BOOK_EDIT" ]; then
        (eval "setsid $BOOK_EDIT \"\$file\"" </dev/null >/dev/null 2>&1 &)
    elif [ "$TERM_PROGRAM" = vscode ] && command -v code >/dev/null 2>&1; then
        (setsid code "$file" </dev/null >/dev/null 2>&1 &)
    fi
}

# ---- The screen

paint() { if [ -n "$colour" ]; then printf '\033[%sm%s\033[0m' "$1" "$2"; else printf '%s' "$2"; fi; }

# What the terminal opens at a click.
link() {
    if [ -n "$colour" ]; then
        printf '\033]8;;file://%s\033\\%s\033]8;;\033\\' "$(printf '%s/%s' "$PWD" "$1" | sed 's/%/%25/g; s/ /%20/g')" "$1"
    else
        printf '%s' "$1"
    fi
}

bar() {
    awk -v ready="$1" -v all="$2" -v wide="$3" 'BEGIN {
        for (i = 1; i <= wide; i++) printf "%s", (i <= ready * wide / all ? "#" : ".")
    }'
}

draw_head() {
    if [ "$columns" -lt 60 ]; then
        say " $(place_of "$id") of $(count)   $(title_of "$chapter")"
        say " $name"
    else
        book="$(paint 1 'The Async Book in C++')   " wide=24
        [ "$columns" -ge 96 ] || book= wide=12
        say " ${book}exercise $(place_of "$id") of $(count)   [$(bar "$(count_done)" "$(count)" "$wide")]   $(title_of "$chapter")"
        # As much of it as there is room for.
        checked=
        [ "$state" = checking ] || [ "$state" = gone ] || checked=$took
        for times in "${saved:+saved $saved}${checked:+, checked in $checked}" "$checked" ''; do
            [ $((${#name} + ${#file} + ${#times} + 8)) -gt "$columns" ] || break
        done
        if [ $((${#name} + ${#file} + 8)) -le "$columns" ]; then
            say " $(paint 1 "$name")   $(link "$file")   $times"
        else
            say " $(paint 1 "$name")   $file"
        fi
    fi
    say ""
    before=
    [ -z "$total" ] || before="   tests passed before it: $passed of $total"
    case $state in
        checking)
            if [ -n "$progress_seen" ]; then
                say " First what this chapter stands on is built, once: $progress_seen"
            else
                say " checking ..."
            fi
            ;;
        green) say " $(paint '1;32' green)   Compare with $solution, then press n." ;;
        red) say " $(paint '1;31' red)   $in_test$before" ;;
        crashed) say " $(paint '1;31' "crashed in $in_test")$before" ;;
        hung) say " $(paint '1;31' "took longer than 3 s: $in_test")$before" ;;
        compile) say " $(paint '1;31' 'does not compile yet')" ;;
        gone) say " $(paint '1;31' "$file is gone"): x brings the stub back" ;;
        broken) say " $(paint '1;31' 'the build itself does not work')" ;;
    esac
    say ""
}

# The text below the head.
body() {
    case $view in
        list) list "$columns" "$height" ;;
        hint) hint_text "$hint" ;;
        full)
            [ "$outcome" = compile ] && cat "$results/build.log" ||
                cat "$results/compile.log" "$results/test.log" 2>/dev/null
            ;;
        *)
            if [ "$state" = checking ]; then
                # What was there before fades.
                sed "s/${escape}\\[[0-9;]*m//g" "$results/words" 2>/dev/null |
                    if [ -n "$colour" ]; then sed "s/.*/${escape}[2m&${escape}[0m/"; else cat; fi
            elif [ "$state" != gone ]; then
                cat "$results/words" 2>/dev/null
            fi
            ;;
    esac
}

hint_key() { if [ "$state" = green ]; then say "h hints"; else say "h hint (${shown:-1} of 3)"; fi; }

draw_foot() {
    shown=$(recalled hints "$id")
    case $view in
        chapter) say " go to chapter: ${typed}_    Enter: go   Esc: stay" ;;
        hint) say "${more} h $([ "$hint" -lt 3 ] && echo "hint $((hint + 1)) of 3" || echo 'the first again')   Esc back to the exercise   q quit" ;;
        list | full) say "${more} Esc back to the exercise   n next   b back   g chapter   q quit" ;;
        *)
            if [ -n "$note" ]; then
                say " $note"
            elif [ "$columns" -lt 60 ]; then
                say "${more} h hint  r run  n next  b back  l list  q quit"
            elif [ "$columns" -lt $((94 + ${#more})) ]; then
                say "${more:- }$(if [ -n "$more" ]; then echo 'h hint'; else hint_key; fi)  r run  n next  b back  l list  g chapter  p output  q quit"
            else
                say "${more:- }$(hint_key)   r run again   n next   b back   l list   g chapter   p full output   q quit"
            fi
            ;;
    esac
}

draw() {
    dirty=
    size=$(stty size)
    rows=${size% *} columns=${size#* }
    [ "${rows:-0}" -gt 0 ] || rows=24
    [ "${columns:-0}" -gt 0 ] || columns=80
    place=$built/course/screen
    draw_head | fold_words "$columns" - -v all=1 >"$place.head"
    height=$((rows - $(wc -l <"$place.head") - 2))
    [ "$height" -gt 0 ] || height=1
    body | sed "s/^/ /" | fold_words "$columns" - >"$place.body"
    lines=$(wc -l <"$place.body")
    [ "$top" -lt "$lines" ] || top=0
    more=
    [ "$lines" -le "$height" ] || more=" space: more  "
    {
        cat "$place.head"
        awk -v top="$top" -v height="$height" 'NR > top && NR <= top + height { print; n++ } END { while (n++ <= height) print "" }' "$place.body"
        draw_foot | fold_words "$columns" - -v all=1
    } | awk -v rows="$rows" '
        BEGIN { printf "\033[H" }
        NR <= rows { printf "%s%s\033[K", (NR > 1 ? "\r\n" : ""), $0 }
        END { printf "\033[J" }'
}

# ---- The keys

press() {
    note= dirty=1
    if [ "$view" = chapter ]; then
        case $key in
            [0-9])
                typed=$typed$key
                [ "${#typed}" -lt 2 ] || go_to_chapter "$typed"
                ;;
            "$newline") if [ -n "$typed" ]; then go_to_chapter "$typed"; else view=main; fi ;;
            ' ') ;;
            "$ctrl_c" | q) exit 0 ;;
            *) view=main ;;
        esac
        return
    fi
    case $key in
        q | "$ctrl_c" | "$ctrl_d") exit 0 ;;
        r) start_run ;;
        n) step 1 ;;
        b) step -1 ;;
        l) switch list ;;
        p) switch full ;;
        g) view=chapter typed= ;;
        h)
            shown=$(recalled hints "$id")
            # The one that was seen last; the next one only when asked again.
            if [ "$view" = hint ]; then hint=$((hint % 3 + 1)); else hint=${shown:-1}; fi
            [ "${shown:-0}" -ge "$hint" ] || remember hints "$id" "$hint"
            view=hint top=0
            ;;
        x)
            if [ "$state" = gone ] && put_stub_back 2>/dev/null; then
                absent=0
                start_run
            elif [ "$state" = gone ]; then
                note="git does not know this file: there is no stub to bring back."
            fi
            ;;
        ' ') top=$((top + height)) ;;
        "$escape") view=main top=0 ;;
    esac
}
# switch VIEW: to it, and back from it.
switch() { if [ "$view" = "$1" ]; then view=main; else view=$1; fi; top=0; }

. tests/support/make/setup.sh
[ -e "$built/build.ninja" ] || say "First CMake looks at this machine, once."
configure "$preset" "$built"
mkdir -p "$built/course"
alone "$built" ninja -C "$built" build.ninja >"$built/course/configure.log" 2>&1 || { cat "$built/course/configure.log" >&2; exit 1; }
choose_colour
if [ -n "$EXERCISE" ]; then
    find_exercise
    first=$id
else
    [ -z "$CHAPTER" ] || need_chapter "$CHAPTER"
    first=$([ -z "$CHAPTER" ] && current || ids_of "$chapter" | head -n 1)
    [ -n "$first" ] || first=$(ids | tail -n 1)
fi
[ -n "$first" ] || die "There are no exercises."

enter_screen
go "$first"
while :; do
    look_at_file
    look_at_run
    [ -z "$dirty" ] || draw
    read_key
    [ -z "$key" ] || press
done
