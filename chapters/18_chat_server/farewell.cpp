#include "18_chat_server/farewell.h"

#include "17_io/bytes/buf_reader.h"

namespace book::chat {

std::string_view reason(Why why) noexcept {
  switch (why) {
    case Why::quit:
    case Why::end:
    case Why::closing:
      return "";
    case Why::lost:
      return "connection lost";
    case Why::silent:
      return "no answer";
    case Why::slow:
      return "too slow";
    case Why::flood:
      return "too many lines";
    case Why::too_long:
      return "a line too long";
    case Why::refused:
      return "shown out";
    case Why::unnamed:
    case Why::full:
      break;  // these were never in
  }
  return "never came in";
}

std::string_view last_words(Why why) noexcept {
  switch (why) {
    case Why::quit:
      return "* good-bye";
    case Why::end:
    case Why::lost:
    case Why::closing:  // the room has said it to all
      return "";
    case Why::silent:
      return "* no answer";
    case Why::slow:
      return "* too slow";
    case Why::flood:
      return "* too many lines";
    case Why::too_long:
      return "* that line is too long";
    case Why::refused:
      return "* that is not spoken here";
    case Why::unnamed:
      return "* no name";
    case Why::full:
      return "* the room is full";
  }
  return "";
}

Why why_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Refused& refused) {
    return refused.why();
  } catch (const LineTooLong&) {
    return Why::too_long;
  } catch (const std::runtime_error&) {  // of the system, or an end that came too early
    return Why::lost;
  }
}

}  // namespace book::chat
