# Makes a page of each source file, with an anchor a line (#L12), and of each folder. Its arguments are the files;
# run with shell.awk as page.awk is.

BEGIN {
    read_lists(pages_file, sources_file)
    opened = ""
    for (s = 1; s <= source_count; ++s) show(sources[s])
    for (f in is_folder) write_folder(f)
}

function language_of(path) {
    if (path ~ /\.(h|cpp)$/) return "cpp"
    if (path ~ /(CMakeLists\.txt|\.cmake)$/) return "cmake"
    if (path ~ /\.(patch|diff)$/) return "diff"
    if (path ~ /\.(sh|awk|yml)$/ || path ~ /(Makefile|\/run)$/) return "sh"
    return "text"
}

# The way back to the site's top from the page of `path`.
function up_from(path,    n, i, parts, up) {
    n = split(path, parts, "/")
    up = "../"
    for (i = 1; i < n; ++i) up = up "../"
    return up
}

# book / chapters / 07_join / join.h, each but the last a link.
function crumbs(path, up,    n, i, parts, result, so_far) {
    n = split(path, parts, "/")
    result = "<nav class=\"crumbs\" aria-label=\"Folders\"><a href=\"" up "src/index.html\">sources</a>"
    so_far = ""
    for (i = 1; i <= n; ++i) {
        so_far = so_far (i > 1 ? "/" : "") parts[i]
        if (i == n) result = result " / <b>" escape(parts[i]) "</b>"
        else result = result " / <a href=\"" up "src/" source_name(so_far) "/index.html\">" escape(parts[i]) "</a>"
    }
    return result "</nav>\n"
}

# The page of the book that a source belongs to, as a link.
function its_chapter(path, up,    folder) {
    folder = path
    while (sub(/\/[^\/]*$/, "", folder)) {
        if ((folder "/README.md") in page_of)
            return "<p class=\"chapter\"><a href=\"" up page_of[folder "/README.md"] "\">" \
                escape(title_of[folder "/README.md"]) "</a></p>\n"
    }
    return ""
}

# An include of the project leads to its file.
function with_include(line, up,    start, end, name, path) {
    if (line !~ /^[ \t]*#[ \t]*include[ \t]*&quot;/) return line
    start = index(line, "&quot;") + 6
    name = substr(line, start)
    end = index(name, "&quot;")
    if (!end) return line
    name = substr(name, 1, end - 1)
    path = ""
    if (name in is_source) path = name
    else if (("chapters/" name) in is_source) path = "chapters/" name
    else if (("tests/" name) in is_source) path = "tests/" name
    else if ((here "/" name) in is_source) path = here "/" name
    if (path == "") return line
    return substr(line, 1, start - 7) "<a href=\"" up "src/" source_name(path) ".html\">&quot;" name "&quot;</a>" \
        substr(line, start + end + 5)
}

function show(path,    file, up, line, n, i, code, gutter) {
    up = up_from("src/" path)
    sub(/^\.\.\//, "", up)
    here = path
    if (!sub(/\/[^\/]*$/, "", here)) here = ""
    file = out "/src/" source_name(path) ".html"
    printf "%s", head(path " · The Async Book in C++", up, "source") "<main id=\"text\">\n" crumbs(path, up) \
        its_chapter(path, up) > file
    n = 0
    while ((getline line < path) > 0) {
        line = escape(line)
        code[++n] = with_include(line, up)
    }
    close(path)
    printf "<div class=\"listing\"><div class=\"lines\" aria-hidden=\"true\">" > file
    for (i = 1; i <= n; ++i) printf "<i id=L%d></i>", i > file
    printf "</div><pre><code class=\"language-%s\">", language_of(path) > file
    for (i = 1; i <= n; ++i) print code[i] > file
    printf "%s", "</code></pre></div>\n</main>\n</body>\n</html>\n" > file
    close(file)
}

function write_folder(folder,    file, up, i, path, rest, name, seen, inner, result, folders) {
    up = folder == "" ? "../" : up_from("src/" folder "/x")
    if (folder != "") sub(/^\.\.\//, "", up)
    file = out "/src/" (folder == "" ? "" : source_name(folder) "/") "index.html"
    result = ""
    folders = ""
    for (i = 1; i <= source_count; ++i) {
        path = sources[i]
        if (folder != "") {
            if (index(path, folder "/") != 1) continue
            rest = substr(path, length(folder) + 2)
        } else {
            rest = path
        }
        if (match(rest, /^[^\/]*\//)) {
            name = substr(rest, 1, RLENGTH - 1)
            if (name in seen) continue
            seen[name] = 1
            folders = folders "<li class=\"folder\"><a href=\"" source_name(name) "/index.html\">" escape(name) "/</a></li>\n"
        } else {
            result = result "<li><a href=\"" source_name(rest) ".html\">" escape(rest) "</a></li>\n"
        }
    }
    printf "%s", head((folder == "" ? "The sources" : folder) " · The Async Book in C++", up, "source") \
        "<main id=\"text\">\n" crumbs(folder, up) its_chapter(folder "/x", up) "<ul class=\"files\">\n" \
        folders result "</ul>\n</main>\n</body>\n</html>\n" > file
    close(file)
}
