// PageStore: the folder that a crawl is saved in.
//
//     DIR/crawl.jsonl              a line a page: its address, its file, its status, its length
//     DIR/a.example/b.html         a page; as b.html.part~ until it is whole
//
// Every step from DIR down is an openat() that follows no link: whatever stands in the folder
// already, and whatever the page is called, nothing is written outside. crawl.jsonl is what a
// crawl with --resume reads first: what is there is not fetched again. (Chapter 19)
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "19_web_crawler/url.h"
#include "common/descriptor.h"

namespace book::crawl {

/// One line of crawl.jsonl.
struct SavedPage {
  std::string url;
  std::string file;
  int status = 0;
  std::uint64_t bytes = 0;
  bool html = true;
};

class PageStore {
 public:
  /// Makes the folder if it is not there. With `resume`, saved() is what a crawl before this one
  /// has left; without, crawl.jsonl begins anew. Throws std::system_error, which names the file.
  PageStore(const std::string& folder, bool resume);

  const std::vector<SavedPage>& saved() const noexcept { return saved_; }
  /// Where a page is to be saved: page_name, or, when another page has that name already (b and
  /// b.html), one that is like it.
  std::string name_for(const Url& url, bool html);
  /// Writes the page, and then its line. Throws std::system_error: then the page is not there, and
  /// what was saved before is whole.
  void save(const SavedPage& page, std::string_view body);
  /// The bytes of a page that was saved. Throws std::system_error.
  std::string read(const std::string& file) const;

 private:
  Descriptor open_folder_of(const std::string& file, std::string& last, bool make) const;
  [[noreturn]] void fail(const std::string& file) const;

  std::string name_;
  Descriptor folder_, list_;
  std::vector<SavedPage> saved_;
  std::map<std::string, std::string> names_;  // of files, and whose they are
};

/// A line of crawl.jsonl, and back; false: it is none, for instance because it was cut short.
[[nodiscard]] std::string to_line(const SavedPage& page);
[[nodiscard]] bool from_line(std::string_view line, SavedPage& page);

}  // namespace book::crawl
