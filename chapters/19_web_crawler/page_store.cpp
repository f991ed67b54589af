// blocks: on a thread of 14's pool (saver.cpp)
#include "19_web_crawler/page_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

#include "19_web_crawler/page_name.h"

namespace book::crawl {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
const std::string kList(kPageList);

/// False: errno says why. A full disk may take a part.
bool write_all_of(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool read_all_of(int fd, std::string& text) {
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

PageStore::PageStore(const std::string& folder, bool resume)
    : name_(folder), folder_(-1), list_(-1) {
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) fail("");
  folder_ = Descriptor(::open(folder.c_str(), kFolder));
  if (folder_.get() < 0) fail("");
  list_ = Descriptor(::openat(folder_.get(), kList.c_str(),
                              O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND, 0666));
  if (list_.get() < 0) fail(kList);
  std::string lines;
  if (resume && !read_all_of(list_.get(), lines)) fail(kList);
  std::size_t whole = 0;  // bytes of whole lines: what was cut short by a kill goes
  for (std::size_t end; (end = lines.find('\n', whole)) != lines.npos; whole = end + 1) {
    SavedPage page;
    if (!from_line(std::string_view(lines).substr(whole, end - whole), page)) continue;
    names_[page.file] = page.url;
    saved_.push_back(std::move(page));
  }
  if (::ftruncate(list_.get(), static_cast<off_t>(whole)) != 0) fail(kList);
}

void PageStore::fail(const std::string& file) const {
  throw std::system_error(errno, std::system_category(), file.empty() ? name_ : name_ + '/' + file);
}

std::string PageStore::name_for(const Url& url, bool html) {
  const std::string key = url.key(), first = page_name(url, html);
  const std::size_t dot = first.rfind('.');  // of the file: each has one
  std::string name = first;
  for (int other = 2; names_.try_emplace(name, key).first->second != key; ++other)
    name = fmt::format("{}@@{}{}", first.substr(0, dot), other, first.substr(dot));
  return name;
}

Descriptor PageStore::open_folder_of(const std::string& file, std::string& last, bool make) const {
  Descriptor at(::fcntl(folder_.get(), F_DUPFD_CLOEXEC, 0));
  if (at.get() < 0) fail(file);
  std::size_t begin = 0;
  for (std::size_t slash; (slash = file.find('/', begin)) != file.npos; begin = slash + 1) {
    const std::string step = file.substr(begin, slash - begin);
    if (make && ::mkdirat(at.get(), step.c_str(), 0777) != 0 && errno != EEXIST) fail(file);
    Descriptor next(::openat(at.get(), step.c_str(), kFolder | O_NOFOLLOW));
    if (next.get() < 0) fail(file);
    at = std::move(next);
  }
  last = file.substr(begin);
  return at;
}

void PageStore::save(const SavedPage& page, std::string_view body) {
  std::string last;
  const Descriptor folder = open_folder_of(page.file, last, true);
  const std::string part = last + ".part~";  // no page's name has a '~' in it
  Descriptor file(::openat(folder.get(), part.c_str(),
                           O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file.get() < 0) fail(page.file);
  const bool whole = write_all_of(file.get(), body) && ::close(file.release()) == 0 &&
                     ::renameat(folder.get(), part.c_str(), folder.get(), last.c_str()) == 0;
  const int error = errno;
  if (!whole) {
    ::unlinkat(folder.get(), part.c_str(), 0);
    errno = error;
    fail(page.file);
  }
  if (!write_all_of(list_.get(), to_line(page) + '\n')) fail(kList);
}

std::string PageStore::read(const std::string& file) const {
  std::string last, text;
  const Descriptor folder = open_folder_of(file, last, false);
  const Descriptor there(::openat(folder.get(), last.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (there.get() < 0 || !read_all_of(there.get(), text)) fail(file);
  return text;
}

namespace {

/// An address and a name have no quote and no control character in them; a query may have a
/// backslash, which is two in JSON.
std::string with_backslashes_doubled(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '\\' ? 2 : 1, c);
  return out;
}

}  // namespace

std::string to_line(const SavedPage& page) {
  return fmt::format(R"({{"url":"{}","file":"{}","status":{},"bytes":{},"html":{}}})",
                     with_backslashes_doubled(page.url), page.file, page.status, page.bytes,
                     page.html ? 1 : 0);
}

bool from_line(std::string_view line, SavedPage& page) {
  auto text = [&](std::string_view before, std::string& value) {
    if (!line.starts_with(before)) return false;
    line.remove_prefix(before.size());
    const std::size_t end = line.find('"');
    if (end == line.npos) return false;
    value.clear();
    for (std::size_t i = 0; i < end; ++i) {
      if (line[i] == '\\' && line[i + 1] == '\\') ++i;
      value += line[i];
    }
    line.remove_prefix(end + 1);
    return true;
  };
  auto number = [&](std::string_view before, auto& value) {
    if (!line.starts_with(before)) return false;
    line.remove_prefix(before.size());
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return error == std::errc{};
  };
  int html = 0;
  const bool good = text(R"({"url":")", page.url) && text(R"(,"file":")", page.file) &&
                    number(R"(,"status":)", page.status) && number(R"(,"bytes":)", page.bytes) &&
                    number(R"(,"html":)", html) && line == "}";
  page.html = html == 1;
  // It is a file that anybody may have written to: a name must not lead out of the folder.
  return good && !page.file.starts_with('/') && ("/" + page.file).find("/.") == std::string::npos;
}

}  // namespace book::crawl
