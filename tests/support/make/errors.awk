# What a compiler or a linker says, brought down to what a reader can use. check.sh feeds it a log:
#
#   awk -v mine=chapters/02_timer_future/exercises/alarm.h -v top="$PWD" -f errors.awk LOG
#
#   1. Errors hide warnings. When there are none, the warnings of the reader's own file are shown.
#   2. A message belongs to the reader's file if its place is there; else to the first place in that
#      file from which a template was wanted. Nothing is shown of what lies between.
#   3. At most two, each place and each sentence once; then how many more there are.
#   4. At most one of the compiler's notes.
#   5. Names are shortened: no book::, no [with ...], Duration for its template.
#   6. -v whole=0: print nothing, exit 3, if no error is in the reader's file or more than fifty are
#      anywhere: check.sh compiles the file alone then, and asks again with whole=1.
#      -v half_done=1: no warnings of unused names.
#   7. What the linker misses is named.
#   8. sentence() says the usual mistakes in words, in front of the compiler's own.
#
# g++ says where a template was wanted before its message, clang after it. -v colour=1 colours.
# Run with LC_ALL=C; POSIX awk.

function paint(code, text) { return colour ? "\033[" code "m" text "\033[0m" : text }

function replace(text, old, new,    at, done) {
    done = ""
    while ((at = index(text, old)) > 0) {
        done = done substr(text, 1, at - 1) new
        text = substr(text, at + length(old))
    }
    return done text
}

# Takes out what stands between `open` and the bracket that closes it: "[with T = int]".
function without(text, open,    at, i, c, depth, left, right) {
    left = substr(open, 1, 1) == " " ? substr(open, 2, 1) : substr(open, 1, 1)
    right = left == "[" ? "]" : left == "{" ? "}" : left == "<" ? ">" : ")"
    while ((at = index(text, open)) > 0) {
        depth = 0
        for (i = at; i <= length(text); i++) {
            c = substr(text, i, 1)
            if (c == left) depth++
            if (c == right && --depth == 0) break
        }
        text = substr(text, 1, at - 1) substr(text, i + 1)
    }
    return text
}

function plain(text,    i) {
    text = without(without(text, " [with "), " {aka ")
    gsub(/ \(aka '[^']*'\)/, "", text)
    gsub(/ \[-W[^]]*\]/, "", text)
    gsub(/\{anonymous\}::|\(anonymous namespace\)::|book::(exercise|test)::|book::|std::__n4861::/, "", text)
    gsub(/__cxx11::basic_string<char>|basic_string<char>/, "string", text)
    text = without(text, ", std::allocator<")
    gsub(/typename std::remove_cvref<[^<>]*>::type::Output/, "OutputOf<...>", text)
    gsub(/(std::chrono::)?duration<long( int)?, (std::)?ratio<1, 1000000000>( )?>/, "Duration", text)
    gsub(/(std::chrono::)?duration<long( int)?, (std::)?ratio<1, 1000>( )?>/, "milliseconds", text)
    gsub(/[A-Za-z_:]*\([^()]*\)::<lambda\([^()]*\)>/, "a lambda", text)
    gsub(/<lambda\([^()]*\)>|\(lambda at [^()]*\)/, "a lambda", text)
    gsub(/long int/, "long", text)
    gsub(/Poll<std::tuple<OutputOf<\.\.\.>, OutputOf<\.\.\.>, OutputOf<\.\.\.> ?> ?>/, "Poll<Output>", text)
    while (sub(/> >/, ">>", text)) {}
    return text
}

function a(type) { return (type ~ /^[aeiouAEIOU]/ ? "an " : "a ") type }

# A word of the compiler's, in words. `source` is the reader's line.
function sentence(text, source,    parts, at) {
    if (sub(/^static assertion failed( due to requirement '[^']*')?: /, "", text)) return text
    if (text ~ /^static_assert(ion)? failed/) {
        if ((at = index(text, "\"")) == 0) return ""
        text = substr(text, at + 1)
        sub(/"$/, "", text)
        return text
    }
    if (text ~ /internal compiler error|PLEASE submit a bug report/)
        return "The compiler itself crashed, as g++ 12 does at some shapes of co_await. Say one co_await a statement, its result into a named variable (chapter 05, the rules for g++ 12)."
    if (text ~ /await expressions are not permitted in handlers|cannot be used in the handler of a try/)
        return "The standard forbids co_await inside a catch: keep the exception there, with std::current_exception(), and await after the block."
    if (text ~ /(co_await|co_return|co_yield)' cannot be used in a function with a deduced return type|coroutine_traits<auto/)
        return "A lambda that says co_await must say what it returns: [](...) -> Async<> { ... }"
    if (text ~ /unable to find the promise type|not a coroutine type|has no member named 'promise_type'|no member named 'promise_type'/)
        return "Only a function that returns a future made for it, such as Async<>, may say co_await or co_return."
    if (text ~ /return' statement is not allowed in coroutine|return statement not allowed in coroutine/ ||
        text ~ /(could not convert|cannot convert|no viable conversion from returned value).* '(book::)?Async</)
        return "A coroutine gives its value with co_return."
    if (text ~ /deleted function '.*\(const .*&\)'|implicitly.deleted copy|deleted constructor of/) {
        if (text ~ /Async</) return "A future is moved, not copied: std::move(it), or call the function again for a new one."
        return "This can be moved, not copied: std::move(it)."
    }
    if (text ~ /ignoring return(ed)? value/) {
        if (text ~ /'Pending'/ || source ~ /pin_\.pending\(\)/) return "pin_.pending() is the answer of a poll: return it."
        if (text ~ /'Poll</ || source ~ /poll[a-z_]*\(/)
            return "The answer of this poll is thrown away. Is it ready, or pending? Return it, or look."
        if (text ~ /of type '(Async|Sleep|[A-Z])/ || text !~ /of type/)
            return "A future that nobody awaits does nothing: co_await it."
        return ""
    }
    if (text ~ /no return statement in function returning non-void|control reaches end of non-void|non-void function does not return|non-void coroutine does not return/)
        return "A way through this function ends without a return. (In an Async function it is co_return.)"
    if (text ~ /deleted function.*Poll\(B\)|'bool' to '[^']*Poll<[^']*' invokes a deleted/)
        return "true and false are no answer of a poll: return the value, or pin_.pending()."
    if (text ~ /Poll<.*to 'bool'|Poll<.*convertible to 'bool'/) return "A Poll is no bool: ask is_ready() or is_pending()."
    if (text ~ /operator=|overloaded '='/ && text source ~ /Poll<|poll\(/)
        return "A Poll is not yet a value: ask is_ready(), then take it with std::move(answer).value()."
    if (text ~ /Waker.*'(book::)?Waker&&'|'wake' (is an lvalue|has type)|Waker' as 'this' argument/)
        return "wake() uses a waker up, and this one is only borrowed: say wake_by_ref()."
    if (text ~ /SleepFn|[fd]rom '?(int|long|double)'? to .*Duration/)
        return "A duration has a unit: 100ms, or std::chrono::milliseconds(n)."
    if (text ~ /'const .*(discards|not marked const)|const PinGuard|read-only object|within a const member|const-qualified/)
        return "A const function cannot change its object, and a poll does: take the const away."
    if (text ~ /non-static member function must be called|invalid use of non-static member|'[A-Za-z_:]*' from type '.*\(/)
        return "A function is called with parentheses after its name, even if they are empty."
    if (text ~ /'await' was not declared|unknown type name 'await'|undeclared identifier 'await'/) return "In C++ the word is co_await."
    if (text ~ /'yield' was not declared|unknown type name 'yield'|undeclared identifier 'yield'/) return "In C++ the word is co_yield."
    if (source ~ /co_return/ && text ~ /optional<.*>::emplace\(/) {
        match(text, /optional<.*>::emplace/)
        at = RSTART + RLENGTH
        parts = substr(text, at + 1)
        sub(/\)'.*/, "", parts)
        return "co_return gives " a(parts) ", and this Async promises " a(substr(text, RSTART + 9, RLENGTH - 19)) "."
    }
    if (source ~ /co_return/ && text ~ /call to 'emplace'|set_value/)
        return "co_return gives a value of another type than this Async promises."
    return ""
}

# The line of the reader's file, and where its statement begins in it.
function read_file(    i, text) {
    for (i = 1; (getline text < (folder mine)) > 0; i++) line_of[i] = text
    lines_of = i - 1
    close(folder mine)
}

# Sets `unclosed` to the line of the { that has lost its }: by the count, and by how far lines are
# indented, for a } further left than its { closes the wrong one, and what a { holds stands to its right.
function find_unclosed(    i, j, c, text, depth, parens, indent, first, quiet, suspect) {
    depth = parens = quiet = suspect = 0
    for (i = 1; i <= lines_of; i++) {
        text = line_of[i]
        gsub(/\\./, "", text)
        gsub(/"[^"]*"|'[^']*'/, "", text)
        sub(/\/\/.*/, "", text)
        if (text ~ /^[ \t]*#/) continue
        match(text, /^[ \t]*/)
        if (parens <= 0 && text !~ /^[ \t]*:[^:]/) indent = RLENGTH
        first = 1
        for (j = RLENGTH + 1; j <= length(text); j++) {
            c = substr(text, j, 1)
            if (c == "/" && substr(text, j, 2) == "/*") quiet = 1
            if (c == "*" && substr(text, j, 2) == "*/") quiet = 0
            if (quiet) continue
            if (c == "(") parens++
            if (c == ")") parens--
            if (c == "{" && !suspect && depth && left[depth] >= indent && opened[depth] != i &&
                line_of[opened[depth]] !~ /^ *(inline )?namespace/) suspect = opened[depth]
            if (c == "{") { opened[++depth] = i; left[depth] = indent; inner[depth] = parens; parens = 0 }
            if (c == "}" && depth) {
                ends_namespace = line_of[i] ~ /\/\/ *namespace/ && line_of[opened[depth]] !~ /namespace/
                if (!suspect && ((first && left[depth] > indent) || ends_namespace)) suspect = opened[depth]
                parens = inner[depth--]
            }
            first = 0
        }
    }
    unclosed = !depth ? 0 : suspect ? suspect : opened[depth]
}

function caret_at(column,    text) {
    text = sprintf("%" (column - 1) "s^", "")
    return text
}

# Messages are kept in arrays, numbered as they come: kind, file, at (the line), column, text, source,
# caret; owned, once a place in the reader's file is known, and then at and column are that place.
function new_message(place_file, line, column, the_kind, the_text) {
    n++
    kind[n] = the_kind; file[n] = place_file; at[n] = line; col[n] = column; text_of[n] = the_text
    if (the_kind ~ /error/) errors++
    if (place_file == mine) owned[n] = 1
    else if (wanted_at) own(n, wanted_at, wanted_column)
}
function own(m, line, column) {
    owned[m] = 1; at[m] = line; col[m] = column
    source[m] = line_of[line]; caret[m] = caret_at(column); from_file[m] = 1
}

BEGIN {
    folder = top == "" ? "" : top "/"
    read_file()
    n = errors = missing = 0
    location = "^[^ ][^:]*:[0-9]+:[0-9]+: "
}

{
    gsub(/\033\[[0-9;]*[mK]/, "")
    $0 = replace($0, top "/", "")
    sub(/^(\.\.\/)+/, "")
}

# g++: a new context. What wanted it comes next.
/^[^ ].*: (In|At) .*:$/ { wanted_at = wants = 0; next }
/^In file included from / || /^  +from / { wants = 0; next }

$0 ~ location {
    match($0, location)
    rest = substr($0, RLENGTH + 1)
    split(substr($0, 1, RLENGTH), place, ":")
    if (rest ~ /^ *(recursively )?required (from|by)/) {
        wants = 0
        if (place[1] == mine && !wanted_at) { wanted_at = place[2]; wanted_column = place[3] }
        next
    }
    if (match(rest, /^(fatal error|error|warning|note|internal compiler error|sorry, unimplemented): /)) {
        what = substr(rest, 1, RLENGTH - 2)
        words = substr(rest, RLENGTH + 1)
        if (what != "note") {
            if (what ~ /internal/) { words = what ": " words; what = "error" }
            if (what ~ /sorry/) what = "error"
            new_message(place[1], place[2] + 0, place[3] + 0, what, words)
            wants = from_file[n] ? 0 : 2
        } else {
            wants = 0
            if (!n) next
            if (words ~ /requested here$|required here$|substituting .* here$/) {
                if (!owned[n] && place[1] == mine) { own(n, place[2] + 0, place[3] + 0) }
            } else if (words !~ /declared here$|declared as/ || words ~ /previous/) {
                if (note[n] == "" && words ~ /candidate expects|no known conversion|to match this|because|defined in header|previous(ly)? |first (declared|defined)/) {
                    note[n] = words
                    if (words ~ /to match this/) note[n] = words " (line " place[2] ")"
                }
            }
        }
        next
    }
    next
}

# The linker.
/undefined reference to / || /undefined symbol: / {
    name = $0
    if (!sub(/^.*undefined reference to [`']/, "", name)) sub(/^.*undefined symbol: /, "", name)
    sub(/'$/, "", name)
    name = plain(name)
    if (!(name in missed)) {
        missed[name] = $0
        missing_name[++missing] = name
        line = $0
        missing_place[missing] = sub(/: undefined reference.*/, "", line) && line ~ /^[^ ]*:[0-9]+$/ ? line : ""
    }
    next
}
/multiple definition of / {
    name = $0
    sub(/^.*multiple definition of [`']/, "", name)
    sub(/'.*$/, "", name)
    name = plain(name)
    if (!(name in missed)) { missed[name] = $0; missing_name[++missing] = name; twice[missing] = 1 }
    next
}

# The line of source below a message, and the one with the caret.
wants && /^ *[0-9]+ \| / { sub(/^ *[0-9]+ \| /, ""); source[n] = $0; wants = 1; next }
wants == 1 && /^ *\| / { sub(/^ *\| /, ""); caret[n] = $0; wants = 0; next }
wants == 2 && !/^ninja|^FAILED|^\[/ { source[n] = $0; wants = 1; next }
wants == 1 && /^[ ~^]*$/ { caret[n] = $0; wants = 0; next }

# Counts whom to show, each place and each sentence once; the better words win.
function choose(the_kind, only_mine,    i, key, s) {
    shown = hidden = 0
    for (i = 1; i <= n; i++) {
        if ((kind[i] ~ /error/) != (the_kind == "error") || (only_mine && !owned[i])) continue
        short[i] = plain(text_of[i])
        # What follows from another error; and what is no news in a file that is half done.
        if (i > 1 && short[i] ~ /^invalid use of void expression|^void value not ignored/) continue
        if (half_done && short[i] ~ /unused|set but not used|defined but not used/ && short[i] !~ /result/) continue
        said[i] = sentence(short[i], source[i])
        key = file_shown(i) ":" at[i]
        if (key in place_of) {
            s = place_of[key]
            if (s && said[s] == "" && said[i] != "") { said[s] = said[i]; short[s] = short[i]; if (note[s] == "") note[s] = note[i] }
            continue
        }
        if (said[i] != "" && (said[i] in sentence_of)) { place_of[key] = 0; continue }
        if (shown >= 2) { place_of[key] = 0; hidden++; continue }
        place_of[key] = i
        if (said[i] != "") sentence_of[said[i]] = 1
        list[++shown] = i
    }
}
function file_shown(m) { return owned[m] ? mine : file[m] }

function cut(text, width) {
    if (length(text) <= width) return text
    text = substr(text, 1, width - 4)
    sub(/[ ,(][^ ]*$/, "", text)
    return text " ..."
}

function show(m,    words, number) {
    words = short[m]
    if (said[m] != "") print paint(1, said[m])
    if (words ~ /^static.assert/ || (said[m] != "" && index(words, said[m]))) words = ""
    print "  " file_shown(m) ":" at[m] ":" col[m] (words == "" ? "" : ": " paint(kind[m] ~ /error/ ? 31 : 35, kind[m]) ": " cut(words, 180))
    if (source[m] ~ /[^ ]/) {
        printf "  %5d | %s\n", at[m], source[m]
        if (caret[m] ~ /\^/) printf "  %5s | %s\n", "", paint(32, caret[m])
    }
    if (said[m] == "" && note[m] != "") print "  " cut(plain(note[m]), 180)
}

END {
    if (missing && !errors) {
        for (i = 1; i <= missing && i <= 2; i++) {
            if (twice[i]) print paint(1, missing_name[i] " is defined twice. A function in a header that is no template needs the word inline.")
            else print paint(1, missing_name[i] " is declared, never defined: the linker looked for it in vain.")
            if (missing_place[i] != "") print "  " missing_place[i]
        }
        if (missing > 2) print "  (" missing - 2 " more: RAW=1)"
        exit 0
    }
    if (errors) {
        in_mine = 0
        for (i = 1; i <= n; i++) if (owned[i] && kind[i] ~ /error/) in_mine++
        if (!whole && (!in_mine || errors > 50)) exit 3
        choose("error", in_mine > 0)
        for (i = 1; i <= shown; i++) {
            m = list[i]
            if (short[m] ~ /^expected|extraneous|does not name a type|not allowed here/) {
                find_unclosed()
                if (unclosed) {
                    at[m] = unclosed; col[m] = length(line_of[unclosed]); owned[m] = 1
                    source[m] = line_of[unclosed]; caret[m] = caret_at(col[m])
                    text_of[m] = short[m] = ""
                    said[m] = "A { is never closed. By the way the lines are indented, it is the one in line " unclosed "."
                    show(m)
                    exit 0
                }
            }
        }
        for (i = 1; i <= shown; i++) show(list[i])
        if (hidden) print "  (" hidden " more: RAW=1)"
        exit 0
    }
    choose("warning", 1)
    for (i = 1; i <= shown; i++) show(list[i])
    if (hidden) print "  (" hidden " more: RAW=1)"
}
