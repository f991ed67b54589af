// Message: one line of the conversation, shared by all who are to read it.
//
//     mailbox of ann   [ . | . ]---.
//     mailbox of ben   [ . ]-------+--->  3 owners | "ben: hello\n"
//     the history      [ . | . ]---'
//       a pointer for each reader         one allocation for the text
//
// A copy is a count, and the text never changes. All of it belongs to one thread. Chapter 18
// explains it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "common/arc.h"
#include "common/solo_atomic.h"

namespace book::chat {

class Message {
 public:
  /// `text` is one line, without its end.
  explicit Message(std::string text) : shared_(make_arc<Shared>(std::move(text))) {}

  /// As a WebSocket sends it.
  std::string_view text() const noexcept { return line().substr(0, line().size() - 1); }
  /// As a line is sent: with its "\n".
  std::string_view line() const noexcept { return shared_->line; }
  /// Bytes of the line: what it counts in a mailbox.
  std::size_t size() const noexcept { return shared_->line.size(); }

  /// How many hold this text.
  std::size_t owners() const noexcept { return shared_->owners(); }

 private:
  struct Shared : RefCounted<Shared, SoloAtomic> {
    explicit Shared(std::string text) : line(std::move(text)) { line += '\n'; }
    std::string line;
  };

  Arc<Shared> shared_;
};

}  // namespace book::chat
