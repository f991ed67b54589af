#include "support/faults.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "support/stand_ins.h"

namespace book::test {
namespace {

constexpr std::size_t index(std::string_view name) { return SystemCalls::index_of(name); }

bool is_on(int fd, mode_t type) noexcept {
  struct ::stat st {};
  return real_fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

bool never_blocks(int fd) noexcept { return real_fcntl(fd, F_GETFL) & O_NONBLOCK; }

}  // namespace

std::string Schedule::to_string() const {
  std::string text = fmt::format("at call {}", first);
  if (times > 1 && every == 1 && times != kAlways)
    text += fmt::format(" and {} after it", times - 1);
  if (times == kAlways) text += fmt::format(" and at every {}th from there", every);
  return text;
}

std::string Strikes::what() const {
  if (count() == 0) return "nothing";
  const std::size_t call = call_.load(std::memory_order_relaxed);
  return fmt::format("{} number {} of the thread",
                     call == Fault::Calls::kNew ? "new" : SystemCalls::kNames[call],
                     nth_.load(std::memory_order_relaxed));
}

Faults::Faults(const Fault& fault, const Schedule& schedule, Strikes& strikes)
    : fault_(fault), schedule_(schedule), strikes_(strikes), before_(system_calls()) {
  registrations_.resize(1024);
  armed_ = this;
}

Faults::~Faults() { armed_ = nullptr; }

/// Could a kernel do that to this call?
bool Faults::can_hit(std::size_t which, int fd, std::size_t size) const noexcept {
  if (!fault_.calls.has(which)) return false;
  switch (fault_.effect) {
    case Effect::fails:
      break;
    case Effect::would_block:
      // openat2 says it too, for a reason of its own: something was renamed meanwhile.
      return which == index("openat2") || (is_on(fd, S_IFSOCK) && never_blocks(fd));
    case Effect::moves_one_byte:
    case Effect::moves_half:
      return size > 1 && (is_on(fd, S_IFSOCK) || is_on(fd, S_IFREG));
  }
  switch (fault_.on) {
    case On::any:
      return true;
    case On::socket:
      return is_on(fd, S_IFSOCK);
    case On::file:
      return is_on(fd, S_IFREG);
  }
  return true;
}

Faults::Verdict Faults::look_at(std::size_t which, int fd, std::size_t size) noexcept {
  const int saved = errno;
  if (which == Fault::Calls::kNew) ++allocations_;
  const bool can = can_hit(which, fd, size);
  errno = saved;
  if (!can) return {0, size};
  const long chance = strikes_.chances_.fetch_add(1, std::memory_order_relaxed) + 1;
  const long since = chance - schedule_.first;
  if (since < 0 || since % schedule_.every != 0 || since / schedule_.every >= schedule_.times)
    return {0, size};
  if (strikes_.count() == 0) {
    const SystemCalls made = system_calls() - before_;
    strikes_.call_.store(which, std::memory_order_relaxed);
    strikes_.nth_.store(which == Fault::Calls::kNew ? allocations_ : made.counts_[which],
                        std::memory_order_relaxed);
    strikes_.early_.store(made.counts_[index("accept4")] == 0, std::memory_order_relaxed);
  }
  strikes_.count_.fetch_add(1, std::memory_order_release);
  switch (fault_.effect) {
    case Effect::fails:
      return {fault_.error, 0};
    case Effect::would_block:
      if (which != index("openat2")) announce_again(fd);
      return {EAGAIN, 0};
    case Effect::moves_one_byte:
      return {0, 1};
    case Effect::moves_half:
      return {0, size / 2};
  }
  return {0, size};
}

Faults::Registration* Faults::registration_of(int fd) noexcept {
  if (fd < 0 || static_cast<std::size_t>(fd) >= registrations_.size()) return nullptr;
  return &registrations_[static_cast<std::size_t>(fd)];
}

/// `what` is an EPOLL_CTL, or 0 for a descriptor that is about to be closed.
void Faults::note_registration(int epoll, int what, int fd, const epoll_event* event) noexcept {
  Registration* const known = armed_ ? armed_->registration_of(fd) : nullptr;
  if (!known) return;
  if (what == EPOLL_CTL_ADD || what == EPOLL_CTL_MOD)
    *known = {epoll, *event};
  else
    *known = {};
}

void Faults::announce_again(int fd) noexcept {
  Registration* const known = armed_ ? armed_->registration_of(fd) : nullptr;
  if (known && known->epoll >= 0) real_epoll_ctl(known->epoll, EPOLL_CTL_MOD, fd, &known->event);
}

}  // namespace book::test
