#include "20_web_server/files/static_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include "17_io/http/response.h"
#include "17_io/http/scan.h"
#include "20_web_server/files/file_body.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

/// What an entry of the table weighs beside its texts.
constexpr std::size_t kOverhead = 256;

/// Reads the first `size` bytes; fewer when the file has shrunk meanwhile. False: it cannot be
/// read, errno says why.
bool read_whole(int fd, std::size_t size, std::string& text) {
  text.resize(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t n = ::pread(fd, text.data() + have, size - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  return true;
}

std::timespec wall_clock() {
  std::timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

/// Of a body of `size` bytes. `now` is from before they were read.
Representation describe(std::string_view name, const struct ::stat& st, std::uint64_t size,
                        const std::timespec& now, std::string_view cache_control) {
  Representation result;
  result.type = content_type(name);
  result.validators = validators_of(st, now);
  result.version = version_of(st);
  result.fields = entity_fields(result.type, size);
  result.plain = result.fields.size();
  result.cache_control = cache_control;
  result.fields += to_fields(result.validators);
  result.fields += cache_control;
  result.fields += "Accept-Ranges: bytes\r\n"sv;
  return result;
}

/// Why a file could not be opened, as a status.
int status_of(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return 503;
    case EACCES:
    case EPERM:
    case EXDEV:
    case ELOOP:
      return 403;
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ENXIO:  // a socket, or a named pipe without a writer
    case ENODEV:
      return 404;
    default:  // EIO and its like: it may well be there
      return 503;
  }
}

constexpr auto kIndex = "index.html"sv;
constexpr auto kSecondIndex = "hello.html"sv;

}  // namespace

StaticFiles::StaticFiles(const std::string& root, const Options& options)
    : root_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), options_(options) {
  // A folder can be opened that nothing can be looked up in: each page would be 403.
  struct ::stat st {};
  if (!root_ || ::fstatat(root_.get(), ".", &st, 0) != 0)
    throw std::system_error(errno, std::system_category(), "the root '" + root + "'");
  if (!options_.cache_control.empty())
    options_.cache_control = "Cache-Control: " + options_.cache_control + "\r\n";
}

Found StaticFiles::find(std::string_view path, Instant now) {
  CachedFile* const cached = find_cached(path);
  if (cached) {
    const bool due = now - cached->checked >= options_.check_every;
    if (!due || is_fresh(*cached)) {
      if (due) cached->checked = now;
      return found_cached(*cached);
    }
  }
  const RelativePath named = relative_path(path, decoded_);
  if (named.status != 200) return {.status = named.status};
  Found fresh = load(path, named.name, now);
  // Out of descriptors: better the old page than none.
  if (fresh.status == 503 && cached) return found_cached(*cached);
  if (fresh.status != 200 || fresh.source) forget(path);
  return fresh;
}

StaticFiles::CachedFile* StaticFiles::find_cached(std::string_view path) {
  Table::value_type*& recent = recent_[Hash()(path) % recent_.size()];
  if (!recent || !Same()(recent->first, path)) {
    const auto entry = table_.find(path);
    if (entry == table_.end()) return nullptr;
    recent = &*entry;
  }
  return &recent->second;
}

Found StaticFiles::found_cached(const CachedFile& cached) {
  return {200, cached.representation.fields, cached.body,
          {},  cached.body.size(),           &cached.representation};
}

/// Looks without opening: that needs no descriptor. It may follow a link out of the root,
/// harmlessly, as what it finds there is another file and so sends us through open_beneath.
///
/// What was just modified when we read it is read again: it can have changed and look the same.
bool StaticFiles::is_fresh(const CachedFile& cached) const {
  if (!cached.representation.validators.is_strong()) return false;
  struct ::stat st {};
  if (!cached.before.empty() && ::fstatat(root_.get(), cached.before.c_str(), &st, 0) == 0)
    return false;
  if (::fstatat(root_.get(), cached.name.c_str(), &st, 0) != 0) return false;
  return S_ISREG(st.st_mode) && version_of(st) == cached.representation.version;
}

Found StaticFiles::load(std::string_view path, std::string_view name, Instant now) {
  if (name.empty() || name.ends_with('/')) return load_index(path, name, now);
  Descriptor file = open_beneath(root_.get(), name, options_.walk);
  struct ::stat st {};
  if (!file || ::fstat(file.get(), &st) != 0) return {.status = status_of(errno)};
  if (S_ISDIR(st.st_mode)) return {.status = 301};
  if (!S_ISREG(st.st_mode)) return {};
  return serve_open_file(path, name, {}, std::move(file), st, now);
}

Found StaticFiles::load_index(std::string_view path, std::string_view folder, Instant now) {
  std::string before;
  for (const std::string_view index : {kIndex, kSecondIndex}) {
    const std::string name = std::string(folder).append(index);
    Descriptor file = open_beneath(root_.get(), name, options_.walk);
    struct ::stat st {};
    if (!file || ::fstat(file.get(), &st) != 0) {
      if (status_of(errno) != 404) return {.status = status_of(errno)};
    } else if (S_ISREG(st.st_mode)) {
      return serve_open_file(path, name, before, std::move(file), st, now);
    }
    before = name;
  }
  // No list of what is in it is made. But is it there?
  if (folder.empty()) return {.status = 403};
  const Descriptor there = open_beneath(root_.get(), folder, options_.walk);
  return {.status = there ? 403 : status_of(errno)};
}

/// A small file is kept from now on, a large one is handed out as it is.
///
/// Its size and time are looked at before it is read and after: a program that writes meanwhile
/// must not leave us with the time of one state and the bytes of another. A file that does not hold
/// still is handed out like a large one.
Found StaticFiles::serve_open_file(std::string_view path, std::string_view name,
                                   std::string_view before, Descriptor file, struct ::stat st,
                                   Instant now) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries && static_cast<std::uint64_t>(st.st_size) <= options_.small; ++i) {
    CachedFile cached;
    const std::timespec begin = wall_clock();
    if (!read_whole(file.get(), static_cast<std::size_t>(st.st_size), cached.body))
      return {.status = 503};
    const FileVersion before_reading = version_of(st);
    if (::fstat(file.get(), &st) != 0) return {.status = 503};
    if (version_of(st) != before_reading) continue;
    cached.name = name;
    cached.before = before;
    cached.representation = describe(name, st, cached.body.size(), begin, options_.cache_control);
    cached.checked = now;
    return store(path, std::move(cached));
  }
  const auto size = static_cast<std::uint64_t>(st.st_size);
  uncached_ = describe(name, st, size, wall_clock(), options_.cache_control);
  auto body = std::make_unique<FileBody>(std::move(file), uncached_.version);
  return {200, uncached_.fields, {}, std::move(body), size, &uncached_};
}

Found StaticFiles::store(std::string_view path, CachedFile cached) {
  cached.weight = kOverhead + path.size() + cached.name.size() +
                  cached.representation.fields.size() + cached.body.size();
  forget(path);
  if (cached_bytes_ + cached.weight > options_.max_cached) {
    // Simple and good enough for a folder of pages: start afresh, what is wanted comes back.
    recent_.fill(nullptr);
    table_.clear();
    cached_bytes_ = 0;
  }
  cached_bytes_ += cached.weight;
  return found_cached(table_.emplace(path, std::move(cached)).first->second);
}

void StaticFiles::forget(std::string_view path) {
  const auto entry = table_.find(path);
  if (entry == table_.end()) return;
  cached_bytes_ -= entry->second.weight;
  recent_.fill(nullptr);
  table_.erase(entry);
}

std::string_view content_type(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".txt", "text/plain; charset=utf-8"},
      {".md", "text/plain; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".webp", "image/webp"},
      {".ico", "image/vnd.microsoft.icon"},
      {".pdf", "application/pdf"},
      {".wasm", "application/wasm"},
  };
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos)
    for (const auto& [extension, type] : kTypes)
      if (equals_ignoring_case(name.substr(dot), extension)) return type;
  return "application/octet-stream"sv;
}

}  // namespace book::http
