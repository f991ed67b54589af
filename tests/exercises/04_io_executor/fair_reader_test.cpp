#include "exercise/fair_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "04_io_executor/block_on.h"
#include "04_io_executor/sockets.h"

namespace book {
namespace {

/// Takes a turn whenever it can, until told to stop, at most a thousand; counts them.
class Neighbour {
 public:
  using Output = void;
  Neighbour(int& turns, const bool& stop) : turns_(&turns), stop_(&stop) {}
  Poll<void> poll(Context& cx) {
    if (*stop_ || *turns_ == 1000) return Poll<void>::ready();
    ++*turns_;
    cx.waker().wake_by_ref();
    return pending;
  }

 private:
  int* turns_;
  const bool* stop_;
};

/// CountBytes, which says when it has ended.
class Watched {
 public:
  using Output = std::size_t;
  Watched(AsyncFd& socket, bool& ended) : inner_(socket), ended_(&ended) {}
  Poll<std::size_t> poll(Context& cx) {
    Poll<std::size_t> bytes = inner_.poll(cx);
    if (bytes.is_ready()) *ended_ = true;
    return bytes;
  }

 private:
  exercise::CountBytes inner_;
  bool* ended_;
};

constexpr std::size_t kBytes = 64 * 100;

/// A socket with 6,400 bytes in it, and then the end. A read of 64 bytes takes a hundred reads.
AsyncFd full_socket() {
  story::SocketPair sockets = story::SocketPair::open();
  const std::string bytes(kBytes, 'x');
  Waker nobody = Waker::noop();
  Context cx(nobody);
  EXPECT_EQ(sockets.far.poll_write(cx, bytes).value(), kBytes);
  return std::move(sockets.near);
}

TEST(FairReader, LetsItsNeighbourHaveATurnNowAndThen) {
  AsyncFd socket = full_socket();
  Executor executor({.time = TimeMode::virtual_time});
  bool ended = false;
  int turns = 0;
  executor.spawn(Neighbour(turns, ended));
  std::size_t bytes = 0;
  try {
    bytes = executor.block_on(Watched(socket, ended));
  } catch (const Deadlock& deadlock) {
    FAIL()
        << "You stopped reading and nobody polls you again. Who knows that you want to go on? Wake "
           "yourself before you return pending.\n"
        << deadlock.what();
  }
  EXPECT_EQ(bytes, kBytes)
      << "Not everything was read: the end of a turn is not the end of the stream.";
  EXPECT_GE(turns, 12)
      << "A hundred reads, eight a turn: the neighbour should have had twelve turns or "
         "so in between. Count your reads, and stop after kReadsPerTurn.";
}

TEST(FairReader, WaitsForWhatHasNotComeYet) {
  story::SocketPair sockets = story::SocketPair::open();
  Executor executor({.time = TimeMode::virtual_time});
  Reactor::Scope scope(executor.reactor());
  executor.spawn(story::SendLater(std::chrono::milliseconds(5), sockets.far));
  bool ended = false;
  executor.spawn(Watched(sockets.near, ended));
  EXPECT_NO_THROW(executor.block_on(sleep(std::chrono::milliseconds(10))));
  EXPECT_FALSE(ended) << "The other end is still open: the count is not known yet.";
}

}  // namespace
}  // namespace book
