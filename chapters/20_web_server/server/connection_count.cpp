#include "20_web_server/server/connection_count.h"

#include <stdexcept>

namespace book::http {

Poll<void> ConnectionCount::Below::poll(Context& cx) {
  pin_.enter();
  if (count_.now_ < limit_) {
    if (std::exchange(waits_, false)) count_.waiter_ = Waker();
    return Poll<void>::ready();
  }
  if (!waits_ && count_.waiter_) throw std::logic_error("two tasks wait for connections to end");
  count_.limit_ = limit_;
  cx.store(count_.waiter_, "connections to end");
  waits_ = true;
  return pin_.pending();
}

}  // namespace book::http
