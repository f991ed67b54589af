# A trace as the site keeps it: its first 2,000 and its last 500 events, which the player shows first of all, and between
# them a `cut` event (common/trace.h). `title` is what the player shows as the run's name.
function number(line) { return match(line, /"n":[0-9]+/) ? substr(line, RSTART + 4, RLENGTH - 4) + 0 : 0 }

NR == 1 {
    sub(/"title":"[^"]*"/, "\"title\":\"" title "\"")
    print
    next
}
NR <= 2001 {
    print
    last = number($0)
    next
}
{ tail[++count % 500] = $0 }
END {
    first = count > 500 ? count - 499 : 1
    if (count && number(tail[first % 500]) > last + 1)
        printf "{\"n\":%d,\"e\":\"cut\",\"from\":%d}\n", number(tail[first % 500]) - 1, last + 1
    for (i = first; i <= count; ++i) print tail[i % 500]
}
