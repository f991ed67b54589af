// The futures of AsyncFd keep the contract of a future (common/future.h).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <type_traits>

#include "04_io_executor/async_fd.h"
#include "04_io_executor/socket_read.h"
#include "chapters/04_io_executor/helpers.h"
#include "common/reactor/reactor.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book::test {
namespace fd_contract_test {

static_assert(Future<Readiness> && Future<SocketRead>);
static_assert(!std::is_copy_constructible_v<Readiness> && !std::is_move_assignable_v<Readiness>);
static_assert(!std::is_copy_constructible_v<SocketRead> && !std::is_move_assignable_v<SocketRead>);

class FdContract : public testing::Test {
 protected:
  /// A socket that is known to be empty, full when it has been filled, and of this reactor.
  struct Line : SocketPair {
    AsyncFd near{ours, AsyncFd::Kind::stream};
    AsyncFd far{theirs, AsyncFd::Kind::stream};
  };

  std::shared_ptr<Line> empty_line() {
    auto line = std::make_shared<Line>();
    lines_.push_back(line);
    char byte;
    while (line->near.poll_read(cx_, {&byte, 1}).is_ready()) {
    }
    line->near.forget(Direction::read, nobody_.waker());
    return line;
  }
  /// Lets the reactor say what it knows.
  void turn() { reactor_.poll_now(); }
  auto untouched() {
    return [this] { return reactor_.waiting().io == 0; };
  }

  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope current_{reactor_};
  CountingWaker nobody_;
  Context cx_{nobody_.waker()};
  std::vector<std::shared_ptr<Line>> lines_;  // the futures borrow
};

TEST_F(FdContract, Readable) {
  expect_contract(
      [this] {
        auto line = empty_line();
        return subject(line->near.readable(), [this, line] {
          EXPECT_EQ(::write(line->theirs, "x", 1), 1);
          turn();
        });
      },
      {.untouched = untouched()});
}

TEST_F(FdContract, ReadableAtOnce) {
  expect_contract([this] { return subject(lines_.emplace_back(new Line)->near.readable()); },
                  {.ready_at_once = true, .untouched = untouched()});
}

TEST_F(FdContract, Writable) {
  expect_contract(
      [this] {
        auto line = empty_line();
        const std::string much(100'000, 'm');
        while (line->near.poll_write(cx_, much).is_ready()) {
        }
        line->near.forget(Direction::write, nobody_.waker());
        return subject(line->near.writable(), [this, line] {
          char buffer[65'536];
          while (::read(line->theirs, buffer, sizeof buffer) > 0) {
          }
          turn();
        });
      },
      {.untouched = untouched()});
}

TEST_F(FdContract, SocketReads) {
  expect_contract(
      [this] {
        auto line = empty_line();
        return subject(SocketRead(line->near), [this, line] {
          EXPECT_EQ(::write(line->theirs, "hello", 5), 5);
          turn();
        });
      },
      {.untouched = untouched()}, [](const std::string& text) { return text == "hello"; });
}

TEST_F(FdContract, SocketReadsWhatIsThere) {
  expect_contract(
      [this] {
        auto line = empty_line();
        EXPECT_EQ(::write(line->theirs, "hello", 5), 5);
        turn();
        return subject(SocketRead(line->near));
      },
      {.ready_at_once = true, .untouched = untouched()},
      [](const std::string& text) { return text == "hello"; });
}

TEST_F(FdContract, SocketReadsThatFail) {
  expect_contract(
      [this] {
        auto line = std::make_shared<Line>();
        lines_.push_back(line);
        line->near = AsyncFd(::open(".", O_RDONLY | O_CLOEXEC), AsyncFd::Kind::other);
        return subject(SocketRead(line->near));
      },
      {.ready_at_once = true, .throws = true, .untouched = untouched()});
}

TEST_F(FdContract, TwoTasksMayTakeTurns) {
  auto line = empty_line();
  SocketRead read(line->near);
  CountingWaker first, second;
  Context first_cx(first.waker()), second_cx(second.waker());
  EXPECT_TRUE(read.poll(first_cx).is_pending());
  EXPECT_TRUE(read.poll(second_cx).is_pending());
  EXPECT_EQ(first.kept(), 0);
  ASSERT_EQ(::write(line->theirs, "x", 1), 1);
  turn();
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(second.wakes(), 1);
  EXPECT_TRUE(read.poll(second_cx).is_ready());
}

}  // namespace fd_contract_test
}  // namespace book::test
