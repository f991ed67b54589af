#include "site/link_walk.h"

#include <filesystem>
#include <utility>

namespace book::site {
namespace {

bool is_of_another_site(std::string_view target) {
  return target.find("://") != target.npos || target.starts_with("//");
}

/// Calls `found` with the value of each attribute of that name.
void attributes(std::string_view html, std::string_view name,
                const std::function<void(std::string_view value, std::size_t at)>& found) {
  const std::string begin = " " + std::string(name) + "=";
  for (std::size_t at = html.find(begin); at != html.npos; at = html.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    if (from >= html.size()) break;
    const bool quoted = html[from] == '"';
    if (!quoted && name != "id") continue;  // text: a quote in it is &quot;
    const std::size_t to = html.find_first_of(quoted ? "\"" : "> \n", from + 1);
    if (to == html.npos) break;
    found(html.substr(from + (quoted ? 1 : 0), to - from - (quoted ? 1 : 0)), at);
  }
}

}  // namespace

Links links_of(std::string_view html) {
  Links links;
  const auto keep = [&](std::string_view target, bool is_asked) {
    if (target.starts_with("data:")) return;
    const std::string text(target);
    if (is_of_another_site(target)) links.outside.insert(text);
    if (is_asked) links.asked.insert(text);
    if (!is_of_another_site(target) && !target.starts_with("mailto:")) links.targets.insert(text);
  };
  attributes(html, "href", [&](std::string_view value, std::size_t at) {
    const std::size_t tag = html.rfind('<', at);
    keep(value, tag != html.npos && html.substr(tag).starts_with("<link"));
  });
  attributes(html, "src", [&](std::string_view value, std::size_t) { keep(value, true); });
  attributes(html, "id",
             [&](std::string_view value, std::size_t) { links.anchors.emplace(value); });
  return links;
}

std::string resolve(const std::string& page, const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(page).parent_path();
  return (folder / target).lexically_normal().generic_string();
}

Walk walk(const std::function<bool(const std::string&, std::string&)>& read) {
  Walk result;
  std::map<std::string, Links> seen;
  std::vector<std::string> to_read = {"index.html"};
  std::set<std::string> known = {"index.html"};
  struct Reference {
    std::string page, target, path, anchor;
  };
  std::vector<Reference> references;
  while (!to_read.empty()) {
    const std::string page = std::move(to_read.back());
    to_read.pop_back();
    std::string text;
    if (!read(page, text)) continue;
    result.pages.insert(page);
    if (!page.ends_with(".html")) continue;
    Links& links = seen[page] = links_of(text);
    for (const std::string& target : links.targets) {
      const std::size_t hash = target.find('#');
      const std::string path = target.substr(0, hash);
      const std::string there = path.empty() ? page : resolve(page, path);
      references.push_back(
          {page, target, there, hash == std::string::npos ? "" : target.substr(hash + 1)});
      if (known.insert(there).second) to_read.push_back(there);
    }
  }
  for (const Reference& it : references) {
    if (!result.pages.contains(it.path))
      result.problems.push_back(it.page + ": " + it.target + " leads nowhere");
    else if (it.path.starts_with("wake/"))
      continue;  // what stands behind its # is for the player, and no anchor
    else if (!it.anchor.empty() && !seen[it.path].anchors.contains(it.anchor))
      result.problems.push_back(it.page + ": " + it.target + ": no such anchor there");
  }
  return result;
}

}  // namespace book::site
