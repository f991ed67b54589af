// The limits of limits.h as options of a program, each with the range that makes sense.
#pragma once

#include <vector>

#include "18_chat_server/limits.h"

namespace book {
class Args;
struct Option;
}  // namespace book

namespace book::chat {

/// --members, --line, --message, --slow, --mailbox, --mailbox-bytes, --rate, --burst, --naming,
/// --silence, --answer, --patience and --grace.
std::vector<Option> limit_options();
/// What they were set to.
Limits limits_from(const Args& args);

}  // namespace book::chat
