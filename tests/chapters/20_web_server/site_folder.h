// A folder with a small site in it, for one test: made in the temporary folder, gone afterwards.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <ctime>
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

  /// The file was modified long ago, each one a second after the one before: so the tag that a
  /// server gives it is a strong one, and the same in every server.
  void write(const std::filesystem::path& name, const std::string& text) const {
    const std::filesystem::path path = root() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    set_modified(name, modified_++);
  }
  /// As if it had been written then, on the second.
  void set_modified(const std::filesystem::path& name, std::time_t when) const {
    const std::timespec times[] = {{0, UTIME_OMIT}, {when, 0}};
    if (::utimensat(AT_FDCWD, (root() / name).c_str(), times, 0) != 0)
      throw std::runtime_error("utimensat");
  }

 private:
  std::filesystem::path base_;
  mutable std::time_t modified_ = 1'000'000'000;
};

}  // namespace book::http
