#include <fmt/format.h>

#include <regex>
#include <set>

#include "docs/pages.h"

namespace book::docs {
namespace fs = std::filesystem;
namespace {

void check_svg(const std::string& where, const Picture& picture, const std::string& svg,
               std::vector<Problem>& problems) {
  static const std::regex title("<title>([^<]*)</title>");
  static const std::regex fetches(R"((href|src)\s*=\s*"(?!#)|url\((?!#)|@import|<script)");
  const auto complain = [&](const std::string& what) {
    problems.push_back({where, fmt::format("{} {}", picture.target, what)});
  };
  std::smatch match;
  if (!std::regex_search(svg, match, title))
    complain("has no <title> that says what it shows");
  else if (match[1] != picture.words)
    complain(fmt::format("says other words than the page\n  page:  {}\n  title: {}", picture.words,
                         match[1].str()));
  if (svg.find("viewBox=") == svg.npos) complain("has no viewBox, so it cannot shrink");
  if (svg.find("prefers-color-scheme: dark") == svg.npos)
    complain("has no colours for a dark page (@media (prefers-color-scheme: dark))");
  if (std::regex_search(svg, fetches)) complain("asks for another file, which no page gives it");
}

}  // namespace

std::vector<Problem> check_pictures(const std::vector<Page>& pages, const fs::path& root) {
  std::vector<Problem> problems;
  std::set<std::string> shown;
  for (const Page& page : pages) {
    for (const Picture& picture : page.pictures) {
      const std::string where = fmt::format("{}:{}", page.file.string(), picture.line);
      if (picture.words.empty())
        problems.push_back({where, fmt::format("say in words what {} shows: ![words]({})",
                                               picture.target, picture.target)});
      if (picture.target.find("://") != std::string::npos) continue;
      const fs::path file = (page.file.parent_path() / picture.target).lexically_normal();
      shown.insert(file.string());
      if (file.extension() == ".svg" && fs::exists(root / file))  // else check_links says it
        check_svg(where, picture, read_file(root / file), problems);
    }
  }
  if (!fs::exists(root / "chapters")) return problems;
  for (const auto& file : files_under(root / "chapters", {".svg"})) {
    const std::string name = file.lexically_relative(root).string();
    if (file.parent_path().filename() == "pictures" && !shown.contains(name))
      problems.push_back({name, "no page shows this picture"});
  }
  return problems;
}

}  // namespace book::docs
