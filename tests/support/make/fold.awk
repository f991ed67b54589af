# Breaks lines between words at `width`, with the indentation of the line; lines of code are cut, with
# -v all=1 every line. Colours
# and the bytes that continue a letter of UTF-8 take no room. Run with LC_ALL=C; POSIX awk.

function room(text) {
    gsub(/\033\[[0-9;]*[mK]|\033\]8;;[^\033]*\033\\/, "", text)
    gsub(/[\200-\277]/, "", text)
    return length(text)
}

# The first `width` letters; after a cut the colour ends.
function cut(text, width,    i, c, done, used) {
    done = ""; used = 0
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "\033" && match(substr(text, i), /^\033\[[0-9;]*[mK]/)) {
            done = done substr(text, i, RLENGTH)
            i += RLENGTH - 1
            continue
        }
        if (c !~ /[\200-\277]/ && ++used > width) return done "\033[0m"
        done = done c
    }
    return done
}

{ gsub(/\t/, "    ") }
room($0) <= width { print; next }
all || /^ *[0-9]* \| / || NF < 2 { print cut($0, width); next }
{
    match($0, /^ */)
    indent = RLENGTH > width / 2 ? "" : substr($0, 1, RLENGTH)
    line = indent
    words = split(substr($0, RLENGTH + 1), word, " ")
    for (i = 1; i <= words; i++) {
        if (line != indent && room(line " " word[i]) > width) {
            print line
            line = indent
        }
        line = line (line == indent ? "" : " ") word[i]
    }
    while (room(line) > width && line !~ /\033/) {
        print substr(line, 1, width)
        line = indent substr(line, width + 1)
    }
    print line
}
