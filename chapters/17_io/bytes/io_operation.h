// IoOperation: a future made of one poll function of a stream or a socket, with a place to wait at.
// What read and write are for streams, send_to and recv_from are for datagrams, with less to read.
#pragma once

#include <type_traits>
#include <utility>

#include "04_io_executor/async_fd.h"
#include "common/future.h"

namespace book {

/// `op(io, cx)` is the poll. Dropping the future takes its waker back; what the poll has not done
/// it does not do.
template <class Io, class Op>
class [[nodiscard]] IoOperation : PinnedOncePolled {
 public:
  using Output = typename std::invoke_result_t<Op&, Io&, Context&>::value_type;

  IoOperation(Io& io, Direction direction, Op op) : place_(io, direction), op_(std::move(op)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    Poll<Output> result = op_(place_.io(), cx);
    if (result.is_pending()) {
      place_.stay(cx);
      return pin_.pending();
    }
    place_.leave();
    return result;
  }

 private:
  IoPlace<Io> place_;
  Op op_;
};

}  // namespace book
