# Makes the pages of the book: reads what cmark-gfm made of each Markdown file, one after another, each
# behind a line "\001PATH". Run with anchor.awk and shell.awk, from the project's top folder, LC_ALL=C,
# and the variables out (the folder of the site), pages_file and sources_file (see read_lists).
#
# A run stands below where a chapter's page says how to make it, if it is among the chapters `recorded`; the
# museum's traps, as 08_starving there, have a link to theirs.
#
# Headings get their anchors, links lead to pages of the site, a block of code says from which line of
# which file it is, the marks of transcripts go. Beside the pages: print.html and search.js.

BEGIN {
    read_lists(pages_file, sources_file)
    current = ""
    search_file = out "/search.js"
    printf "" > search_file
    entries = 0
}

/^\001/ {
    finish_page()
    current = substr($0, 2)
    begin_page()
    next
}

{ take($0) }

END {
    finish_page()
    write_print_page()
    printf "book.index([" > search_file
    for (i = 1; i <= page_count; ++i)
        printf "%s[%s,%s]", (i > 1 ? "," : ""), quoted(page_of[pages[i]]), quoted(title_of[pages[i]]) > search_file
    printf "],[" > search_file
    for (i = 1; i <= entries; ++i) printf "%s%s", (i > 1 ? ",\n" : "\n"), entry[i] > search_file
    printf "],[" > search_file
    for (i = 1; i <= source_count; ++i) printf "%s%s", (i > 1 ? "," : ""), quoted(sources[i]) > search_file
    print "]);" > search_file
    close(out "/pictures.list")
    if (bad) exit 1
}

function begin_page() {
    folder = current
    if (!sub(/\/[^\/]*$/, "", folder)) folder = ""
    body = ""
    printed = ""
    heading_count = 0
    split("", taken)
    in_code = 0
    mark = ""
    section_anchor = ""
    section_title = title_of[current]
    section_text = ""
    run_is_due = 0
    recorded_here = 0
    if (match(current, /^chapters\/[0-9][0-9]_/)) {
        number = substr(current, 10, 2)
        recorded_here = index(recorded, " " number " ") > 0 && current ~ /README\.md$/
    }
    is_book = current !~ /^tests\//
    print_id = page_of[current]
    sub(/\.html$/, "", print_id)
}

# A line of the page, as the site and as the print page have it.
function put(line, line_of_print) {
    body = body line "\n"
    printed = printed line_of_print "\n"
}

function take(line) {
    if (recorded_here && index(line, "make wake CHAPTER=" number)) {
        recorded_here = 0
        run_is_due = 1
    }
    if (in_code) take_code(line)
    else if (is_in_contents(line)) return
    else if (line ~ /^<p>Its trace, in the player: /) take_trace(line)
    else take_text(line)
    if (run_is_due && !in_code && line ~ /<\/(p|pre)>$/) {
        run_is_due = 0
        put("<figure class=\"run\"><iframe src=\"wake/" number ".html#embed\" title=\"A run of chapter " number \
            ", event by event\" loading=\"lazy\"></iframe><figcaption><a href=\"wake/" number \
            ".html\">The same run on a page of its own</a></figcaption></figure>", "")
    }
}

# The contents that a page has for the code host: the site makes its own, which stay in sight.
function is_in_contents(line) {
    if (line == "<p><strong>On this page</strong></p>") contents_here = 1
    if (!contents_here) return 0
    if (line == "</ul>") contents_here = 0
    return 1
}

# A line of the museum: "Its trace, in the player: `make wake CHAPTER=08 ARGS="--trap starving"`".
function take_trace(line,    room) {
    room = line
    sub(/^.*CHAPTER=/, "", room)
    sub(/ .*--trap /, "_", room)
    sub(/[^a-z0-9_-].*$/, "", room)
    if (index(recorded, " " room " "))
        sub(/<\/p>$/, ", or <a href=\"wake/" room ".html\">the run on a page of its own</a></p>", line)
    put(line, line)
}

function take_text(line,    level, text, anchor, shown) {
    if (line ~ /^[ \t]*<!-- (run|file|clients|wake)[ :]/) {
        mark = line
        return
    }
    if (line ~ /^[ \t]*<!--.*-->[ \t]*$/) return
    if (line ~ /^<pre><code/) {
        begin_code(line)
        return
    }
    if (match(line, /^<h[1-6]>/)) {
        level = substr(line, 3, 1)
        text = line
        sub(/^<h[1-6]>/, "", text)
        sub(/<\/h[1-6]>$/, "", text)
        shown = unescape(plain(text))
        anchor = unique_anchor(shown, taken)
        end_section()
        section_anchor = anchor
        section_title = shown
        if (level == 2 || level == 3) {
            heading_level[++heading_count] = level
            heading_anchor[heading_count] = anchor
            heading_text[heading_count] = text
            gsub(/<\/?a[^>]*>/, "", heading_text[heading_count])
        }
        put("<h" level " id=\"" anchor "\">" links(text, 0) "<a class=\"here\" href=\"#" anchor \
                "\" aria-label=\"A link to this part\">#</a></h" level ">", \
            "<h" level " id=\"" print_id "--" anchor "\">" links(text, 1) "</h" level ">")
        return
    }
    section_text = section_text " " plain(line)
    if (line ~ /^<td/) line = breakable(line)
    gsub(/<table>/, "<div class=\"table\"><table>", line)
    gsub(/<\/table>/, "</table></div>", line)
    # "About 45 minutes, and ...": the line under the title.
    sub(/^<p><em>About /, "<p class=\"time\"><em>About ", line)
    shown = links(line, 1)
    gsub(/<details>/, "<details open>", shown)
    put(links(line, 0), shown)
}

# ---- code -----------------------------------------------------------------

function begin_code(line,    kind, opening) {
    in_code = 1
    kind = mark ~ /<!-- file/ ? "file" : mark ~ /<!-- (run|clients|wake)/ ? "ran" : ""
    code_file = ""
    if (kind == "file") {
        code_file = mark
        sub(/^.*<!-- file: */, "", code_file)
        sub(/ *-->.*$/, "", code_file)
    }
    mark = ""
    code_class = kind == "" && line ~ /language-text/ ? "plain" : kind  # plain: a picture, as a rule
    code_count = 0
    match(line, /^<pre><code[^>]*>/)
    opening = substr(line, 1, RLENGTH)
    code_open = opening
    take_code(substr(line, RLENGTH + 1))
}

function take_code(line,    end) {
    end = index(line, "</code></pre>")
    if (!end) {
        code[++code_count] = line
        section_text = section_text " " line
        return
    }
    in_code = 0
    if (end > 1) code[++code_count] = substr(line, 1, end - 1)
    put_code(substr(line, end))
}

function put_code(closing,    i, all, where, name, at) {
    all = ""
    for (i = 1; i <= code_count; ++i) all = all code[i] "\n"
    if (code_class == "plain" && code[1] ~ /^\$ /) code_class = "ran"
    if (code_file == "") {
        all = "<figure" (code_class == "" ? "" : " class=\"" code_class "\"") ">" code_open all closing "</figure>"
        put(all, all)
        return
    }
    name = code_file
    sub(/^chapters\//, "", name)
    where = address_of(code_file, "")
    if (where == "") complain("a block of code is said to be from " code_file ", which the site does not show")
    at = line_in(code_file)
    if (at) where = where "#L" at
    put("<figure class=\"file\"><figcaption><a href=\"" where "\">" name "</a></figcaption>" code_open all closing "</figure>", \
        "<figure class=\"file\"><figcaption>" name (at ? ", line " at : "") "</figcaption>" code_open all closing "</figure>")
}

# The line at which the block's first piece, up to a "// ...", stands in its file; 0 if it does not.
function line_in(path,    n, line, lines, wanted, wants, i, k, text) {
    wants = 0
    for (i = 1; i <= code_count; ++i) {
        text = trimmed(unescape(code[i]))
        if (text == "// ...") {
            if (wants) break
            continue
        }
        wanted[++wants] = text
    }
    n = 0
    while ((getline line < path) > 0) lines[++n] = trimmed(line)
    close(path)
    for (i = 1; i + wants - 1 <= n; ++i) {
        for (k = 1; k <= wants && lines[i + k - 1] == wanted[k]; ++k) {}
        if (k > wants) return i
    }
    return 0
}

function trimmed(text) {
    sub(/^[ \t]+/, "", text)
    sub(/[ \t\r]+$/, "", text)
    return text
}

# ---- links ----------------------------------------------------------------

function complain(what) {
    print current ": " what > "/dev/stderr"
    bad = 1
}

function plain(html) {
    gsub(/<[^>]*>/, "", html)
    return html
}

# A long name in a narrow cell may break behind its low lines.
function breakable(html,    result, text) {
    result = ""
    while (match(html, /<[^>]*>/)) {
        text = substr(html, 1, RSTART - 1)
        gsub(/_/, "_<wbr>", text)
        result = result text substr(html, RSTART, RLENGTH)
        html = substr(html, RSTART + RLENGTH)
    }
    return result html
}

# Every href of a line, for the page of the site or, with `print`, for print.html.
function links(html, print_page,    result, target, before, name) {
    result = ""
    while (match(html, / (href|src(set)?)="[^"]*"/)) {
        name = substr(html, RSTART, index(substr(html, RSTART), "=") - 1)
        target = substr(html, RSTART + length(name) + 2, RLENGTH - length(name) - 3)
        before = substr(html, 1, RSTART - 1)
        html = substr(html, RSTART + RLENGTH)
        result = result before name "=\"" (name == " href" ? lead(target, print_page) : picture(target)) "\""
    }
    return result html
}

# A picture of the project is copied into the site: book.sh reads the list.
function picture(target,    path) {
    if (target ~ /^[a-z]+:/) return target
    path = normal((folder == "" ? "" : folder "/") target)
    if (!(path in is_source)) complain("there is no picture " target)
    else if (!(path in is_picture)) {
        is_picture[path] = 1
        print path > (out "/pictures.list")
    }
    return "files/" path
}

function lead(target, print_page,    fragment, path, there) {
    if (target ~ /^[a-z]+:/) return target
    fragment = ""
    if (match(target, /#.*$/)) {
        fragment = substr(target, RSTART)
        target = substr(target, 1, RSTART - 1)
    }
    if (target == "") path = current
    else path = normal((folder == "" ? "" : folder "/") target)
    there = address_of(path, "")
    if (there == "") {
        complain("the site does not show what this link leads to: " target)
        return "#"
    }
    if (!print_page) return (target == "" ? "" : there) fragment
    if (there ~ /^src\// || there ~ /^tests_/) return there fragment
    sub(/\.html$/, "", there)
    return "#" there (fragment == "" ? "" : "--" substr(fragment, 2))
}

# ---- search ---------------------------------------------------------------

# A string of JavaScript. (What a backslash means in a gsub's replacement, each awk sees in its own way.)
function quoted(text,    result, at) {
    gsub(/[\001-\037]/, " ", text)
    result = ""
    while (match(text, /["\\]/)) {
        at = RSTART
        result = result substr(text, 1, at - 1) "\\" substr(text, at, 1)
        text = substr(text, at + 1)
    }
    return "\"" result text "\""
}

function end_section(    text, i) {
    text = unescape(section_text)
    gsub(/[ \t]+/, " ", text)
    sub(/^ /, "", text)
    if (current != "" && (section_anchor != "" || text != "")) {
        for (i = 1; pages[i] != current; ++i) {}
        entry[++entries] = "[" (i - 1) "," quoted(section_anchor) "," quoted(section_title) "," quoted(text) "]"
    }
    section_text = ""
}

# ---- pages ----------------------------------------------------------------

# The list of chapters; the further pages of a chapter stand under it.
function chapter_list(    i, path, result, label, was_inner, inner, group) {
    result = "<nav class=\"chapters\" id=\"chapters\" aria-label=\"Chapters\">\n<ul>\n"
    group = ""
    for (i = 1; i <= page_count; ++i) {
        path = pages[i]
        if (path !~ /^chapters\// && group == "chapters") result = result "</ul>\n<ul>\n"
        group = path ~ /^chapters\// ? "chapters" : group == "chapters" || group == "rest" ? "rest" : ""
        label = escape(title_of[path])
        inner = path ~ /^chapters\// && path !~ /README\.md$/
        if (path == "README.md") label = "Start here"
        if (match(label, /^[0-9][0-9] · /)) {
            label = inner ? substr(label, RLENGTH + 1) : "<b>" substr(label, 1, 2) "</b> " substr(label, RLENGTH + 1)
        }
        result = result "<li" (inner ? " class=\"inner\"" : "") "><a href=\"" page_of[path] "\"" \
            (path == current ? " aria-current=\"page\"" : "") ">" label "</a></li>\n"
    }
    return result "</ul>\n<ul>\n<li><a href=\"src/index.html\">The sources</a></li>\n" \
        "<li><a href=\"print.html\">All on one page, to print</a></li>\n</ul>\n</nav>\n"
}

function contents(    i, result, open_inner) {
    if (heading_count < 2) return ""
    result = "<details class=\"contents\" open><summary>On this page</summary>\n<ul>\n"
    for (i = 1; i <= heading_count; ++i)
        result = result "<li class=\"h" heading_level[i] "\"><a href=\"#" heading_anchor[i] "\">" \
            heading_text[i] "</a></li>\n"
    return result "</ul>\n</details>\n"
}

function turn(    i, result) {
    for (i = 1; pages[i] != current; ++i) {}
    result = "<nav class=\"turn\" aria-label=\"Previous and next\">\n"
    if (i > 1) result = result "<a rel=\"prev\" href=\"" page_of[pages[i - 1]] "\"><span>Previous</span> " \
        escape(title_of[pages[i - 1]]) "</a>\n"
    if (i < page_count) result = result "<a rel=\"next\" href=\"" page_of[pages[i + 1]] "\"><span>Next</span> " \
        escape(title_of[pages[i + 1]]) "</a>\n"
    return result "</nav>\n"
}

function finish_page(    file, title) {
    if (current == "") return
    end_section()
    if (in_code) complain("its last block of code has no end")
    file = out "/" page_of[current]
    title = title_of[current]
    if (current != "README.md") title = title " · The Async Book in C++"
    printf "%s", head(title, "", "reading") "<div class=\"page\">\n" chapter_list() \
        contents() "<main id=\"text\">\n<article>\n" body "</article>\n" turn() "</main>\n</div>\n</body>\n</html>\n" > file
    close(file)
    if (is_book) print_body = print_body "<article id=\"" print_id "\">\n" printed "</article>\n"
}

function write_print_page(    file, i, id) {
    file = out "/print.html"
    printf "%s", head("The Async Book in C++, on one page", "", "printing") \
        "<div class=\"page\">\n<main id=\"text\">\n<nav class=\"contents\" aria-label=\"Contents\"><ul>\n" > file
    for (i = 1; i <= page_count; ++i) {
        if (pages[i] ~ /^tests\//) continue
        id = page_of[pages[i]]
        sub(/\.html$/, "", id)
        printf "%s", "<li><a href=\"#" id "\">" escape(title_of[pages[i]]) "</a></li>\n" > file
    }
    printf "%s", "</ul></nav>\n" print_body "</main>\n</div>\n</body>\n</html>\n" > file
    close(file)
}
