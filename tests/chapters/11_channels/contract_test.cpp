// Every future of this chapter, and the next item of every stream, run through the contract of
// common/future.h. (Chapter 11)
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "11_channels/broadcast.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "11_channels/watch.h"
#include "support/contract.h"

namespace book {
namespace contract_test {

/// A future that borrows an end of a channel, together with that end.
template <class End, class Make>
class WithItsEnd : PinnedOncePolled {
 public:
  using Made = std::invoke_result_t<Make&, End&>;
  using Output = OutputOf<Made>;
  WithItsEnd(End end, Make make)
      : end_(std::make_unique<End>(std::move(end))), made_(make(*end_)) {}
  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<Output> made = made_.poll(cx);
    if (made.is_pending()) return pin_.pending();
    return made;
  }

 private:
  std::unique_ptr<End> end_;
  Made made_;
};

const test::ContractOptions kFromAnyThread{.event_inside_poll = true};

template <class T>
using Shared = std::shared_ptr<std::optional<T>>;
template <class T>
Shared<T> shared(T value) {
  return std::make_shared<std::optional<T>>(std::move(value));
}

TEST(ChannelContract, OfTheNextItem) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(2);
        return test::subject(next(std::move(ends.receiver)),
                             [tx = ends.sender] { (void)tx.try_send(7); });
      },
      kFromAnyThread, [](std::optional<int> item) { return item == 7; });
  test::expect_contract(
      [] {
        auto ends = channel<int>(2);
        (void)ends.sender.try_send(7);
        return test::subject(next(std::move(ends.receiver)));
      },
      {.ready_at_once = true});
}

TEST(ChannelContract, OfTheEndOfAStream) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(2);
        auto tx = shared(std::move(ends.sender));
        return test::subject(next(std::move(ends.receiver)), [tx] { tx->reset(); });
      },
      kFromAnyThread, [](std::optional<int> item) { return !item; });
}

TEST(ChannelContract, OfRecvMany) {
  std::vector<int> items;
  test::expect_contract(
      [&] {
        auto ends = channel<int>(2);
        const auto recv_many = [&items](Receiver<int>& rx) { return rx.recv_many(items, 5); };
        return test::subject(WithItsEnd(std::move(ends.receiver), recv_many),
                             [tx = ends.sender] { (void)tx.try_send(7); });
      },
      kFromAnyThread, [](std::size_t count) { return count == 1; });
}

TEST(ChannelContract, OfASend) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(1);
        (void)ends.sender.try_send(1);
        auto rx = shared(std::move(ends.receiver));
        return test::subject(ends.sender.send(2), [rx] { (void)(*rx)->try_recv(); });
      },
      kFromAnyThread);
  std::vector<ChannelEnds<int>> kept;  // a send borrows its sender
  test::expect_contract(
      [&] {
        auto ends = channel<int>(1);
        auto sending = ends.sender.send(1);
        kept.push_back(std::move(ends));
        return test::subject(std::move(sending));
      },
      {.ready_at_once = true});
}

TEST(ChannelContract, OfASendWhoseReceiverGoes) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(1);
        (void)ends.sender.try_send(1);
        auto rx = shared(std::move(ends.receiver));
        return test::subject(ends.sender.send(2), [rx] { rx->reset(); });
      },
      {.throws = true, .event_inside_poll = true});
}

TEST(ChannelContract, OfTheSendOfASink) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(1);
        (void)ends.sender.try_send(1);
        auto rx = shared(std::move(ends.receiver));
        return test::subject(send(std::move(ends.sender), 2), [rx] { (void)(*rx)->try_recv(); });
      },
      kFromAnyThread);
}

TEST(ChannelContract, OfReserve) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(2);
        (void)ends.sender.try_send(1);
        auto rx = shared(std::move(ends.receiver));
        return test::subject(ends.sender.reserve(2), [rx] { (void)(*rx)->try_recv(); });
      },
      kFromAnyThread, [](Permits<int> permits) { return permits.size() == 2; });
}

TEST(ChannelContract, OfClosed) {
  test::expect_contract(
      [] {
        auto ends = channel<int>(2);
        auto rx = shared(std::move(ends.receiver));
        const auto closed = [](Sender<int>& tx) { return tx.closed(); };
        return test::subject(WithItsEnd(std::move(ends.sender), closed), [rx] { rx->reset(); });
      },
      kFromAnyThread);
  test::expect_contract(
      [] {
        auto ends = broadcast<int>(2);
        auto rx = shared(std::move(ends.receiver));
        return test::subject(ends.sender.closed(), [rx] { rx->reset(); });
      },
      kFromAnyThread);
  test::expect_contract(
      [] {
        auto ends = oneshot<int>();
        auto rx = shared(std::move(ends.receiver));
        const auto closed = [](OneshotSender<int>& tx) { return tx.closed(); };
        return test::subject(WithItsEnd(std::move(ends.sender), closed), [rx] { rx->reset(); });
      },
      kFromAnyThread);
}

TEST(ChannelContract, OfAOneshot) {
  test::expect_contract(
      [] {
        auto ends = oneshot<int>();
        auto tx = shared(std::move(ends.sender));
        return test::subject(std::move(ends.receiver), [tx] {
          if (*tx) (void)(*tx)->send(7);
          tx->reset();
        });
      },
      kFromAnyThread, [](int value) { return value == 7; });
  test::expect_contract(
      [] {
        auto ends = oneshot<int>();
        ends.sender.send(7);
        return test::subject(std::move(ends.receiver));
      },
      {.ready_at_once = true});
  test::expect_contract(
      [] {
        auto ends = oneshot<int>();
        auto tx = shared(std::move(ends.sender));
        return test::subject(std::move(ends.receiver), [tx] { tx->reset(); });
      },
      {.throws = true, .event_inside_poll = true});
}

TEST(ChannelContract, OfABroadcast) {
  test::expect_contract(
      [] {
        auto ends = broadcast<int>(2);
        return test::subject(next(std::move(ends.receiver)),
                             [tx = std::move(ends.sender)] { tx.send(7); });
      },
      kFromAnyThread, [](std::optional<int> item) { return item == 7; });
}

TEST(ChannelContract, OfAWatch) {
  test::expect_contract(
      [] {
        auto ends = watch(0);
        return test::subject(next(std::move(ends.receiver)),
                             [tx = std::move(ends.sender)] { tx.send(7); });
      },
      kFromAnyThread);
  test::expect_contract(
      [] {
        auto ends = watch(0);
        const auto changed = [](WatchReceiver<int>& rx) { return rx.changed(); };
        return test::subject(WithItsEnd(std::move(ends.receiver), changed),
                             [tx = std::move(ends.sender)] { tx.send(7); });
      },
      kFromAnyThread);
  test::expect_contract(
      [] {
        auto ends = watch(0);
        const auto wait_for = [](WatchReceiver<int>& rx) {
          return rx.wait_for([](int value) { return value == 7; });
        };
        return test::subject(WithItsEnd(std::move(ends.receiver), wait_for),
                             [tx = std::move(ends.sender)] { tx.send(7); });
      },
      kFromAnyThread, [](const Snapshot<int>& value) { return *value == 7; });
}

}  // namespace contract_test
}  // namespace book
