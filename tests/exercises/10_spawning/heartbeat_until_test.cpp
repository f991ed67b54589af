#include "exercise/heartbeat_until.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "04_io_executor/executor.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using Log = std::vector<std::string>;

/// A heart whose period is 100 ms. A beat takes 20 ms to send, a goodbye 30.
struct World {
  Log log{};
  int broken_beat = 0;      ///< the number of the beat that throws
  bool throws_int = false;  ///< what it throws is no std::exception
  Executor executor{{.time = TimeMode::virtual_time}};
  Instant start = executor.reactor().now();

  void note(const char* what) {
    const auto passed =
        std::chrono::round<std::chrono::milliseconds>(executor.reactor().now() - start);
    log.push_back(fmt::format("{} {}", passed.count(), what));
  }
  Async<> send_beat() {
    note("beat");
    co_await sleep(20ms);
    if (--broken_beat == 0 && throws_int) throw 42;
    if (broken_beat == 0) throw std::runtime_error("the line is broken");
    note("beat sent");
  }
  Async<> send_goodbye() {
    note("goodbye");
    co_await sleep(30ms);
    note("goodbye sent");
  }
  static Async<> cancel_after(CancellationToken token, Duration delay) {
    co_await sleep(delay);
    token.cancel();
  }
  Async<int> heart(const CancellationToken& token) {
    return exercise::heartbeat_until(
        token, 100ms, [this] { return send_beat(); }, [this] { return send_goodbye(); });
  }
  int beats_until(Duration told) {
    const CancellationToken token;
    executor.spawn(cancel_after(token, told));
    return executor.block_on(heart(token));
  }
};

constexpr char kGoodbyeListens[] =
    "The goodbye did not arrive. The token is cancelled by then: what listens to it does not "
    "begin, "
    "or ends at once. So the goodbye must not listen.";

TEST(HeartbeatUntil, BeatsUntilItIsTold) {
  World world;
  EXPECT_EQ(world.beats_until(310ms), 2)
      << "It beats at 100 and at 220 ms, and is told to stop at 310: two beats, in a loop. Told in "
         "a pause, it beats no more.";
  world.log.resize(3);
  EXPECT_EQ(world.log, (Log{"100 beat", "120 beat sent", "220 beat"}))
      << "A whole pause stands before each beat, also before the first. It begins when the last "
         "beat was sent.";
}

TEST(HeartbeatUntil, HearsTheTokenInThePause) {
  World world;
  world.beats_until(150ms);
  ASSERT_GE(world.log.size(), 3U) << kGoodbyeListens;
  world.log.resize(3);
  EXPECT_EQ(world.log, (Log{"100 beat", "120 beat sent", "150 goodbye"}))
      << "It was told at 150 ms, in a pause that would have lasted until 220. A sleep does not "
         "listen; token.run_until_cancelled(sleep(...)) does.";
}

TEST(HeartbeatUntil, SendsABeatToItsEnd) {
  World world;
  const auto beats = world.beats_until(110ms);
  world.log.resize(3);
  EXPECT_EQ(world.log, (Log{"100 beat", "120 beat sent", "120 goodbye"}))
      << "A beat was cut in two. Only the pauses are run until cancelled, not the beats.";
  EXPECT_EQ(beats, 1) << "The token was cancelled at 110 ms, while a beat was being sent.";
}

TEST(HeartbeatUntil, SendsTheGoodbyeToItsEnd) {
  World world;
  world.beats_until(50ms);
  EXPECT_EQ(world.log, (Log{"50 goodbye", "80 goodbye sent"})) << kGoodbyeListens;
}

TEST(HeartbeatUntil, SaysGoodbyeAfterABeatThatThrew) {
  World world;
  world.broken_beat = 2;
  try {
    world.beats_until(1s);
    ADD_FAILURE() << "The second beat has thrown, and nobody heard of it.";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the line is broken");
  }
  EXPECT_LE(world.log.size(), 5U) << "More than one goodbye was said: however it ends, it is one.";
  EXPECT_EQ(world.log,
            (Log{"100 beat", "120 beat sent", "220 beat", "240 goodbye", "270 goodbye sent"}))
      << "No goodbye after the exception. Keep it in a std::exception_ptr, leave the catch block, "
         "await the goodbye, then rethrow.";
}

TEST(HeartbeatUntil, SaysGoodbyeWhateverWasThrown) {
  World world;
  world.broken_beat = 1;
  world.throws_int = true;
  int thrown = 0;
  try {
    world.beats_until(1s);
  } catch (int number) {
    thrown = number;
  }
  EXPECT_EQ(world.log, (Log{"100 beat", "120 goodbye", "150 goodbye sent"}))
      << "The beat threw an int, and there was no goodbye. Not all that is thrown is a "
         "std::exception: catch (...).";
  EXPECT_EQ(thrown, 42) << "What was thrown comes out, whatever it is.";
}

TEST(HeartbeatUntil, EndsAtOnceWhenItWasToldBefore) {
  World world;
  const CancellationToken token;
  token.cancel();
  EXPECT_EQ(world.executor.block_on(world.heart(token)), 0);
  EXPECT_EQ(world.log, (Log{"0 goodbye", "30 goodbye sent"}));
}

TEST(HeartbeatUntil, CanBeDropped) {
  World world;
  const CancellationToken token;
  {
    Executor executor({.time = TimeMode::virtual_time});
    executor.spawn(world.heart(token));
    executor.block_on(sleep(110ms));
  }
  EXPECT_EQ(world.log.size(), 1u) << "Who is dropped says nothing any more.";
}

}  // namespace
}  // namespace book
