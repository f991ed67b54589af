# The table at the end of `make bench`: of what instructions.sh counted, what build/bin/measures timed, and the
# web server's times of http_load.py.
BEGIN { FS = "\t" }
FILENAME ~ /counted$/ {
    split($0, field, " ")
    counted[field[1]] = field[2]
    baseline[field[1]] = field[3]
    next
}
!header++ {
    printf "%-34s %-28s %9s %9s %6s   %s\n", "ours", "baseline", "ours", "baseline", "ratio", "instructions, both"
}
{
    instructions = $4 == "ns" && ($1 in counted) ? sprintf("%7d %7d", counted[$1], baseline[$1]) : ""
    printf "%-34s %-28s %9.1f %9.1f %6.2f   %s%s\n", $2, $3, $5, $6, $7, instructions, $4 == "ns" ? "" : $4
}
END { print "Times are in ns of CPU time, medians of rounds by turns. Compare within one run." }
