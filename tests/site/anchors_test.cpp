// One table of headings and their anchors, for the link test and for the site.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "docs/markdown.h"
#include "docs/text.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::site {
namespace anchors_test {

struct Row {
  std::string heading, anchor;
};

std::vector<Row> table() {
  std::vector<Row> rows;
  for (const std::string& line :
       docs::split_lines(docs::read_file(test::source_dir() / "tests/site/anchors.txt"))) {
    const auto bar = line.rfind(" | ");
    if (!line.starts_with('#') && bar != std::string::npos)
      rows.push_back({line.substr(0, bar), line.substr(bar + 3)});
  }
  return rows;
}

TEST(Anchors, OfTheLinkTestAreThoseOfTheTable) {
  std::string page;
  for (const Row& row : table()) page += "## " + row.heading + "\n\n";
  const docs::Page parsed = docs::parse_page("table.md", page);
  ASSERT_EQ(parsed.headings.size(), table().size());
  for (std::size_t i = 0; i < parsed.headings.size(); ++i)
    EXPECT_EQ(parsed.headings[i].anchor, table()[i].anchor) << parsed.headings[i].text;
}

TEST(Anchors, OfTheSiteAreThoseOfTheTable) {
  const test::TemporaryFolder folder;
  std::string headings;
  for (const Row& row : table()) headings += row.heading + "\n";
  folder.write("headings", headings);
  folder.write("each.awk", "{ print unique_anchor($0, taken) }\n");
  const std::string rule = (test::source_dir() / "tests/support/site/anchor.awk").string();
  const test::ShellResult result =
      test::shell(folder.path(), "LC_ALL=C awk -f " + test::quoted(rule) + " -f each.awk headings");
  const std::vector<std::string> anchors = docs::split_lines(result.output);
  ASSERT_EQ(anchors.size(), table().size()) << result.output;
  for (std::size_t i = 0; i < anchors.size(); ++i)
    EXPECT_EQ(anchors[i], table()[i].anchor) << table()[i].heading;
}

}  // namespace anchors_test
}  // namespace book::site
