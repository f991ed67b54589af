// What the checks need of a Markdown page: its headings, its links, its marked blocks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "docs/text.h"

namespace book::docs {

struct Heading {
  int line;
  int level;
  std::string text;
  std::string anchor;  // as GitHub names it: "## Run it!" is #run-it
};

struct Link {
  int line;
  std::string target;  // "../02_timer_future/README.md#exercises"
};

/// ![words](chapters/picture.svg), or <img src="..." alt="words">; its target is among the links,
/// too.
struct Picture {
  int line;
  std::string words;
  std::string target;
};

/// A fenced block under a mark such as <!-- run exit=1: 01_simple_future --oops -->.
struct MarkedBlock {
  int line;
  std::string kind;                  // "run", "file" or "clients"
  std::vector<std::string> options;  // "exit=1"
  std::string argument;              // "01_simple_future --oops"
  std::vector<std::string> lines;
};

struct Page {
  std::filesystem::path file;
  std::vector<Heading> headings;
  std::vector<Link> links;
  std::vector<Picture> pictures;
  std::vector<MarkedBlock> blocks;
  std::vector<std::string> prose;  // every line, those of fenced blocks emptied
  std::vector<Problem> problems;   // marks that cannot be understood
};

/// `name` is how problems call the page.
Page parse_page(const std::string& name, const std::string& text);

/// All pages of the project under `root`; their `file` is relative to it.
std::vector<Page> all_pages(const std::filesystem::path& root);

}  // namespace book::docs
