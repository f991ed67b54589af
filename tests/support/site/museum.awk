# Makes MUSEUM.md: every trap that the programs of the book have, from the chapters' pages and from museum.txt. See
# museum.sh. Reads museum.txt first, then the pages, chapter by chapter.
#
# museum.txt has a paragraph a trap: its program and its name on the first line, a line `what` that says what it is
# in one or two sentences, and a line `seen`: a public report of the same kind, and what happened there. What is run and what it prints comes from the chapter's page, and the title is its heading there.
# The trace is that of the same run. Two more lines, for where it is not: `wake`, the arguments of the run whose trace
# is worth a look, and `untraced`, why there is none: no poll is in it.

FILENAME != file {
    file = FILENAME
    folder = file
    sub(/\/[^\/]*$/, "", folder)
    in_block = 0
    heading = ""
    lead = ""
    mark = ""
    split("", taken)
    chapter_of_page = folder
    sub(/^chapters\//, "", chapter_of_page)
    has_page[chapter_of_page] = 1
}

file ~ /museum\.txt$/ {
    if (/^trap /) key = $2 " " $3
    else if (/^what /) what[key] = substr($0, 6)
    else if (/^seen /) seen[key] = substr($0, 6)
    else if (/^wake /) wake[key] = substr($0, 6)
    else if (/^untraced /) untraced[key] = substr($0, 10)
    next
}

# ---- the chapters' pages ---------------------------------------------------

/^ *```/ {
    in_block = !in_block
    if (in_block && mark != "") {
        show = 1
        lines = ""
    } else if (!in_block && show) {
        keep()
        show = 0
        mark = ""
    }
    next
}

in_block {
    if (show) lines = lines $0 "\n"
    next
}

/^#+ / {
    text = $0
    sub(/^#+ /, "", text)
    anchor = unique_anchor(text, taken)
    if (/^# /) page_title = text
    if (/^##/) {
        heading = text
        heading_anchor = anchor
        lead = ""
    }
    next
}

# "**The flood.** A heartbeat every second": such a lead names what comes after it, as a heading does.
/^\*\*[^*]*\.\*\*/ {
    lead = $0
    sub(/^\*\*/, "", lead)
    sub(/\.\*\*.*$/, "", lead)
}

/^ *<!-- (run|clients).* --trap / {
    mark = $0
    next
}

function keep(    key, program, trap, command, options) {
    command = mark
    sub(/^ *<!-- (run|clients)[^:]*: */, "", command)
    sub(/ *-->.*$/, "", command)
    options = mark
    sub(/^ *<!-- (run|clients)/, "", options)
    sub(/:.*$/, "", options)
    program = command
    sub(/ .*$/, "", program)
    trap = command
    sub(/^.*--trap /, "", trap)
    sub(/ .*$/, "", trap)
    key = program " " trap
    if (!(key in title)) {
        order[++count] = key
        title[key] = lead != "" ? lead : heading
        place[key] = file "#" heading_anchor
        chapter[key] = page_title
        command_of[key] = command
        sub(program " *", "", command_of[key])
    }
    output[key] = output[key] with_command(lines, command, options)
}

# The block as the chapter shows it, under the command that runs it.
function with_command(text, command, options,    result, stream) {
    if (text !~ /^\$ / && mark !~ /<!-- clients/) text = "$ build/bin/" command "\n" text
    stream = ""
    if (options ~ /stderr/) stream = "on stderr"
    if (match(options, /exit=[0-9]+/))
        stream = stream (stream == "" ? "" : ", ") "exit code " substr(options, RSTART + 5, RLENGTH - 5)
    return (stream == "" ? "" : "\n" toupper(substr(stream, 1, 1)) substr(stream, 2) ":\n") "\n```text\n" text "```\n"
}

END {
    print "# The bug museum"
    print ""
    print "Every mistake of the book that you can run, in the order of the chapters: what it is, the command, what it prints, its"
    print "trace, and where people have met its like. The outputs are those of the chapters, and compared with the programs there. Each title leads to"
    print "the page that explains the mistake and its cure."
    print ""
    print "*Made by `sh tests/support/site/museum.sh` from the chapters' pages: mend them, not this page.*"
    last = ""
    for (i = 1; i <= count; ++i) {
        key = order[i]
        if (chapter[key] != last) print "\n## " chapter[key]
        last = chapter[key]
        split(key, part, " ")
        printf "\n### [%s](%s): `%s`\n\n", title[key], place[key], part[2]
        if (!(key in what)) {
            print "museum.sh: museum.txt has nothing to say of --trap " part[2] " of " part[1] > "/dev/stderr"
            bad = 1
        }
        print what[key]
        print ""
        print "```sh\nmake run CHAPTER=" substr(key, 1, 2) " ARGS=\"" command_of[key] "\"\n```"
        printf "%s", output[key]
        if (key in untraced) print "\nNo trace for the player: " untraced[key]
        else print "\nIts trace, in the player: `make wake CHAPTER=" substr(key, 1, 2) " ARGS=\"" \
            (key in wake ? wake[key] : command_of[key]) "\"`"
        if (!(key in seen)) {
            print "museum.sh: museum.txt names no public report of --trap " part[2] " of " part[1] > "/dev/stderr"
            bad = 1
        }
        print "\nSeen in the wild: " seen[key]
    }
    for (key in what) {
        # What is said of a chapter that is not there yet may wait for it.
        split(key, part, " ")
        if (key in title || !(part[1] in has_page)) continue
        print "museum.sh: museum.txt speaks of a trap that no page shows: " key > "/dev/stderr"
        bad = 1
    }
    if (bad) exit 1
}
