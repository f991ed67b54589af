# page.html with its @names@ filled in, or with `shared` the style and the scripts as files beside it: see page.sh.
# Without indents and comments, which are a tenth of it.
function copy(file, line) {
    while ((getline line < file) > 0) {
        sub(/^ +/, "", line)
        if (line !~ /^\/\//) print line
    }
    close(file)
}

# (gsub reads backslashes in its replacement, each awk in a way of its own.)
function replace(text, from, to, done, at) {
    while (at = index(text, from)) {
        done = done substr(text, 1, at - 1) to
        text = substr(text, at + length(from))
    }
    return done text
}

# Inside a script element neither "</" nor "<!--" may stand: JSON can write them differently.
function harmless(line) { return replace(replace(line, "</", "<\\/"), "<!--", "\\u003c!--") }

function quoted(line) {
    line = replace(replace(line, "\\", "\\\\"), "\"", "\\\"")
    gsub(/\t/, "    ", line)
    gsub(/[\001-\037]/, " ", line)
    return "\"" harmless(line) "\""
}

# The lines that the trace names, and five around each. A file that is not there is left out.
function sources(line, place, file, at, n, i, wanted, files, count, text, comma, inner) {
    while ((getline line < trace) > 0) {
        if (!match(line, /"l":"[^"]*:[0-9]+"/)) continue
        place = substr(line, RSTART + 5, RLENGTH - 6)
        if (place in seen) continue
        seen[place]
        at = place
        sub(/.*:/, "", at)
        file = substr(place, 1, length(place) - length(at) - 1)
        if (file ~ /^\// || file ~ /\.\.\//) continue
        if (!(file in count)) files[++n] = file
        count[file]++
        for (i = at - 5; i <= at + 5; i++) wanted[file, i]
    }
    close(trace)
    print "{"
    for (i = 1; i <= n; i++) {
        file = files[i]
        inner = ""
        at = 0
        while ((getline line < file) > 0)
            if ((file, ++at) in wanted) inner = inner (inner == "" ? "" : ",\n") "\"" at "\": " quoted(line)
        close(file)
        if (inner == "") continue
        print (comma++ ? "," : "") quoted(file) ": {\n" inner "}"
    }
    print "}"
}

skips { skips = $0 !~ /^<\/(style|script)>$/; next }
shared && /^<style>$/ { print "<link rel=\"stylesheet\" href=\"style.css\">"; skips = 1; next }
shared && /^<script>$/ { print "<script src=\"" (scripts++ ? "view" : "core") ".js\"></script>"; skips = 1; next }
/^@style@$/ { copy(player "/style.css"); next }
/^@core@$/ { copy(player "/core.js"); next }
/^@view@$/ { copy(player "/view.js"); next }
/^@trace@$/ {
    while ((getline line < trace) > 0) print harmless(line)
    close(trace)
    next
}
/^@sources@$/ { sources(); next }
{ print }
