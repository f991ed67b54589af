#include "18_chat_server/room.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "18_chat_server/clean.h"
#include "common/stream.h"
#include "common/wake_or_report.h"

namespace book::chat {
namespace {

constexpr std::size_t kMostNames = 20;  // of /who: a line has to end somewhere

}  // namespace

Seat::Seat(Permits<Request> last_word, Arc<Mailbox> mailbox) noexcept
    : last_word_(std::move(last_word)), mailbox_(std::move(mailbox)) {}

Seat::Seat(Seat&& other) noexcept
    : id_(std::exchange(other.id_, 0)),
      last_word_(std::move(other.last_word_)),
      mailbox_(std::move(other.mailbox_)),
      farewell_(std::move(other.farewell_)) {}

Seat::~Seat() {
  if (!mailbox_) return;
  mailbox_->abandon();
  if (id_ != 0)
    wake_or_report([this] { last_word_.send(Request{Leave{id_, std::move(farewell_)}}); });
}

Async<> Room::run() {
  constexpr unsigned kTurn = 8;  // then the writers have theirs, and empty the mailboxes
  for (unsigned requests = 1;; ++requests) {
    if (requests % kTurn == 0) co_await yield_now();
    if (slow_ == Slow::wait) {  // the mistake: now the slowest member decides who may speak
      auto room_for_all = poll_fn([this](Context& cx) { return poll_room_for_all(cx); });
      co_await room_for_all;
    }
    std::optional<Request> request = co_await next(requests_);
    if (!request) break;
    std::visit([this](auto& what) { handle(what); }, request->what);
    if (closing_ && members_.empty()) break;
  }
}

void Room::handle(Join& join) {
  const auto refuse = [&](NoSeat why) { join.answer.send(Welcome{why}); };
  if (closing_) return refuse(NoSeat::closing);
  if (!names_.try_emplace(join.name.key(), last_id_ + 1).second) return refuse(NoSeat::name_taken);

  join.seat.id_ = ++last_id_;
  Mailbox& mailbox = *join.seat.mailbox_;
  const Message welcome(fmt::format("* welcome, {}; {}", join.name.text(), who_is_here()));
  push_history(mailbox, welcome);
  tell_all(Message(fmt::format("* {} has come in", join.name.text())));
  members_.push_back({last_id_, std::move(join.name), join.seat.mailbox_});
  push(members_.back(), welcome);
  // If the receiver has gone meanwhile, the seat dies with `join`, and says so.
  join.answer.send(Welcome{std::move(join.seat)});
}

void Room::handle(Said& said) {
  Member* from = find(said.from);
  if (from) std::visit([&](const auto& command) { obey(*from, command); }, said.command);
}

void Room::handle(Leave& leave) {
  Member* member = find(leave.who);
  if (!member) return;
  const std::string name = member->name.text();
  names_.erase(member->name.key());
  members_.erase(members_.begin() + (member - members_.data()));

  std::string line = fmt::format("* {} has left", name);
  if (const std::string_view why = reason(leave.farewell.why); !why.empty())
    line += fmt::format(" ({})", why);
  if (!leave.farewell.words.empty()) line += ": " + clean(leave.farewell.words);
  tell_all(Message(std::move(line)));
}

void Room::handle(Close&) {
  closing_ = true;
  tell_all(Message("* the server closes"));
  for (Member& member : members_) member.mailbox->close();
}

void Room::obey(Member& from, const Say& what) {
  say(fmt::format("{}: {}", from.name.text(), clean(what.text)));
}

void Room::obey(Member& from, const Me& what) {
  // Not "* ann waves": a member called "the" could say "* the server closes".
  say(fmt::format("- {} {}", from.name.text(), clean(what.text)));
}

void Room::obey(Member& from, const Msg& what) {
  const std::optional<Name> name = Name::parse(what.to);
  Member* to = name ? find(*name) : nullptr;
  if (!to) return tell(from, fmt::format("* nobody here is called {}", clean(what.to)));
  const std::string text = clean(what.text);
  tell(*to, fmt::format("{} (to you): {}", from.name.text(), text));
  tell(from, fmt::format("(to {}) {}", to->name.text(), text));
}

void Room::obey(Member& from, const Nick& what) {
  std::optional<Name> name = Name::parse(what.name);
  if (!name) return tell(from, "* a name is 1 to 20 letters, digits, _ or -");
  if (name->text() == from.name.text())
    return tell(from, fmt::format("* you are called {} already", name->text()));
  const std::string old_key = from.name.key(), new_key = name->key();
  if (new_key != old_key && !names_.try_emplace(new_key, from.id).second)
    return tell(from, "* that name is taken");
  if (new_key != old_key) names_.erase(old_key);
  const std::string old = std::exchange(from.name, *std::move(name)).text();
  tell_all(Message(fmt::format("* {} is now {}", old, from.name.text())));
}

void Room::obey(Member& from, const chat::Who&) { tell(from, "* " + who_is_here()); }

Room::Member* Room::find(MemberId id) noexcept {
  const auto found = std::lower_bound(members_.begin(), members_.end(), id,
                                      [](const Member& m, MemberId id) { return m.id < id; });
  return found != members_.end() && found->id == id ? &*found : nullptr;
}

Room::Member* Room::find(const Name& name) noexcept {
  const auto found = names_.find(name.key());
  return found == names_.end() ? nullptr : find(found->second);
}

std::string Room::who_is_here() const {
  if (members_.empty()) return "nobody else is here";
  std::string here = fmt::format("{} here: ", members_.size());
  for (std::size_t i = 0; i < std::min(members_.size(), kMostNames); ++i)
    here += fmt::format("{}{}", i == 0 ? "" : ", ", members_[i].name.text());
  return members_.size() > kMostNames ? here + ", ..." : here;
}

/// The latest lines, up to half of a mailbox: the rest is for the welcome, and for what is said
/// before a newcomer has begun to read.
void Room::push_history(Mailbox& mailbox, const Message& welcome) const {
  std::size_t lines = 0, bytes = 0;
  auto first = history_.end();
  while (first != history_.begin()) {
    bytes += std::prev(first)->size();
    if (!mailbox.fits(2 * ++lines, std::max(2 * bytes, bytes + welcome.size()))) break;
    --first;
  }
  for (; first != history_.end(); ++first) mailbox.push(*first);
}

void Room::push(Member& member, const Message& line) {
  member.mailbox->push(line);
  most_held_ = std::max(most_held_, member.mailbox->size());
}

void Room::tell_all(const Message& line) {
  for (Member& member : members_) push(member, line);
}

void Room::say(std::string line) {
  const Message message(std::move(line));
  tell_all(message);
  history_.push_back(message);
  if (history_.size() > kHistory) history_.pop_front();
}

/// One mailbox after the other: one that has been found with room may be full again when the last
/// one is asked, but only the room fills them.
Poll<void> Room::poll_room_for_all(Context& cx) {
  for (Member& member : members_)
    if (member.mailbox->poll_room(cx).is_pending()) return pending;
  return Poll<void>::ready();
}

}  // namespace book::chat
