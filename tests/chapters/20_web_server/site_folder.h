// A folder with a small site in it, for one test: made in the temporary folder, gone afterwards.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace book::http {

class SiteFolder {
 public:
  SiteFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "book_site_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    base_ = name;
    std::filesystem::create_directory(root());
    write("hello.html", "hello");
    write("404.html", "not here");
  }
  SiteFolder(const SiteFolder&) = delete;
  SiteFolder& operator=(const SiteFolder&) = delete;
  ~SiteFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }

  /// The folder to serve, and the one around it, where secrets can lie.
  std::filesystem::path root() const { return base_ / "root"; }
  std::filesystem::path base() const { return base_; }

  void write(const std::filesystem::path& name, const std::string& text) const {
    const std::filesystem::path path = root() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

 private:
  std::filesystem::path base_;
};

}  // namespace book::http
