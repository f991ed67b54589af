// A test a page: --gtest_filter="*/05_async_await*" reads the pages of chapter 05 alone.
//
//     class CodeIsInItsFile : public EachPage {};
//     TEST_P(CodeIsInItsFile, WordForWord) { for (const MarkedBlock& block : blocks("file")) ... }
//     INSTANTIATE_TEST_SUITE_P(TheBook, CodeIsInItsFile, pages_with("file"), name_of_page);
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

#include "docs/markdown.h"
#include "support/paths.h"

namespace book::docs {

class EachPage : public testing::TestWithParam<Page> {
 protected:
  std::vector<MarkedBlock> blocks(const std::string& kind) const {
    std::vector<MarkedBlock> found;
    for (const MarkedBlock& block : GetParam().blocks)
      if (block.kind == kind) found.push_back(block);
    return found;
  }
};

/// The pages that have such a block; without a kind, every page.
inline auto pages_with(const std::string& kind) {
  std::vector<Page> pages;
  for (const Page& page : all_pages(test::source_dir())) {
    bool has = kind.empty();
    for (const MarkedBlock& block : page.blocks) has = has || block.kind == kind;
    if (has) pages.push_back(page);
  }
  return testing::ValuesIn(pages);
}

/// chapters/05_async_await/README.md -> 05_async_await_README
inline std::string name_of_page(const testing::TestParamInfo<Page>& info) {
  std::string name = info.param.file.lexically_normal().replace_extension().generic_string();
  if (name.starts_with("chapters/")) name.erase(0, 9);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

inline void PrintTo(const Page& page, std::ostream* out) { *out << page.file.string(); }

}  // namespace book::docs
