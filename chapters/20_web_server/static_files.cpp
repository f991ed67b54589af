#include "20_web_server/static_files.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include "20_web_server/response.h"

namespace book::http {
namespace {

using namespace std::string_view_literals;

/// What an entry of the table weighs beside its texts.
constexpr std::size_t kOverhead = 256;

/// Reads up to `size` bytes; fewer when the file has shrunk meanwhile.
std::string read_whole(int fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t n = ::read(fd, text.data() + have, size - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  return text;
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
    default:
      return 404;
  }
}

constexpr auto kIndex = "index.html"sv;
constexpr auto kSecondIndex = "hello.html"sv;

}  // namespace

StaticFiles::StaticFiles(const std::string& root, const Options& options)
    : root_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), options_(options) {
  if (!root_) throw std::system_error(errno, std::system_category(), "the root '" + root + "'");
}

Found StaticFiles::find(std::string_view path, Instant now) {
  const auto entry = table_.find(path);
  const bool have = entry != table_.end();
  if (have) {
    Kept& kept = entry->second;
    const bool due = now - kept.checked >= options_.check_every;
    if (!due || still_same(kept)) {
      if (due) kept.checked = now;
      return found(kept);
    }
  }
  const RelativePath named = relative_path(path, decoded_);
  if (named.status != 200) return {.status = named.status};
  Found fresh = load(path, named.name, now);
  // Out of descriptors: better the old page than none.
  if (fresh.status == 503 && have) return found(entry->second);
  if (fresh.status != 200 || fresh.file) forget(path);
  return fresh;
}

Found StaticFiles::found(const Kept& kept) {
  return {200, kept.entity, kept.body, {}, kept.body.size()};
}

StaticFiles::Version StaticFiles::version_of(const struct ::stat& st) {
  auto ns = [](const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  return {st.st_dev, st.st_ino, st.st_size, ns(st.st_mtim), ns(st.st_ctim)};
}

/// Looks without opening: that needs no descriptor. It may follow a link out of the root,
/// harmlessly, as what it finds there is another file and so sends us through open_beneath.
bool StaticFiles::still_same(const Kept& kept) const {
  struct ::stat st {};
  if (!kept.before.empty() && ::fstatat(root_.get(), kept.before.c_str(), &st, 0) == 0)
    return false;
  if (::fstatat(root_.get(), kept.name.c_str(), &st, 0) != 0) return false;
  return S_ISREG(st.st_mode) && version_of(st) == kept.version;
}

Found StaticFiles::load(std::string_view path, std::string_view name, Instant now) {
  if (name.empty() || name.ends_with('/')) return load_index(path, name, now);
  Descriptor file = open_beneath(root_.get(), name, options_.walk);
  struct ::stat st {};
  if (!file || ::fstat(file.get(), &st) != 0) return {.status = status_of(errno)};
  if (S_ISDIR(st.st_mode)) return {.status = 301};
  if (!S_ISREG(st.st_mode)) return {};
  return keep(path, name, {}, std::move(file), st, now);
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
      return keep(path, name, before, std::move(file), st, now);
    }
    before = name;
  }
  // No list of what is in it is made. But is it there?
  if (folder.empty()) return {.status = 403};
  const Descriptor there = open_beneath(root_.get(), folder, options_.walk);
  return {.status = there ? 403 : status_of(errno)};
}

/// A small file is kept from now on, a large one is handed out as it is.
Found StaticFiles::keep(std::string_view path, std::string_view name, std::string_view before,
                        Descriptor file, const struct ::stat& st, Instant now) {
  const auto size = static_cast<std::uint64_t>(st.st_size);
  const std::string_view type = content_type(name);
  if (size > options_.small) {
    large_entity_ = entity_fields(type, size);
    return {200, large_entity_, {}, std::move(file), size};
  }
  Kept kept;
  kept.name = name;
  kept.before = before;
  kept.body = read_whole(file.get(), size);
  kept.entity = entity_fields(type, kept.body.size());
  kept.version = version_of(st);
  kept.checked = now;
  kept.weight = kOverhead + path.size() + kept.name.size() + kept.entity.size() + kept.body.size();
  forget(path);
  if (kept_bytes_ + kept.weight > options_.most_kept) {
    // Simple and good enough for a folder of pages: start afresh, what is wanted comes back.
    table_.clear();
    kept_bytes_ = 0;
  }
  kept_bytes_ += kept.weight;
  return found(table_.emplace(path, std::move(kept)).first->second);
}

void StaticFiles::forget(std::string_view path) {
  const auto entry = table_.find(path);
  if (entry == table_.end()) return;
  kept_bytes_ -= entry->second.weight;
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
      if (name.substr(dot) == extension) return type;
  return "application/octet-stream"sv;
}

}  // namespace book::http
