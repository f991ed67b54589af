# The anchor of a heading, as GitHub names it: "Run it, now!" is run-it-now. tests/docs/markdown.cpp has
# the same rule for the links' test; tests/site/anchors.txt holds both to one table. Bytes, not
# characters: call awk with LC_ALL=C.
function anchor_of(title,    i, c, next_one, anchor, length_of) {
    anchor = ""
    for (i = 1; i <= length(title); ++i) {
        c = substr(title, i, 1)
        if (c < "\200") {
            if (c ~ /[A-Za-z0-9_-]/) anchor = anchor tolower(c)
            if (c == " ") anchor = anchor "-"
            continue
        }
        length_of = c >= "\360" ? 4 : c >= "\340" ? 3 : 2
        next_one = substr(title, i + 1, 1)
        if (!is_sign(c, next_one)) anchor = anchor substr(title, i, length_of)
        i += length_of - 1
    }
    return anchor
}

# Beyond ASCII signs go, too: Latin-1's, all but its three letters, the signs for times and divided by, and
# the dashes, dots and arrows from U+2000 to U+2BFF.
function is_sign(first, second) {
    if (first == "\302") return second != "\252" && second != "\265" && second != "\272"
    if (first == "\303") return second == "\227" || second == "\267"
    return first == "\342" && second < "\260"
}

# A second heading of the same name on a page gets -1, the third -2. `taken` is the page's own array.
function unique_anchor(title, taken,    anchor, before) {
    anchor = anchor_of(title)
    before = taken[anchor]++
    return before > 0 ? anchor "-" before : anchor
}
