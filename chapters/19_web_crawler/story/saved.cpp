// The last part of the story: a report, and a folder.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "19_web_crawler/report.h"
#include "19_web_crawler/saver.h"
#include "19_web_crawler/story/parts.h"
#include "19_web_crawler/story/shop.h"

namespace book::story {
namespace {

namespace fs = std::filesystem;

struct TemporaryFolder {
  TemporaryFolder() : name((fs::temp_directory_path() / "crawl.XXXXXX").string()) {
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the pages");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(name, ignored);
  }
  std::string name;
};

/// Saves, and says nothing.
class QuietSaver : public crawl::Saver {
 public:
  explicit QuietSaver(crawl::PageStore& store) : Saver(&store, true, 0) {}
};

}  // namespace

Async<> what_is_left(Instant) {
  const TemporaryFolder folder;
  for (const bool again : {false, true}) {
    crawl::PageStore store(folder.name, again);
    QuietSaver saver(store);
    ShopCrawl shop;
    auto running = shop.run(saver);
    co_await std::move(running);
    if (again) {
      fmt::print("    once more, with --resume: {} requests, {} pages were here already\n",
                 shop.site.requests().size(), saver.taken_over());
      co_return;
    }
    fmt::print("{}", crawl::report_of(shop.crawler->pages()));
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder.name)) {
      const std::string file = fs::relative(entry.path(), folder.name).string();
      if (entry.is_regular_file() && file.find("/b") == file.npos && file.find("/c") == file.npos)
        files.push_back(file);
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) fmt::print("    {}\n", file);
  }
}

}  // namespace book::story
