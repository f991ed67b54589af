#include "18_chat_server/story/guest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <system_error>

#include "17_io/bytes/io.h"
#include "18_chat_server/line_wire.h"
#include "18_chat_server/member.h"
#include "common/program/narrator.h"
#include "common/reactor/reactor.h"

namespace book::story {

Poll<std::size_t> Cable::poll_read(Context& cx, std::span<char> buffer) {
  if (*broken_) throw std::system_error(ECONNRESET, std::generic_category(), "read");
  return stream_.poll_read(cx, buffer);
}

Hall::Hall(const chat::Limits& limits)
    : chat(limits), room(spawn(chat.room())), start(Reactor::current().now()) {}

Async<> Hall::closes() {
  co_await chat.close();
  co_await room;
}

Guest::Guest(std::string name, Hall& hall, std::size_t room_on_the_way)
    : name_(std::move(name)), start_(hall.start) {
  auto ends = duplex(room_on_the_way);
  connection_ = std::make_unique<BufReader<DuplexStream>>(std::move(ends.first));
  chat::LineWire<Cable> wire(Cable(std::move(ends.second), broken_), hall.chat.limits.line);
  auto place = hall.chat.places.try_acquire();
  spawn_detached(
      hall.chat.until_abort(chat::serve_member(std::move(wire), hall.chat, *std::move(place))));
}

Async<> Guest::says(std::string line) {
  line += '\n';
  co_await begins_to_say(std::move(line));
}

Async<> Guest::begins_to_say(std::string bytes) { co_await write_all(connection_->inner(), bytes); }

Async<> Guest::listens() {
  for (;;) {
    if (!connection_) break;
    std::optional<std::string> line = co_await read_line(*connection_);
    if (!line) break;
    heard_.push_back({elapsed_ms(start_), *std::move(line)});
  }
}

Async<> Guest::hangs_up() { co_await close(connection_->inner()); }

void Guest::breaks_off() {
  *broken_ = true;
  connection_.reset();
}

void print_side_by_side(std::span<const Guest* const> guests, std::size_t width) {
  std::vector<std::size_t> at(guests.size());
  std::string row = "         ";
  for (const Guest* guest : guests) row += fmt::format("  {:<{}}", guest->name(), width);
  fmt::print("{}\n", row.substr(0, row.find_last_not_of(' ') + 1));
  const auto head = [&](std::size_t i) -> const Guest::Heard* {
    return at[i] < guests[i]->heard().size() ? &guests[i]->heard()[at[i]] : nullptr;
  };
  for (;;) {
    const Guest::Heard* next = nullptr;
    for (std::size_t i = 0; i < guests.size(); ++i)
      if (head(i) && (!next || head(i)->ms < next->ms)) next = head(i);
    if (!next) break;
    const Guest::Heard now = *next;
    row = fmt::format("{:>6} ms", now.ms);
    for (std::size_t i = 0; i < guests.size(); ++i) {
      const bool same = head(i) && head(i)->ms == now.ms && head(i)->line == now.line;
      row += fmt::format("  {:<{}}", same ? now.line : "", width);
      if (same) ++at[i];
    }
    fmt::print("{}\n", row.substr(0, row.find_last_not_of(' ') + 1));
  }
}

}  // namespace book::story
