#include "20_web_server/files/file_path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace book::http {
namespace {

/// -1: not a hexadecimal digit.
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// 200, 400, or 404: a slash that is encoded is none that divides, and no file has it in its name.
int decode_percents(std::string_view text, std::string& out) {
  out.clear();
  bool has_slash = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return 400;
    const int high = hex(text[i + 1]), low = hex(text[i + 2]);
    if (high < 0 || low < 0) return 400;
    out += static_cast<char>(high * 16 + low);
    has_slash = has_slash || out.back() == '/';
    i += 2;
  }
  return has_slash ? 404 : 200;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// The one name with a dot in front that is for everybody to read (RFC 8615).
constexpr std::string_view kWellKnown = ".well-known/";

bool is_servable(std::string_view segment) {
  return !segment.empty() && segment.front() != '.' && segment.find('\\') == segment.npos;
}

/// A file system behind a network may be interrupted while it looks for the file.
template <class Open>
int uninterrupted(Open open) {
  for (;;) {
    const int fd = static_cast<int>(open());
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

constexpr int kOpenFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

bool is_link(int folder, const std::string& name) {
  struct ::stat st {};
  return ::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/// A directory entry a step, links refused: nothing can lead out because nothing leads anywhere
/// else.
Descriptor walk_by_hand(int root, std::string_view relative) {
  int how = kOpenFlags | O_NOFOLLOW;
  if (relative.ends_with('/')) {
    how |= O_DIRECTORY;
    relative.remove_suffix(1);
  }
  Descriptor here;
  for (;;) {
    const std::size_t slash = relative.find('/');
    const std::string segment(relative.substr(0, slash));
    const int from = here ? here.get() : root;
    const auto open_with = [&](int flags) {
      // blocks: no, there is O_NONBLOCK or O_PATH in the flags
      return Descriptor(uninterrupted([&] { return ::openat(from, segment.c_str(), flags); }));
    };
    if (slash == std::string_view::npos) return open_with(how);
    Descriptor next = open_with(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (!next) {
      if (errno == ENOTDIR) errno = is_link(from, segment) ? ELOOP : ENOTDIR;
      return {};
    }
    here = std::move(next);
    relative.remove_prefix(slash + 1);
  }
}

}  // namespace

RelativePath relative_path(std::string_view path, std::string& storage) {
  if (path.empty() || path.front() != '/') return {404};
  path.remove_prefix(1);
  if (path.find('%') != std::string_view::npos) {
    if (const int status = decode_percents(path, storage); status != 200) return {status};
    path = storage;
  }
  if (std::any_of(path.begin(), path.end(), is_control)) return {400};
  std::string_view rest = path;
  if (rest.starts_with(kWellKnown)) rest.remove_prefix(kWellKnown.size());
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (!is_servable(rest.substr(0, slash))) return {404};
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return {200, path};
}

Descriptor open_beneath(int root, std::string_view relative, Walk walk) {
  static std::atomic<bool> kernel_can{true};
  if (walk == Walk::by_hand || !kernel_can.load(std::memory_order_relaxed))
    return walk_by_hand(root, relative);

  open_how how{};
  how.flags = kOpenFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const std::string name(relative);
  const int fd =
      uninterrupted([&] { return ::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how); });
  if (fd < 0 && errno == EAGAIN) return walk_by_hand(root, relative);  // something was renamed
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
    // An older kernel; or a container that forbids what it does not know. Files never say EPERM
    // here.
    kernel_can.store(false, std::memory_order_relaxed);
    return walk_by_hand(root, relative);
  }
  return Descriptor(fd);
}

}  // namespace book::http
