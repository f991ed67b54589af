# Two houses beside each other: tables of Google Benchmark as csv, those in build-mine/ are yours. Of several the
# smallest CPU time of each bench counts.
FNR == 1 { mine = FILENAME ~ /^build-mine\// }
match($0, /^"[^"]*",/) {
    name = substr($0, 2, RLENGTH - 3)
    split(substr($0, RLENGTH + 1), field, ",")  # iterations, real time, CPU time, unit
    if (field[3] !~ /^[0-9]/) next
    key = name SUBSEP mine
    if (!(key in time) || field[3] + 0 < time[key]) time[key] = field[3] + 0
    if (!(name in unit)) { unit[name] = field[4]; order[++n] = name }
}
END {
    printf "%-48s %14s %14s %8s\n", "CPU time", "the book", "yours", "ratio"
    for (i = 1; i <= n; i++) {
        name = order[i]
        book = time[name, 0]; yours = time[name, 1]
        if (book == "" || yours == "") continue
        printf "%-48s %11.1f %-2s %11.1f %-2s %8s\n", name, book, unit[name], yours, unit[name], (book > 0 ? sprintf("%.2f", yours / book) : "")
    }
}
