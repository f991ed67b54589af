#include "18_chat_server/mailbox.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "common/wake_or_report.h"

namespace book::chat {
namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

void wake(Waker& waker) { wake_or_report(std::exchange(waker, Waker())); }

}  // namespace

Mailbox::Mailbox(const MailboxLimits& limits) noexcept
    : limits_(limits), lines_(limits.slow == Slow::keep ? kNoLimit : limits.lines) {}

bool Mailbox::fits(std::size_t lines, std::size_t bytes) const noexcept {
  if (limits_.slow == Slow::keep) return true;
  return lines_.size() + lines <= limits_.lines && bytes_ + bytes <= limits_.bytes;
}

Message Mailbox::take_oldest() noexcept {
  Message oldest = std::move(lines_.front());
  lines_.pop();
  bytes_ -= oldest.size();
  return oldest;
}

void Mailbox::push(Message line) {
  if (over_) return;
  // One who has read everything is never too slow: a line larger than the whole mailbox stands
  // alone in it. wait: the room has asked poll_room() before, and a line that is too long for what
  // is left is one line too many.
  if (limits_.slow == Slow::drop && !lines_.empty() && !fits(1, line.size())) {
    too_slow_ = true;
    clear();
    wake(writer_);
    wake(sending_);
    return;
  }
  while (limits_.slow == Slow::skip && !lines_.empty() && !fits(1, line.size())) {
    take_oldest();
    ++missed_;
  }
  const std::size_t size = line.size();
  lines_.push(std::move(line));
  bytes_ += size;
  wake(writer_);
}

Poll<void> Mailbox::poll_room(Context& cx) {
  if (!is_full()) return Poll<void>::ready();
  cx.store(sender_, "room in a member's mailbox");
  return pending;
}

void Mailbox::room_again() {
  if (!is_full()) wake(sender_);
}

void Mailbox::close() {
  over_ = true;
  wake(writer_);
  wake(sender_);
}

void Mailbox::abandon() noexcept {
  clear();
  writer_ = sending_ = Waker();
  wake(sender_);
}

void Mailbox::clear() noexcept {
  over_ = true;
  ping_ = false;
  missed_ = 0;
  while (!lines_.empty()) take_oldest();
}

void Mailbox::ask() {
  if (over_) return;
  ping_ = true;
  wake(writer_);
}

std::optional<Mail> Mailbox::try_next() {
  if (std::exchange(ping_, false)) return Mail{};
  if (lines_.empty()) return std::nullopt;
  if (const std::size_t missed = std::exchange(missed_, 0)) {
    return Mail{Message(fmt::format("* you missed {} line{}", missed, missed == 1 ? "" : "s"))};
  }
  Mail mail{take_oldest()};
  room_again();
  return mail;
}

PollItem<Mail> Mailbox::poll_next(Context& cx) {
  if (std::optional<Mail> mail = try_next()) return PollItem<Mail>::ready(*std::move(mail));
  if (over_) return PollItem<Mail>::ready();
  cx.store(writer_, "something to write to a member");
  return pending;
}

Poll<void> Mailbox::poll_too_slow(Context& cx) {
  if (too_slow_) return Poll<void>::ready();
  cx.store(sending_, "room on the way to a member");
  return pending;
}

}  // namespace book::chat
