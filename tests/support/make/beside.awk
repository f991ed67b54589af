# Two houses beside each other: what Google Benchmark has written as JSON, a line a field; those in build-mine/ are
# yours. Of several the smallest CPU time of each bench counts. (As csv it aborts at a bench that has counters.)
FNR == 1 { mine = FILENAME ~ /^build-mine\// }
{ value = $0; sub(/^[^:]*: /, "", value); sub(/,$/, "", value); gsub(/^"|"$/, "", value) }
/^ *"name": / { name = value }
/^ *"cpu_time": / {
    key = name SUBSEP mine
    if (!(key in time) || value + 0 < time[key]) time[key] = value + 0
}
/^ *"time_unit": / && !(name in unit) { unit[name] = value; order[++n] = name }
END {
    printf "%-48s %14s %14s %8s\n", "CPU time", "the book", "yours", "ratio"
    for (i = 1; i <= n; i++) {
        name = order[i]
        book = time[name, 0]; yours = time[name, 1]
        if (book == "" || yours == "") continue
        printf "%-48s %11.1f %-2s %11.1f %-2s %8s\n", name, book, unit[name], yours, unit[name], (book > 0 ? sprintf("%.2f", yours / book) : "")
    }
}
