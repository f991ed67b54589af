# The timeline of a trace for a terminal: a row an event, a column a task, 100 characters wide.
# The file is given twice: first it is asked how many columns there will be.
# With -v virtual=1 the times are the virtual ones, and the same in every run; else they are real.
function number(line, key) {
    if (!match(line, "\"" key "\":[0-9]+")) return ""
    return substr(line, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
}
function text(line, key) {
    if (!match(line, "\"" key "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
    return substr(line, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
function short(place) { sub(/.*\//, "", place); return place }

function time(us) {
    if (us < 1000) return us " us"
    if (us < 1000000) return int(us / 1000) " ms"
    return sprintf("%.2f s", us / 1000000)
}

# The column of a task: it keeps one as long as it lives, if there is one.
function column(k, c) {
    if (k in place_of) return place_of[k]
    for (c = 1; c <= lanes; c++) if (!owner[c]) break
    if (c > lanes) return 0
    owner[c] = k
    return place_of[k] = c
}

function row(what, c, out) {
    out = sprintf("%5d %9s  %1s ", n, clock == said ? "" : time(clock), reactor)
    said = clock
    for (c = 1; c <= lanes; c++) out = out sprintf("%4s", owner[c] && state[owner[c]] ? state[owner[c]] : "")
    print substr(out "   " what, 1, 100)
}

NR == FNR {
    if (/"e":"spawn"/ && ++alive > lanes) lanes = alive
    if (/"e":"drop"/ && alive) --alive
    next
}
FNR == 1 {
    lanes = lanes < 1 ? 1 : lanes > 6 ? 6 : lanes
    said = -1
    clock = 0
    print "    n      time  " sprintf("%-" (lanes * 4 + 6) "s", "tasks") "what happens"
    print "                 reactor: z asleep, T timer, I descriptor"
    print "                 a task:  + spawned  . ready  [ polled  ] poll ends  ~ asleep  w woken  x gone"
}

/^[{]"v":/ { title = text($0, "title"); next }
!/^[{]"n":[0-9]+,/ { if ($0 != "") skipped++; next }
{
    e = text($0, "e"); n = number($0, "n"); k = number($0, "k"); by = text($0, "by"); c = number($0, "c")
    why = text($0, "why"); why_of[n] = e
    task = k ? "task " k : "waker " number($0, "w")
    if (virtual) {
        if (number($0, "vt") != "") clock = number($0, "vt") + 0
    } else {
        clock = number($0, "t") + 0
    }
    reactor = ""
    if (text($0, "tn") != "") called["thread " number($0, "th")] = text($0, "tn")
    self = "thread " number($0, "th")
    if (self in called) self = called[self]
    if (by in called) by = called[by]
    if (k) column(k)
    because = c ? ", because of " c : ""
    if (e == "spawn") {
        state[k] = "+"; row(task " is spawned at " short(text($0, "l"))); state[k] = "."
    } else if (e == "poll+") {
        state[k] = "["; row(task " is polled" because); again[k] = 0
    } else if (e == "poll-") {
        is = text($0, "is"); state[k] = "]"
        row(task (is == "pending" ? " says pending" : is == "ready" ? " is ready: it has ended" : " ends in an exception"))
        state[k] = is != "pending" ? " " : again[k] ? "." : "~"
    } else if (e == "store") {
        due = number($0, "due")
        row(task " waits for " why (due != "" && virtual ? ", due at " time(due) : ""))
    } else if (e == "wclone" || e == "wdrop") {
        row("a copy of the waker of " task (e == "wclone" ? " is kept" : " is dropped") ", by " by)
    } else if (e == "wake") {
        polled = state[k] == "["
        if (k && !polled) state[k] = "w"
        row(task " is woken by " by because ($0 ~ /"up":1/ ? "; the waker is used up" : ""))
        if (polled) again[k] = 1
        else if (k) state[k] = "."
    } else if (e == "timer" || e == "io") {
        reactor = e == "io" ? "I" : "T"
        row(e == "io" ? "the system says: " why : "a deadline has passed" (k ? ": a timer of " task " fires" : ""))
    } else if (e == "idle") {
        reactor = "z"; row("nothing is ready: the thread sleeps (" why ")")
    } else if (e == "drop") {
        state[k] = "x"; row("the future of " task " is destroyed")
        owner[place_of[k]] = 0; delete place_of[k]; delete state[k]
    } else if (e == "steal") {
        row(self " steals " task ", and what follows it, from " text($0, "from"))
    } else if (e == "park" || e == "unpark") {
        row(self (e == "park" ? " finds nothing to do, and sleeps" : " is up again"))
    } else if (e == "cut") {
        row("(events " number($0, "from") " to " n " were not kept in this long trace)")
    }
}
END {
    if (!n) print "There are no events in this trace."
    if (skipped) print skipped " lines are not of a trace and left out."
}
