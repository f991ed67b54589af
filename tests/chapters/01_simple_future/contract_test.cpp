// The futures of this chapter in front of the book's contract tester. It speaks of wakers, they of
// a plain function; an adapter stands in between, and shows that the function is all they lack.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "01_simple_future/and_then.h"
#include "01_simple_future/join.h"
#include "01_simple_future/socket_read.h"
#include "common/future.h"
#include "common/reactor/reactor.h"
#include "common/waker.h"
#include "support/contract.h"

namespace book::simple {
namespace contract_test {

/// One waker for everybody: a plain function reaches no more than that.
Waker latest;
const Waker* of_this_poll = nullptr;

void wake_the_latest() {
  const Waker waker = of_this_poll ? *of_this_poll : latest;
  waker.wake_by_ref();
}

/// Makes a Future of a SimpleFuture. Only one of them may be alive and waiting at a time.
template <SimpleFuture F>
class WithContext {
 public:
  using Output = OutputOf<F>;

  explicit WithContext(F future) : future_(std::move(future)) {}
  WithContext(WithContext&&) = default;
  ~WithContext() { latest = Waker(); }

  Poll<Output> poll(Context& cx) {
    of_this_poll = &cx.waker();
    struct Restore {
      ~Restore() { of_this_poll = nullptr; }
    } restore;
    Poll<Output> answer = future_.poll(wake_the_latest);
    if (answer.is_pending()) {
      cx.store(latest, "a plain function");
    } else {
      latest = Waker();
    }
    return answer;
  }

 private:
  F future_;
};

using Ends = std::pair<Socket, Socket>;

class SimpleContract : public testing::Test {
 protected:
  static std::shared_ptr<Ends> ends(const char* already_there = "") {
    auto made = std::make_shared<Ends>(Socket::pair());
    made->second.write(already_there);
    return made;
  }
  /// The event: something arrives, and the reactor comes by.
  auto arrives(std::vector<std::shared_ptr<Ends>> sockets) {
    return [this, sockets = std::move(sockets)] {
      for (const auto& socket : sockets) socket->second.write("toast");
      reactor_.poll_now();
    };
  }
  book::test::ContractOptions waits() {
    return {.untouched = [this] { return reactor_.waiting().nothing(); }};
  }
  book::test::ContractOptions is_ready() {
    return {.ready_at_once = true, .untouched = [this] { return reactor_.waiting().nothing(); }};
  }

  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
};

TEST_F(SimpleContract, IsKeptBySocketRead) {
  book::test::expect_contract(
      [&] {
        auto a = ends();
        return book::test::subject(WithContext(SocketRead(a->first)), arrives({a}));
      },
      waits(), [](const std::string& text) { return text == "toast"; });
}

TEST_F(SimpleContract, IsKeptBySocketReadWhenSomethingIsThere) {
  const auto socket = ends();
  book::test::expect_contract(
      [&] {
        while (socket->first.try_read()) {
        }
        socket->second.write("toast");
        return book::test::subject(WithContext(SocketRead(socket->first)));
      },
      is_ready(), [](const std::string& text) { return text == "toast"; });
}

TEST_F(SimpleContract, IsKeptByJoin) {
  book::test::expect_contract(
      [&] {
        auto a = ends(), b = ends();
        return book::test::subject(WithContext(Join(SocketRead(a->first), SocketRead(b->first))),
                                   arrives({a, b}));
      },
      waits());
}

TEST_F(SimpleContract, IsKeptByJoinAll) {
  book::test::expect_contract(
      [&] {
        auto a = ends(), b = ends();
        std::vector<SocketRead> reads;
        reads.emplace_back(a->first);
        reads.emplace_back(b->first);
        return book::test::subject(WithContext(JoinAll(std::move(reads))), arrives({a, b}));
      },
      waits());
}

TEST_F(SimpleContract, IsKeptByAndThen) {
  book::test::expect_contract(
      [&] {
        auto a = ends(), b = ends();
        return book::test::subject(WithContext(AndThen(SocketRead(a->first), SocketRead(b->first))),
                                   arrives({a, b}));
      },
      waits());
}

}  // namespace contract_test
}  // namespace book::simple
