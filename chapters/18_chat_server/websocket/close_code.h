// Why a conversation ends: the codes of a Close frame.
//
//     1000 done             1001 going away       1002 protocol error   1003 cannot take this kind
//     1007 no UTF-8         1008 policy           1009 too large        1010 extension missing
//     1011 our mistake      1012 - 1014 registered later: restart, try again, bad gateway
//     3000 - 3999 registered by libraries         4000 - 4999 for whom they concern
//
//     1005 no code was in the frame               1006 no Close came    1015 TLS failed
//     These three are never sent: they are what a program reads where no code has come.
#pragma once

#include <cstdint>
#include <string>

namespace book::ws {

using CloseCode = std::uint16_t;

inline constexpr CloseCode kDone = 1000, kGoingAway = 1001, kProtocolError = 1002,
                           kWrongKind = 1003, kNoCode = 1005, kNoClose = 1006, kNoUtf8 = 1007,
                           kPolicy = 1008, kTooLarge = 1009, kOurMistake = 1011, kTryLater = 1013;

/// May it stand in a Close frame?
constexpr bool may_be_sent(CloseCode code) noexcept {
  if (code == kNoCode || code == kNoClose || code == 1004) return false;
  return (code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// How a conversation has ended, or what was said about it so far.
struct Ending {
  CloseCode code = kNoCode;
  std::string reason = {};
  /// Both have said Close. Otherwise something that was said may not have arrived.
  bool clean = false;
  bool operator==(const Ending&) const = default;
};

/// What broke the rules of RFC 6455: the code that the other side is told, and a word for people.
/// Code 0: nothing did.
struct Fault {
  CloseCode code = 0;
  const char* why = "";
  explicit operator bool() const noexcept { return code != 0; }
};

}  // namespace book::ws
