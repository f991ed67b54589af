#!/bin/sh
# The tests of tests/support/wake/, from the top folder:
#
#   run.sh core                  core.js against the fixtures, under node, or in a browser
#   run.sh page                  the page examines itself (#check): steps, remarks, measured boxes
#   run.sh text PROGRAMS         the timeline that a README shows is what its program does
#   run.sh names PROGRAMS        the task of a part is called as the part is, and a chapter's page is small
#   run.sh holders PROGRAMS      whole stories: each copy of a waker that begins ends, by a drop or by its wake
#   run.sh lines                 page.sh: awkward source lines and traces arrive as they are
#
# 77, and a sentence, when what it needs is not installed.
case $1 in core | page | text | names | holders | lines) ;; *) echo "usage: run.sh core|page|text|names|holders|lines" >&2; exit 2 ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fixtures=tests/wake/fixtures
failed=0
look=
fail() {
    printf '%s\n' "$*"
    failed=1
}

find_browser() {
    for browser in chromium-headless-shell chromium chromium-browser google-chrome; do
        command -v "$browser" >/dev/null 2>&1 && return
    done
    echo "chromium-headless-shell is not installed: apt-get install chromium-headless-shell"
    exit 77
}

# visit FILE WIDTH HEIGHT: what the page's verdict says. It has no network, and leaves nothing behind.
visit() {
    HOME=$work timeout 60 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir="$work/profile" \
        ${look:+"--blink-settings=preferredColorScheme=$look"} --window-size="$2,$3" --dump-dom "file://$1" 2>"$work/browser.log" >"$work/dom"
    awk '/<pre id="verdict"/ { inside = 1 } inside { line = $0; gsub(/<[^>]*>/, "", line); print line } /<\/pre>/ { inside = 0 }' "$work/dom"
}

core() {
    if command -v node >/dev/null 2>&1; then
        node tests/wake/core_test.js || failed=1
        return
    fi
    find_browser
    {
        echo '<!doctype html><pre id="verdict"></pre><script>'
        cat tests/support/wake/core.js tests/wake/core_test.js
        echo '</script>'
        for file in "$fixtures"/*.jsonl; do
            name=${file##*/}
            printf '<script type="application/x-jsonl" class="fixture" id="%s">\n' "${name%.jsonl}"
            awk 'NR > 1 { printf "\n" } { gsub("</", "<\\/"); printf "%s", $0 }' "$file"
            # A trace that was cut off must stay so.
            [ "$(tail -c 1 "$file" | wc -l)" -eq 1 ] && echo
            printf '</script>\n'
        done
        cat <<'END'
<script>
const fixtures = {};
for (const node of document.querySelectorAll('.fixture')) fixtures[node.id] = node.textContent.replace(/^\n/, '');
const wrong = core_test(Wake, fixtures);
document.getElementById('verdict').textContent = wrong.length ? wrong.join('\n') : `ok, ${Object.keys(fixtures).length} fixtures`;
</script>
END
    } >"$work/core.html"
    said=$(visit "$work/core.html" 800 600)
    echo "$said"
    case $said in "ok, "*) ;; *) failed=1 ;; esac
}

# check NAME WIDTH HEIGHT WHAT-IT-MUST-SAY...
check() {
    page=$work/$1.html width=$2 height=$3
    shift 3
    said=$(visit "$page#check" "$width" "$height")
    for words; do
        case $said in *"$words"*) ;; *) fail "$page, $width wide: expected \"$words\", and it says: $said" ;; esac
    done
}

# Six tasks that sleep a millisecond, again and again.
long() {
    awk 'function put(rest) { printf "{\"n\":%d,\"t\":%d,\"th\":1,\"e\":%s}\n", ++n, 3 * n, rest; return n }
        BEGIN {
            print "{\"v\":1,\"title\":\"long\",\"expect\":[]}"
            for (k = 1; k <= 6; k++) cause[k] = put("\"spawn\",\"k\":" k ",\"by\":\"thread 1\"")
            while (n < 120000) for (k = 1; k <= 6 && n < 120000; k++) {
                put("\"poll+\",\"k\":" k ",\"c\":" cause[k])
                put("\"wclone\",\"k\":" k ",\"w\":" k ",\"by\":\"task " k "\"")
                put("\"store\",\"k\":" k ",\"w\":" k ",\"why\":\"a timer\"")
                put("\"poll-\",\"k\":" k ",\"is\":\"pending\"")
                timer = put("\"timer\",\"k\":" k)
                cause[k] = put("\"wake\",\"k\":" k ",\"w\":" k ",\"by\":\"thread 1\",\"c\":" timer ",\"up\":1")
            }
        }'
}

page() {
    find_browser
    for name in io lost no_events cut_line pool; do
        sh tests/support/wake/page.sh "$fixtures/$name.jsonl" >"$work/$name.html"
    done
    long >"$work/long.jsonl"
    sh tests/support/wake/page.sh "$work/long.jsonl" >"$work/long.html"
    sed 's/"expect":\[\]/"expect":["lost 1"]/' "$fixtures/io.jsonl" >"$work/wrong.jsonl"
    sh tests/support/wake/page.sh "$work/wrong.jsonl" >"$work/wrong.html"
    [ "$(wc -c <"$work/io.html")" -lt 102400 ] || fail "the page of a small trace is larger than 100 KB"
    check io 1280 800 "check: ok, 26 events, 2 tasks, 0 remarks"
    check io 400 850 "check: ok, 26 events"
    look=0  # dark
    check lost 1280 800 "check: ok, 8 events, 1 task, 1 remark" "measured, dark"
    look=
    check lost 640 400 "check: ok, 8 events, 1 task, 1 remark"  # 1280 wide at 200 %
    check pool 1280 800 "check: ok, 32 events, 4 tasks, 0 remarks"
    check no_events 1280 800 "check: ok, 0 events" "There are no events in this trace."
    check cut_line 1280 800 "check: ok, 3 events" "is cut off: the program ended while it wrote it."
    check long 1280 800 "check: ok, 120,000 events, 6 tasks, 0 remarks"
    check wrong 1280 800 "check: FAILED" "instead of"
}

# The numbers of descriptors are the system's choice.
plain() { sed 's/fd [0-9][0-9]*/fd N/g; s/[[:space:]]*$//'; }

text() {
    marks=0
    for readme in chapters/*/README.md; do
        # Each mark <!-- wake: PROGRAM ARGUMENTS --> and the block behind it.
        awk -v out="$work/block" '
            /^<!-- wake: .* -->$/ { ++n; sub(/^<!-- wake: /, ""); sub(/ -->$/, ""); print > (out n ".command"); expect = 1; next }
            expect && /^```/ { expect = 0; inside = 1; printf "" > (out n ".text"); next }
            inside && /^```$/ { inside = 0; next }
            inside && !/^\$ / { print > (out n ".text") }' "$readme"
        for command in "$work"/block*.command; do
            [ -e "$command" ] || continue
            marks=$((marks + 1))
            eval "set -- $(cat "$command")"
            program=$programs/$1
            shift
            "$program" "$@" --trace "$work/trace" >/dev/null 2>&1
            TRACE=$work/trace CHAPTER= EXPORT= ARGS=--text sh tests/support/make/wake.sh | plain >"$work/got"
            plain <"${command%.command}.text" >"$work/want"
            diff "$work/want" "$work/got" >"$work/diff" ||
                fail "$readme shows another timeline than $(cat "$command") gives:
$(cat "$work/diff")"
        done
        rm -f "$work"/block*
    done
    [ "$marks" -gt 0 ] || fail "no README shows a timeline"
    awk 'length($0) > 100 { exit 1 }' "$work/got" || fail "a line of the timeline is wider than 100 characters"
}

names() {
    for main in chapters/*/main.cpp; do
        awk '/block_on\(make\(/ && before !~ /trace::name_next/ { exit 1 } { before = $0 }' "$main" ||
            fail "$main: its parts have no names in the trace"
    done
    for program in 08_select 10_spawning; do
        "$programs/$program" --virtual-time --trace "$work/trace" >/dev/null 2>&1
        grep -q '"e":"spawn".*"name":"1\. ' "$work/trace" || fail "$program: the task of part 1 is not named after it"
        sh tests/support/wake/page.sh "$work/trace" >"$work/$program.html"
        [ "$(wc -c <"$work/$program.html")" -lt 153600 ] || fail "the page of $program is larger than 150 KB"
    done
}

holders() {
    for program in 04_io_executor 05_async_await 08_select 10_spawning; do
        "$programs/$program" --virtual-time --trace "$work/trace" >/dev/null 2>&1
        awk '
            function of(key) { return match($0, "\"" key "\":[0-9]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : "" }
            /"e":"wclone"/ { ++copies[of("w")]; ++begun }
            /"e":"wdrop"/ || /"e":"wake".*"up":1/ {
                if (--copies[of("w")] < 0) { print "n " of("n") " ends a copy of waker " of("w") " that never began"; exit bad = 1 }
            }
            END {
                for (w in copies) if (copies[w] > 0) { print copies[w] " copies of waker " w " never end"; bad = 1 }
                if (!begun) { print "no copy of a waker at all"; bad = 1 }
                exit bad
            }' "$work/trace" >"$work/said" || fail "$program: $(head -3 "$work/said")"
    done
}

lines() {
    mkdir -p "$work/src"
    # shellcheck disable=SC1003
    printf '%s\n' 'first' 'a("\n", "</script><!--", '"'\\\\'"');	tab' 'third' >"$work/src/odd.cpp"
    printf '%s\n' '{"v":1,"title":"</script>"}' '{"n":1,"t":1,"th":1,"e":"spawn","k":1,"by":"thread 1","l":"src/odd.cpp:2"}' >"$work/odd.jsonl"
    mkdir -p "$work/tests/support" && cp -r tests/support/wake "$work/tests/support/wake"
    (cd "$work" && sh tests/support/wake/page.sh odd.jsonl) >"$work/odd.html"
    want='"2": "a(\"\\n\", \"<\/script>\u003c!--\", '"'\\\\\\\\'"');    tab",'
    grep -qF -- "$want" "$work/odd.html" || fail "a source line arrived changed: expected $want, and there is $(grep '"2":' "$work/odd.html")"
    grep -qF '{"v":1,"title":"<\/script>"}' "$work/odd.html" || fail "a </script> in the trace ends the script"
    said=$(sh tests/support/wake/page.sh "$work/nothing" 2>&1)
    [ "$said" = "There is no trace $work/nothing." ] || fail "a trace that is not there: $said"
    : >"$work/empty.jsonl"
    said=$(TRACE=$work/empty.jsonl CHAPTER= EXPORT= ARGS=--text sh tests/support/make/wake.sh | tail -1)
    [ "$said" = "There are no events in this trace." ] || fail "an empty trace, as text: $said"
    # make book records runs of its own: it must not touch the page that somebody has open.
    WAKE_FOLDER=$work/there TRACE=$fixtures/io.jsonl CHAPTER= EXPORT= ARGS= sh tests/support/make/wake.sh >/dev/null
    [ -s "$work/there/io_wake.html" ] || fail "WAKE_FOLDER is not heeded: there is no page in it"
}

programs=$2
"$1"
exit $failed
