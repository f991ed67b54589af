// The parts of member.h.
#pragma once

namespace book::chat {
namespace detail {

/// A member's own affairs: what the room need not know. True: it wants to go.
bool own_affair(const Command& command, Mailbox& mailbox, Farewell& farewell);

template <Wire W>
Async<Farewell> read_lines(W& wire, Chat& chat, const Seat& seat) {
  constexpr int kPatience = 3;  // words, and then the door
  int too_many = 0;
  Bucket bucket(chat.limits.rate, chat.limits.burst, Reactor::current().now());
  Farewell farewell;
  for (;;) {
    std::optional<std::string> line = co_await wire.receive();
    if (!line) break;
    if (!bucket.take(Reactor::current().now())) {
      if (++too_many > kPatience) co_return Farewell{Why::flood};
      seat.mailbox().push(Message("* not so fast: that line was not said"));
      continue;
    }
    if (bucket.was_full()) too_many = 0;
    Command command = parse_command(*line);
    if (own_affair(command, seat.mailbox(), farewell)) co_return farewell;
    Request said{Said{seat.id(), std::move(command)}};
    co_await chat.requests.send(std::move(said));
  }
  co_return Farewell{Why::end};
}

template <Wire W>
Async<Farewell> write_lines(W& wire, Mailbox& mailbox, Duration patience) {
  constexpr std::size_t kAtOnce = 16;  // lines in one write
  std::vector<Message> lines;
  for (;;) {
    std::optional<Mail> mail = co_await next(mailbox);
    if (!mail) break;
    bool ping = false;
    for (; mail; mail = lines.size() < kAtOnce ? mailbox.try_next() : std::nullopt) {
      if (mail->is_ping()) {
        ping = true;
      } else {
        lines.push_back(*std::move(mail->line));
      }
    }
    if (ping) {
      auto asking = patient(wire.ping(), wire, mailbox, patience);
      const bool in_time = co_await asking;
      if (!in_time) co_return Farewell{Why::slow};
    }
    if (lines.empty()) continue;
    auto sending = patient(wire.send(lines), wire, mailbox, patience);
    const bool in_time = co_await sending;
    if (!in_time) co_return Farewell{Why::slow};
    lines.clear();
  }
  co_return Farewell{mailbox.is_too_slow() ? Why::slow : Why::closing};
}

/// From its name to its end: what it ended by. The seat is given up before that is said.
template <Wire W>
Async<Farewell> visit(W& wire, Chat& chat) {
  auto naming = timeout(chat.limits.naming, chat.until_closing(find_seat(wire, chat)));
  auto in_time = co_await naming;
  if (!in_time) co_return Farewell{Why::unnamed};
  if (!*in_time) co_return Farewell{Why::closing};
  std::variant<Seat, Why> found = **std::move(in_time);
  if (Why* why = std::get_if<Why>(&found)) co_return Farewell{*why};
  Seat& seat = std::get<Seat>(found);
  auto talk =
      race(read_lines(wire, chat, seat), write_lines(wire, seat.mailbox(), chat.limits.patience),
           heartbeat(wire, seat.mailbox(), chat.limits.silence, chat.limits.answer));
  Farewell farewell;
  try {
    farewell = co_await talk;
  } catch (...) {
    farewell.why = why_of(std::current_exception());
  }
  seat.leave(farewell);
  co_return farewell;
}

}  // namespace detail

template <Wire W>
Async<> serve_member(W wire, Chat& chat, [[maybe_unused]] Permit place) {
  Farewell farewell;
  try {
    farewell = co_await detail::visit(wire, chat);
  } catch (...) {  // before there was a seat
    farewell.why = why_of(std::current_exception());
  }
  try {
    auto good_bye = timeout(chat.limits.closing, wire.close(farewell.why));
    co_await good_bye;
  } catch (const std::runtime_error&) {
    // The connection is broken already: nobody is there to be told.
  }
}

}  // namespace book::chat
