# What `make exercise`, `make next` and `make course` share: which exercises there are, how one is
# checked, and what is told of it. Sourced, after common.sh.
#
# An exercise is named by its id: 02/alarm. A piece of the house is one, too: 02/sleep_poll, whose file is the
# reader's copy, in mine/, of a file of the book. What a check finds is in $built/course/02_alarm.reader/:
#
#   outcome    green, red, crashed, hung, compile (it does not compile), broken (the build itself is);
#              then the test that was red, how many passed before it, how many there are
#   words      what to tell
#   build.log  compile.log  test.log       of the last build, the last compilation, the last run

built=build preset=dev

# "02/alarm 02_timer_future" a line, in the book's order; of a piece also which file it is of. It is asked often:
# read once.
all_exercises=$(LC_ALL=C awk 'match($0, /^add_(exercise\([^ ]+ +[A-Za-z0-9_]+|piece\([^ ]+ +[^ ]+ +[^ )]+)/) {
    split(substr($0, 1, RLENGTH), word, /[( ]+/)
    print substr(word[2], 1, index(word[2], "_") - 1) "/" word[3], word[2] (word[4] == "" ? "" : " " word[4])
}' chapters/*/CMakeLists.txt 2>/dev/null)
exercises() { [ -z "$all_exercises" ] || say "$all_exercises"; }
ids() { exercises | sed 's/ .*//'; }
pieces() { exercises | awk 'NF == 3 { print $1 }'; }
ids_of() { ids | grep "^${1%%_*}/"; }
# Those that are not done, in the book's order.
ids_not_done() {
    {
        sed 's/^/. /' .course/done 2>/dev/null
        ids
    } | awk '$1 == "." { ready[$2] = 1; next } !($1 in ready)'
}

# use ID [solution]: sets what the rest of this file is about.
use() {
    id=$1 whose=${2:-reader}
    name=${id#*/} number=${id%/*}
    set -- $(exercises | sed -n "s|^$id ||p")
    chapter=$1 piece=$2
    solution=${piece:-chapters/$chapter/solutions/$name.h}
    case $whose in
        reader) file=${piece:+mine/}${piece:-chapters/$chapter/exercises/$name.h} ;;
        *) file=$solution ;;
    esac
    target=$chapter.$name.$whose
    [ -z "$piece" ] || [ "$whose" != reader ] || target=$chapter.$name.mine
    results=$built/course/${number}_$name.$whose
}

# The page that asks the question: a chapter may have more than one.
page_of_exercise() {
    page=$(grep -l "^### .*\`$name\`" "chapters/$chapter"/*.md 2>/dev/null | head -n 1)
    say "${page:-chapters/$chapter/README.md}"
}

# The name, or 08/alarm where two chapters have one.
spelled() {
    if [ "$(ids | grep -c "/$name\$")" -gt 1 ]; then say "$id"; else say "$name"; fi
}

# find_chapter, of which a wrong name is wrong usage here.
need_chapter() { (find_chapter "$1") && find_chapter "$1" || exit 2; }

# find_exercise: from EXERCISE and CHAPTER sets $id, or says what there is and ends with 2.
find_exercise() {
    within=$CHAPTER
    case $EXERCISE in */*) within=${EXERCISE%%/*} ;; esac
    [ -z "$within" ] || { need_chapter "$within"; within=${chapter%%_*}; }
    set -- $(ids | awk -F/ -v within="$within" -v wanted="${EXERCISE##*/}" \
        '(within == "" || $1 == within) && $2 == wanted')
    id=$1
    [ $# -ne 1 ] || return
    {
        if [ $# -gt 1 ]; then
            say "$# chapters have an exercise '${EXERCISE##*/}'. Say which: EXERCISE=$1 or EXERCISE=$2"
        elif [ -n "$within" ]; then
            say "Chapter $within has no exercise '$EXERCISE'. It has:" $(ids_of "$within" | sed 's|.*/||')
        else
            say "There is no exercise '$EXERCISE'. There are:"
            ids | awk -F/ '$1 != last { printf "%s    %s ", last == "" ? "" : "\n", $1; last = $1 }
                           { printf " %s", $2 } END { print "" }'
        fi
    } >&2
    exit 2
}

# ---- What is known of the reader, in .course/: plain text, to be copied from machine to machine.
#
#   done      02/alarm CHECKSUM 2026-11-19     green, with this text, on this day
#   hints     02/alarm 2                       so many were shown
#   current   02/alarm                         looked at last
#   pieces    02/sleep_poll CHECKSUM CHECKSUM  of its stub, and of the book's file it was made from

# remember FILE ID [WORDS...]: the line of this id in .course/FILE; without words it is taken away.
remember() {
    kept=.course/$1 whom=$2
    shift 2
    mkdir -p .course
    {
        [ ! -e "$kept" ] || awk -v id="$whom" '$1 != id' "$kept"
        [ $# -eq 0 ] || say "$whom $*"
    } >"$kept.new" && mv "$kept.new" "$kept"
}
recalled() { [ ! -e ".course/$1" ] || awk -v id="$2" '$1 == id { sub(/^[^ ]* /, ""); print }' ".course/$1"; }
sum_of() { cksum 2>/dev/null <"$1" | tr ' ' -; } 2>/dev/null

first_not_done() { ids_not_done | head -n 1; }

# Where the reader is: what was looked at last, if it is not done; else the first that is not done.
current() {
    last=$(cat .course/current 2>/dev/null)
    if [ -n "$last" ] && ids | grep -qxF -e "$last" && [ -z "$(recalled "done" "$last")" ]; then
        say "$last"
    else
        first_not_done
    fi
}

# ---- The stubs

# The stub of $file: from git; of a piece, the book's file with the gap in it.
stub() {
    [ -n "$piece" ] || { git show "HEAD:./$file" 2>/dev/null; return; }
    gap=$(mktemp) || return
    cmake -D PATCH="tests/exercises/$chapter/gap/$name.patch" -D ORIGINAL="$piece" -D RESULT="$gap" \
        -P tests/support/cmake/patch.cmake >&2 && {
        say "// $name: your copy of $piece. Write where it says YOUR PIECE, and leave"
        say "// the rest as it is, above all the members of classes. Its test: make exercise EXERCISE=$name"
        cat "$gap"
    }
    rm -f "$gap"
}

# A piece that the reader has not begun: its stub is put into mine/.
begin_piece() {
    [ -n "$piece" ] && [ "$whose" = reader ] && [ ! -e "$file" ] || return 0
    mkdir -p "${file%/*}"
    stub >"$file.stub" && [ -s "$file.stub" ] && mv "$file.stub" "$file" || { rm -f "$file.stub"; return 1; }
    remember pieces "$id" "$(sum_of "$file")" "$(sum_of "$piece")"
}

# ---- The build

# A terminal gets colours, unless NO_COLOR asks for none.
choose_colour() {
    colour=
    [ ! -t 1 ] || [ -n "$NO_COLOR" ] || [ "$TERM" = dumb ] || colour=1
}

# SANITIZE=address or thread: a build of its own.
choose_build() {
    case $SANITIZE in
        '') return ;;
        address) preset=asan ;;
        thread) preset=tsan ;;
        *)
            say "SANITIZE=$SANITIZE is unknown: say SANITIZE=address or SANITIZE=thread." >&2
            exit 2
            ;;
    esac
    built=build-$preset
}

# The build knows the exercises, and what those of $chapter stand on is there.
prepare() {
    [ -e "$built/build.ninja" ] || say "First CMake looks at this machine, once."
    configure "$preset" "$built"
    mkdir -p "$built/course"
    # So that exercises declared since the last build are known.
    alone "$built" ninja -C "$built" build.ninja >"$built/course/configure.log" 2>&1 ||
        { cat "$built/course/configure.log" >&2; exit 1; }
    # It takes half a minute, the first time: to be seen, and apart from the file that is the reader's.
    build_tools >"$built/course/tools.status"
    [ "$(cat "$built/course/tools.status")" = 0 ] || { cat "$built/course/tools.log" >&2; die "It does not build: see above."; }
}

# Builds what the exercises of $chapter stand on, and tells of it on stderr when there is something to
# build. The exit code is on stdout.
build_tools() {
    {
        alone "$built" env NINJA_STATUS='[%f/%t] ' ninja -C "$built" -j "$(jobs_here)" "exercise_tools.$chapter" 2>&1
        echo $? >&3
    } | tee "$built/course/tools.log" | {
        begun=
        while IFS= read -r line; do
            case $line in
                '['*'] Re-'*) continue ;; # ninja looks whether CMake must run
                '['*) ;;
                'Another make '*) say "$line" >&2; continue ;;
                *) continue ;;
            esac
            [ -n "$begun" ] || say "First what the exercises of this chapter stand on. That is built once." >&2
            begun=yes
            if [ -t 2 ]; then printf '\r%s ' "${line%%]*}]" >&2; else say "$line" >&2; fi
        done
        [ -z "$begun" ] || if [ -t 2 ]; then printf '\r              \r' >&2; else say "" >&2; fi
    }
} 3>&1

# ---- A check

# filter LOG [OPTION...]
filter() {
    log=$1
    shift
    LC_ALL=C awk -v mine="$file" -v top="$PWD" -v colour="$colour" "$@" -f tests/support/make/errors.awk "$log"
}

# How the exercise's test is compiled, up to the files in question.
compile_command() {
    ninja -C "$built" -t commands "$target" 2>/dev/null |
        sed -n "/\/${name}_test\.cpp\.o -c/s/ -MD -MT .*//p"
}

# The file by itself, as its test is compiled: what the compiler says.
compile_alone() {
    command=$(compile_command)
    top=$PWD
    [ -z "$command" ] || (cd "$built" && eval "LC_ALL=C $command -fsyntax-only -x c++ \"\$top/\$file\"" 2>&1)
}

# What the compiler said, in a few lines; all of it with RAW=1.
compiler_said() {
    if [ -n "$RAW" ]; then
        grep -v -e '^ninja: ' -e '^\[[0-9]*/[0-9]*\]' -e '^FAILED: ' -e ' -o [^ ]* -c ' "$1" |
            sed -e "s|$PWD/||g" -e 's#\.\./\(chapters\|tests\|common\)/#\1/#g'
        return
    fi
    filter "$1" && return
    compile_alone >"$results/alone.log"
    if grep -q 'error: ' "$results/alone.log"; then
        filter "$results/alone.log" -v whole=1
    else
        filter "$1" -v whole=1
    fi
}

# A crash says nothing of itself: say at least in which test.
crashed_in() {
    exec 2>/dev/null
    "$built/bin/exercises/$target" --gtest_fail_fast --gtest_color=no |
        sed -n 's/^\[ RUN  *\] //p' | tail -n 1
}

# Of a sanitizer's first report: what it found, the places in the reader's file, and the line of the test.
# It knows no line of a function that stands in a header; addr2line does.
sanitizer_said() {
    LC_ALL=C awk -v mine="$file:" -v test="tests/exercises/$chapter/${name}_test.cpp:" -v top="$PWD/" \
        -v program="$built/bin/exercises/$target" '
        function found(what) { if (!reports++) print "The sanitizer found: " what }
        function in_file(text, file,    at) {
            if (!(at = index(text, file))) return ""
            text = substr(text, at)
            sub(/[ ,].*/, "", text)
            return text
        }
        function place_of(frame,    part, command, line) {
            if (in_file(frame, mine) != "" || !match(frame, /\([^()]*\+0x[0-9a-f]+\)/)) return in_file(frame, mine)
            split(substr(frame, RSTART + 1, RLENGTH - 2), part, "+")
            sub(/.*\//, "", part[1])
            if (part[1] == "" || substr(program, length(program) - length(part[1]) + 1) != part[1]) return ""
            command = "addr2line -e \047" program "\047 " part[2] " 2>/dev/null"
            command | getline line
            close(command)
            return in_file(line, mine)
        }
        /(ERROR|WARNING): [A-Za-z]*Sanitizer: / {
            sub(/.*Sanitizer: /, ""); sub(/ on address.*| on unknown.*| \(pid=.*/, ""); found($0); next
        }
        / runtime error: / {
            line = $0
            sub(/.* runtime error: /, ""); found($0)
            if (reports == 1 && index(line, mine) == 1) { sub(/: runtime.*/, "", line); print "    " line }
            next
        }
        reports != 1 { next }
        /^ *(READ|WRITE|Read|Write|Previous|freed|previously|Direct|Indirect) / {
            title = $0
            sub(/^ */, "", title); sub(/ at 0x[0-9a-f]*/, "", title)
            sub(/ thread T0.*| by (main )?thread.*/, "", title); sub(/:$/, "", title)
            tried = 0
        }
        /^ *#[0-9]+ / && !tested && (tested = in_file($0, test)) != "" { from = "    in the test " tested }
        /^ *#[0-9]+ / && title != "" && tried++ < 6 && (place = place_of($0)) != "" {
            print "    " title ": " place
            title = ""
        }
        END {
            if (from) print from
            if (reports > 1) print "    (" reports - 1 " more: RAW=1)"
        }' "$1"
}

# finish OUTCOME: writes it down, whole or not at all.
finish() {
    outcome=$1
    if [ "$whose" = reader ]; then
        mkdir -p .course
        say "$id" >.course/current
        [ "$outcome" != green ] || remember "done" "$id" "$sum $(date +%Y-%m-%d)"
    fi
    printf '%s\n' "$outcome" "$in_test" "$passed" "$total" >"$results/outcome.new"
    mv "$results/outcome.new" "$results/outcome"
}
read_outcome() {
    { read -r outcome && read -r in_test && read -r passed && read -r total; } <"$results/outcome"
}

# check: builds and runs what use() has named. $colour is 1 or empty. Its answer is in $results.
check() {
    in_test= passed= total=
    mkdir -p "$results"
    rm -f "$results/outcome"
    : >"$results/test.log"

    begin_piece
    if [ ! -e "$file" ]; then
        say "$file is gone. make reset EXERCISE=$(spelled) brings the stub back." >"$results/words"
        finish broken
        return
    fi

    # A file that was saved while it was compiled may be older than what was made of its former text.
    sum=$(sum_of "$file")
    [ "$sum" = "$(cat "$results/sum" 2>/dev/null)" ] ||
        find "$built/chapters/$chapter/CMakeFiles/$target.dir" -name '*.o' -exec rm -f {} + 2>/dev/null
    say "$sum" >"$results/sum"

    if [ -n "$SANITIZE" ] && ! ninja -C "$built" -t query "$target" >/dev/null 2>&1; then
        say "$name runs under every schedule of its threads, by means that a sanitizer wants for itself.
Check it without SANITIZE: it sees more than the sanitizer does." >"$results/words"
        finish broken
        return
    fi
    if ! alone "$built" env LC_ALL=C ninja -C "$built" -j "$(jobs_here)" "$target" >"$results/build.log" 2>&1; then
        compiler_said "$results/build.log" >"$results/words"
        [ -s "$results/words" ] || cp "$results/build.log" "$results/words"
        finish compile
        return
    fi
    # Of the last time that it was compiled: a warning stays until it is mended.
    ! grep -q 'Building CXX object' "$results/build.log" || cp "$results/build.log" "$results/compile.log"

    # What no compiler says and no test finds in time: a std lock that is held across a co_await hangs.
    : >"$results/lint"
    if [ -x "$built/bin/coroutine_lint" ] && ! "$built/bin/coroutine_lint" "$file" >"$results/lint"; then
        cp "$results/lint" "$results/words"
        finish red
        return
    fi

    # Of endless output the end is enough. The exit code comes out on descriptor 4.
    status=$({
        { BOOK_EXERCISE=3 "$built/bin/exercises/$target" --gtest_brief=1 --gtest_fail_fast \
            --gtest_color="$([ -n "$colour" ] && echo yes || echo no)" 2>&1; echo $? >&4; } |
            tail -c 65536 >"$results/test.log"
    } 4>&1)
    # What the test found; not the summary of a run.
    sed -e '/^\[==========\]/d' -e '/\[  PASSED  \]/d' -e '/\[  SKIPPED \]/d' -e '/: Skipped$/d' \
        -e "s|$PWD/||g" -e 's|^\.\./||' "$results/test.log" | cat -s |
        awk '!/^a waker threw/ || !said[$0]++' >"$results/found"

    if [ "$status" -eq 0 ]; then
        warnings >"$results/words"
        finish green
        return
    fi
    in_test=$(sed -n 's/^watchdog: \([^ ]*\) (.*/\1/p; s/^\([A-Za-z0-9_/]*\.[A-Za-z0-9_/]*\) ([^ ]*:[0-9]*)$/\1/p' \
        "$results/found" | head -n 1)
    how=red
    if grep -q -e 'ERROR: [A-Z][a-z]*Sanitizer' -e 'WARNING: ThreadSanitizer' -e ': runtime error: ' "$results/found"; then
        how=sanitizer
    elif grep -q '^watchdog: ' "$results/found"; then
        how=hung
    elif [ "$status" -ge 128 ]; then
        how=crashed
    fi
    [ -n "$in_test" ] || [ "$how" = sanitizer ] || in_test=$(crashed_in)
    "$built/bin/exercises/$target" --gtest_list_tests 2>/dev/null | awk -v test="$in_test" '
        /^[^ ]/ { suite = $1; next }
        { if (suite $1 == test) before = n + 0; n++ }
        END { print before; print before == "" ? "" : n }' >"$results/place"
    { read -r passed; read -r total; } <"$results/place"
    {
        warnings half_done
        case $how in
            sanitizer)
                if [ -n "$RAW" ]; then cat "$results/found"; else sanitizer_said "$results/found"; fi
                how=red
                ;;
            hung) sed 's/^watchdog: //' "$results/found" ;;
            crashed)
                cat "$results/found"
                if grep -q ' was destroyed in use: ' "$results/found"; then
                    say "The book has ended your program, in the test $in_test. The line above says
what was destroyed while a task still needed it, and in which line that task took it, or waits."
                else
                    say "Your program crashed, in the test $in_test.
Most often that is an empty pointer or optional that was used all the same, or an
object that was used when it had gone."
                    grep -A1 "add_exercise($chapter $name\$" "chapters/$chapter/CMakeLists.txt" | grep -q EXPLORED ||
                        say "A sanitizer says which, and in which line:
    make exercise EXERCISE=$(spelled) SANITIZE=address"
                fi
                ;;
            *) cat "$results/found" ;;
        esac
    } >"$results/words"
    finish "$how"
}

# The warnings of the reader's file. half_done: an unused name is no news yet.
warnings() {
    if [ -s "$results/lint" ]; then
        say "Some compiler takes this wrongly:
$(cat "$results/lint")
"
    fi
    [ -e "$results/compile.log" ] || return 0
    if [ -n "$RAW" ]; then
        grep -q 'warning: ' "$results/compile.log" || return 0
        said=$(compiler_said "$results/compile.log")
    else
        said=$(filter "$results/compile.log" -v half_done="$1")
    fi
    [ -z "$said" ] || say "Your compiler warns:
$said
"
}

# ---- What is told

# In a few words, how it went.
told() {
    case $outcome in
        green) say "green" ;;
        red) say "red${total:+, after $passed of $total}" ;;
        crashed) say "crashed${total:+, after $passed of $total}" ;;
        hung) say "took too long${total:+, after $passed of $total}" ;;
        compile) say "does not compile yet" ;;
        *) say "could not be checked" ;;
    esac
}

# fold_words WIDTH FILE [OPTION...]: lines of code are cut, others broken between words.
fold_words() {
    columns_wide=$1 text=$2
    shift 2
    LC_ALL=C awk -v width="$columns_wide" "$@" -f tests/support/make/fold.awk "$text"
}

# The words of a check, as wide as the terminal.
tell() {
    width=
    [ ! -t 1 ] || width=$(stty size 2>/dev/null </dev/tty | sed 's/.* //')
    if [ "${width:-0}" -gt 0 ]; then fold_words "$width" "$results/words"; else cat "$results/words"; fi
}

note_piece() { [ -z "$piece" ] || say "It carries the house from now on: make run CHAPTER=20 MINE=1"; }

# Which sanitizer sees more of an exercise with threads, and of one without.
note_threads() {
    [ -n "$SANITIZE" ] || return 0
    if grep -q -e 'std::j\{0,1\}thread' -e '<thread>' -e '<mutex>' "$file" "tests/exercises/$chapter/${name}_test.cpp"; then
        [ "$SANITIZE" = thread ] || say "This exercise has threads: SANITIZE=thread sees when two of them touch the same thing.
"
    elif [ "$SANITIZE" = thread ]; then
        say "This exercise has one thread, where the thread sanitizer has nothing to look for: try SANITIZE=address.
"
    fi
}
