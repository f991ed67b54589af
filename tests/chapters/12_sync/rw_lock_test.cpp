// RwLock: many readers or one writer. Who waits is PermitCore's business: see semaphore_test.cpp.
// (Chapter 12)
#include "12_sync/rw_lock.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "deadlock_of.h"
#include "support/hand.h"

namespace book {
namespace rw_lock_test {

using test::deadlock_of;
using test::Hand;
using test::says;

static_assert(sizeof(ReadLock<int>) <= 56 && sizeof(WriteLock<int>) <= 56);
static_assert(!std::is_move_assignable_v<ReadGuard<int>>);
static_assert(std::is_same_v<decltype(*std::declval<ReadGuard<int>&>()), const int&>);

TEST(RwLock, LetsManyRead) {
  RwLock<std::string> lock("text");
  const Hand hand;
  auto first = lock.read(), second = lock.read();
  const auto one = hand.poll(first), two = hand.poll(second);
  EXPECT_EQ(*one.value(), "text");
  EXPECT_EQ(two.value()->size(), 4u);
  EXPECT_FALSE(lock.try_write());
  EXPECT_TRUE(lock.try_read().has_value());
}

TEST(RwLock, LetsOneWriteAndNobodyElse) {
  RwLock<int> lock(1);
  const Hand hand, reader;
  auto write = lock.write();
  auto read = lock.read();
  {
    const auto guard = hand.poll(write);
    *guard.value() = 2;
    EXPECT_TRUE(reader.is_pending(read));
    EXPECT_FALSE(lock.try_read());
    EXPECT_FALSE(lock.try_write());
  }
  EXPECT_EQ(reader.wakes(), 1);
  const auto guard = reader.poll(read);
  EXPECT_EQ(*guard.value(), 2);
}

TEST(RwLock, AWriterThatWaitsIsNotPassedByReaders) {
  RwLock<int> lock(1);
  const Hand writer, reader;
  auto reading = lock.try_read();
  auto write = lock.write();
  EXPECT_TRUE(writer.is_pending(write));
  auto read = lock.read();
  EXPECT_TRUE(reader.is_pending(read));
  EXPECT_FALSE(lock.try_read());
  reading.reset();
  EXPECT_EQ(writer.wakes(), 1);
  EXPECT_EQ(reader.wakes(), 0);
  { const auto writing = writer.poll(write); }
  EXPECT_EQ(reader.wakes(), 1);
  EXPECT_TRUE(reader.is_ready(read));
}

TEST(RwLock, AWriterThatGivesUpLetsTheReadersIn) {
  RwLock<int> lock(1);
  const Hand writer, reader;
  const auto reading = lock.try_read();
  std::optional write(lock.write());
  EXPECT_TRUE(writer.is_pending(*write));
  auto read = lock.read();
  EXPECT_TRUE(reader.is_pending(read));
  write.reset();
  EXPECT_EQ(reader.wakes(), 1) << "only the writer was in its way";
  EXPECT_TRUE(reader.is_ready(read));
}

TEST(RwLock, GoesFromWritingToReadingWithoutAWriterInBetween) {
  RwLock<int> lock(1);
  const Hand reader, writer;
  auto writing = lock.try_write();
  auto read = lock.read();
  auto write = lock.write();
  EXPECT_TRUE(reader.is_pending(read));
  EXPECT_TRUE(writer.is_pending(write));
  **writing = 2;
  std::optional reading(std::move(*writing).downgrade());
  writing.reset();
  EXPECT_EQ(**reading, 2);
  EXPECT_EQ(reader.wakes(), 1);
  EXPECT_EQ(writer.wakes(), 0);
  EXPECT_TRUE(reader.is_ready(read));
  EXPECT_EQ(writer.wakes(), 0);
  reading.reset();
  EXPECT_EQ(writer.wakes(), 1);
}

TEST(RwLock, HasAsManyReadersAsItIsTold) {
  RwLock<int> lock(RwLockOptions{.max_readers = 2}, 7);
  auto one = lock.try_read(), two = lock.try_read();
  EXPECT_FALSE(lock.try_read());
  two.reset();
  EXPECT_TRUE(lock.try_read().has_value());
  one.reset();
  EXPECT_TRUE(lock.try_write().has_value());
}

TEST(RwLock, WithOneReaderIsAMutex) {
  RwLock<int> lock(RwLockOptions{.max_readers = 1}, 7);
  auto writing = lock.try_write();
  const auto reading = std::move(*writing).downgrade();
  EXPECT_FALSE(lock.try_read());
  EXPECT_EQ(*reading, 7);
}

TEST(RwLock, RefusesANumberOfReadersThatCannotBe) {
  EXPECT_THROW(RwLock<int>(RwLockOptions{.max_readers = 0}), std::invalid_argument);
  EXPECT_THROW(RwLock<int>(RwLockOptions{.max_readers = ~std::size_t{0}}), std::invalid_argument);
}

TEST(RwLock, ItsGuardsMove) {
  RwLock<int> lock(7);
  auto reading = lock.try_read();
  {
    const ReadGuard<int> moved(std::move(*reading));
    EXPECT_THROW((void)**reading, std::logic_error);
    EXPECT_EQ(*moved, 7);
    reading.reset();
    EXPECT_FALSE(lock.try_write());
  }
  auto writing = lock.try_write();
  {
    WriteGuard<int> moved(std::move(*writing));
    EXPECT_THROW((void)writing->operator->(), std::logic_error);
    EXPECT_THROW((void)std::move(*writing).downgrade(), std::logic_error);
    writing.reset();
    EXPECT_FALSE(lock.try_read());
  }
  EXPECT_TRUE(lock.try_write().has_value());
}

// A reader that asks once more, while a writer waits.
TEST(RwLock, ASecondReadBehindAWriterIsADeadlockThatSaysSo) {
  RwLock<int> lock(7);
  int line = 0;
  auto writes = [](RwLock<int>& l) -> Async<> { const auto guard = co_await l.write(); };
  auto reads_twice = [writes](RwLock<int>& l, int& read_in) -> Async<> {
    read_in = __LINE__ + 1;
    const auto first = co_await l.read();
    spawn_detached(writes(l));
    co_await yield_now();
    const auto second = co_await l.read();
  };
  const std::string text = deadlock_of(reads_twice(lock, line));
  const std::string number = std::to_string(line);
  EXPECT_TRUE(says(text,
                   "waits for a read lock, behind a writer who waits, too; it was locked last "
                   "in line " +
                       number))
      << text;
  EXPECT_TRUE(says(text, "waits for a write lock; it was locked last in line " + number)) << text;
}

// Two readers are handed the lock; one comes for it, and goes. A writer waits for the other.
TEST(RwLock, SaysThatItIsHandedToAFutureAsLongAsThatIsNotPolled) {
  RwLock<int> lock(7);
  const Hand hand;
  auto writing = lock.try_write(41);
  auto first = lock.read(42), second = lock.read(43);
  auto write = lock.write();
  EXPECT_TRUE(hand.is_pending(first));
  EXPECT_TRUE(hand.is_pending(second));
  writing.reset();
  EXPECT_TRUE(hand.is_ready(first));
  Context cx(hand.waker.waker());
  EXPECT_TRUE(write.poll(cx).is_pending());
  EXPECT_TRUE(says(cx.reason().what, "handed to a future")) << cx.reason().what;
  EXPECT_EQ(cx.reason().number, 43);
  const auto reading = hand.poll(second);
  EXPECT_TRUE(write.poll(cx).is_pending());
  EXPECT_FALSE(says(cx.reason().what, "handed to a future")) << cx.reason().what;
}

TEST(RwLockDeathTest, EndsTheProgramWhenItIsDestroyedInUse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto lock = std::make_unique<RwLock<int>>(7);
        const auto guard = lock->try_read(42);
        lock.reset();
      },
      "an RwLock was destroyed in use: it was taken in line 42");
}

}  // namespace rw_lock_test
}  // namespace book
