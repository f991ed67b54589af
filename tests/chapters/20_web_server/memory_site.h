// A site without a disk, for tests of the protocol: pages are strings, and what a conversation
// shares is here without a server.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/bytes/io.h"
#include "17_io/http/response.h"
#include "20_web_server/files/content.h"
#include "20_web_server/files/file_path.h"
#include "20_web_server/server/access_log.h"
#include "20_web_server/server/http_context.h"
#include "20_web_server/server/settings.h"
#include "20_web_server/server/shutdown.h"

namespace book::http {

/// Large pages are read piece by piece, as large files are.
class MemoryContent final : public Content {
 public:
  static constexpr std::size_t kSmall = 32 * 1024;

  void write(const std::string& name, std::string text) { pages_[name] = {std::move(text), ""}; }

  Found find(std::string_view path, Instant) override {
    const RelativePath named = relative_path(path, decoded_);
    if (named.status != 200) return {.status = named.status};
    std::string name(named.name);
    if (name.empty() || name.ends_with('/'))
      name += pages_.contains(name + "index.html") ? "index.html" : "hello.html";
    const auto page = pages_.find(name);
    if (page == pages_.end()) return {.status = is_folder(name + "/") ? 301 : 404};
    Page& found = page->second;
    found.fields = entity_fields("text/plain", found.text.size());
    selected_.plain = found.fields.size();
    if (found.text.size() <= kSmall)
      return {200, found.fields, found.text, {}, found.text.size(), &selected_};
    return {200,       found.fields, {}, std::make_unique<Source>(found.text), found.text.size(),
            &selected_};
  }

 private:
  struct Page {
    std::string text, fields;
  };
  /// Of a page that may become shorter while it is read.
  class Source final : public BodySource {
   public:
    explicit Source(const std::string& text) : text_(text), end_(text.size()) {}
    void set_range(std::uint64_t first, std::uint64_t size) override {
      at_ = static_cast<std::size_t>(first);
      end_ = at_ + static_cast<std::size_t>(size);
    }
    std::size_t read(std::span<char> room) override {
      if (text_.size() < end_) throw UnexpectedEnd();
      const std::size_t n = text_.copy(room.data(), std::min(room.size(), end_ - at_), at_);
      at_ += n;
      return n;
    }
    bool at_end() const noexcept override { return at_ == end_; }

   private:
    const std::string& text_;
    std::size_t at_ = 0, end_;
  };

  bool is_folder(const std::string& name) const {
    const auto inside = pages_.lower_bound(name);
    return inside != pages_.end() && inside->first.starts_with(name);
  }

  std::map<std::string, Page> pages_;
  std::string decoded_;
  Representation selected_;
};

struct MemorySite {
  explicit MemorySite(Settings set = {}) : settings(std::move(set)) {
    content.write("hello.html", "hello");
    content.write("404.html", "not here");
  }

  const Settings settings;
  Shutdown shutdown;
  MemoryContent content;
  AccessLog log{""};
  HttpContext http{settings, shutdown, content, log};
};

}  // namespace book::http
