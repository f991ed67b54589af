# What every page of the site has around its text, and what the other awk files share.

function escape(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    gsub(/"/, "\\&quot;", text)
    return text
}

function unescape(text) {
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&amp;/, "\\&", text)
    return text
}

# The file of the site in which a Markdown page of the project is shown.
function page_name(path) {
    sub(/^chapters\//, "", path)
    if (path == "README.md") return "index.html"
    sub(/\/README\.md$/, "", path)
    sub(/\.md$/, "", path)
    gsub(/\//, "_", path)
    return tolower(path) ".html"
}

# "a/b/../c" is "a/c"; a path that leads out of the project is left as "..".
function normal(path,    n, i, parts, depth, kept, result) {
    n = split(path, parts, "/")
    depth = 0
    for (i = 1; i <= n; ++i) {
        if (parts[i] == "" || parts[i] == ".") continue
        if (parts[i] == ".." && depth > 0) --depth
        else kept[++depth] = parts[i]
    }
    result = ""
    for (i = 1; i <= depth; ++i) result = result (i > 1 ? "/" : "") kept[i]
    return result
}

# The project's pages (`pages`, in the order of the book) and the files to be shown as sources.
function read_lists(pages_file, sources_file,    path, parts, n, i, folder, line) {
    page_count = 0
    while ((getline path < pages_file) > 0) {
        pages[++page_count] = path
        page_of[path] = page_name(path)
        while ((getline line < path) > 0) {
            if (line ~ /^# /) {
                title_of[path] = substr(line, 3)
                gsub(/`/, "", title_of[path])
                break
            }
        }
        close(path)
    }
    source_count = 0
    while ((getline path < sources_file) > 0) {
        sources[++source_count] = path
        is_source[path] = 1
        n = split(path, parts, "/")
        folder = ""
        for (i = 1; i < n; ++i) {
            folder = folder (i > 1 ? "/" : "") parts[i]
            is_folder[folder] = 1
        }
    }
    is_folder[""] = 1
}

# Where the site shows a source. A server gives out nothing whose name begins with a dot, so .ci is dot-ci there.
function source_name(path) {
    sub(/^\./, "dot-", path)
    gsub(/\/\./, "/dot-", path)
    return path
}

# What a link to `path` of the project becomes; "" when the site has no such thing. `up` leads to the site's top.
function address_of(path, up) {
    if (path in page_of) return up page_of[path]
    if (((path == "" ? "" : path "/") "README.md") in page_of)
        return up page_of[(path == "" ? "" : path "/") "README.md"]
    if (path in is_source) return up "src/" source_name(path) ".html"
    if (path in is_folder) return up "src/" (path == "" ? "" : source_name(path) "/") "index.html"
    return ""
}

function head(title, up, class) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" \
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" \
        "<meta name=\"color-scheme\" content=\"light dark\">\n" \
        "<title>" escape(title) "</title>\n" \
        "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%230b6a75'/%3E%3Cpath d='M4 12V9h3V6h3V3h3' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E\">\n" \
        "<link rel=\"stylesheet\" href=\"" up "book.css\">\n" \
        "<script>try{const t=localStorage.getItem('theme');if(t)document.documentElement.dataset.theme=t}catch{}</script>\n" \
        "<script defer src=\"" up "book.js\"></script>\n</head>\n" \
        "<body class=\"" class "\" data-up=\"" up "\">\n" \
        "<a class=\"skip\" href=\"#text\">To the text</a>\n" \
        "<header class=\"bar\">\n" \
        "<button type=\"button\" id=\"menu\" aria-controls=\"chapters\" aria-expanded=\"false\" aria-label=\"Chapters\">&#9776;</button>\n" \
        "<a class=\"book\" href=\"" up "index.html\">The Async Book in C++</a>\n" \
        "<button type=\"button\" id=\"find\">Search <kbd>/</kbd></button>\n" \
        "<button type=\"button\" id=\"theme\" aria-label=\"Light or dark\" title=\"Light or dark\">&#9680;</button>\n" \
        "</header>\n"
}
