// Why a conversation with a member ends, and what is said about it. Each door has its own way to
// say it to the one who leaves; what the others read is the same for all. Chapter 18 explains it.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace book::chat {

enum class Why : std::uint8_t {
  quit,      ///< said so
  end,       ///< closed the connection
  lost,      ///< the connection broke, or the server dropped it
  silent,    ///< a ping was not answered
  slow,      ///< does not read
  flood,     ///< writes too much
  too_long,  ///< one line, or message, that is too long
  refused,   ///< broke a rule of the door: what was sent is no text, for instance
  unnamed,   ///< gave no name in time
  full,      ///< there is no place
  closing,   ///< the server closes
};

struct Farewell {
  Why why = Why::lost;
  std::string words = {};  ///< of /quit
};

/// In brackets behind "ann has left"; "" where nothing needs to be said.
std::string_view reason(Why why) noexcept;
/// What the one who leaves is told; "" where it cannot be, or need not.
std::string_view last_words(Why why) noexcept;

/// For a door: what its receive() and send() throw when the member has to go.
class Refused : public std::runtime_error {
 public:
  explicit Refused(Why why) : std::runtime_error("the member was shown out"), why_(why) {}
  Why why() const noexcept { return why_; }

 private:
  Why why_;
};

/// What an exception of a door means. One that no connection can cause, such as a logic_error or a
/// bad_alloc, is thrown again: it is not the member who is to be told of it.
Why why_of(const std::exception_ptr& error);

}  // namespace book::chat
