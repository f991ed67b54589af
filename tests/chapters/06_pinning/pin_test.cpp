#include "06_pinning/pin.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/map_then.h"
#include "06_pinning/letterbox.h"
#include "06_pinning/pin_box.h"
#include "06_pinning/pinned.h"
#include "06_pinning/story/self_reference.h"
#include "06_pinning/story/traps.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/drop_counter.h"

namespace book {
namespace pin_test {

using namespace std::chrono_literals;
using story::FillBuffer;
using story::FirstWord;
using story::Letterbox;
using story::PinnedTest;
using story::RepairingTest;
using test::CountingWaker;
using test::DropCounter;

// --- Unpin: nearly everything, and what has opted out ------------------------------------------

struct OptsOut {
  int number = 0;
  PhantomPinned pinned;
};
struct OwnsOneThatOptsOut {
  OptsOut part;
};
struct InheritsFromOne : OptsOut {};
struct HasConst {
  const int number = 0;
};
struct Vouched {
  const int number = 0;
};
struct NoBytes {
  int number = 0;
  [[no_unique_address]] PhantomPinned pinned;
};

}  // namespace pin_test

template <>
inline constexpr bool enable_unpin<pin_test::Vouched> = true;

namespace pin_test {

static_assert(Unpin<int> && Unpin<const int> && Unpin<int*> && Unpin<int&> && Unpin<int[3]>);
static_assert(Unpin<std::string> && Unpin<std::vector<Sleep>> && Unpin<std::unique_ptr<OptsOut>>);
static_assert(!Unpin<PhantomPinned> && !Unpin<const PhantomPinned>);
static_assert(!Unpin<OptsOut> && !Unpin<OwnsOneThatOptsOut> && !Unpin<InheritsFromOne>);
static_assert(!Unpin<OptsOut[2]> && !Unpin<std::array<OptsOut, 2>>);
static_assert(!Unpin<std::optional<OptsOut>> && !Unpin<std::tuple<int, OptsOut>>);
static_assert(!Unpin<std::mutex>, "cannot be moved at all");
static_assert(!Unpin<HasConst> && Unpin<Vouched>);
static_assert(sizeof(NoBytes) == sizeof(int), "the mark costs nothing");
static_assert(std::is_nothrow_move_constructible_v<OptsOut>, "before it is pinned, it moves");
static_assert(!std::is_copy_constructible_v<OptsOut> && !std::is_swappable_v<OptsOut>);

// Futures: a PinGuard opts out as well; a coroutine's handle moves.
static_assert(!Unpin<Sleep> && !Unpin<FirstWord> && Unpin<Async<int>>);
static_assert(!Unpin<decltype(sleep(1s) | map([] { return 1; }))>);

// A pin is Unpin, whatever it points to, and a future if that is one.
static_assert(Unpin<Pin<Sleep*>> && Unpin<PinBox<Sleep>>);
static_assert(Future<Pin<Sleep*>> && Future<PinBox<FirstWord>>);
static_assert(std::is_same_v<OutputOf<PinBox<FirstWord>>, std::string>);
static_assert(!Future<Pin<int*>> && !Future<Pin<const Sleep*>>);
static_assert(std::is_copy_constructible_v<Pin<OptsOut*>>);
static_assert(std::is_nothrow_move_constructible_v<PinBox<OptsOut>>);
static_assert(!std::is_copy_constructible_v<PinBox<OptsOut>>);

// The promise is asked for by name.
static_assert(!std::is_constructible_v<Pin<OptsOut*>, std::nullptr_t, OptsOut*>);
static_assert(!std::is_default_constructible_v<Pin<OptsOut*>>);
static_assert(!std::is_convertible_v<int*, Pin<int*>>, "a pin is made on purpose");

// --- Pin ---------------------------------------------------------------------------------------

TEST(PinOfWhatIsUnpin, HoldsNobodyBack) {
  std::string text = "one";
  Pin<std::string*> pin(&text);
  EXPECT_EQ(*pin, "one");
  EXPECT_EQ(pin->size(), 3u);
  pin.get_mut() = "three";
  EXPECT_EQ(text, "three");
  const std::string taken = std::move(pin.get_mut());
  EXPECT_EQ(taken, "three");
  pin.set("four");
  EXPECT_EQ(pin.get_ref(), "four");
}

TEST(PinOfWhatIsUnpin, IsMadeOfASmartPointerToo) {
  Pin<std::unique_ptr<int>> unique(std::make_unique<int>(1));
  Pin<std::shared_ptr<int>> shared(std::make_shared<int>(2));
  unique.get_mut() += shared.get_ref();
  EXPECT_EQ(*unique, 3);
}

TEST(PinOfWhatIsNotUnpin, LeadsToTheObjectItself) {
  OptsOut object;
  Pin<OptsOut*> pin(unsafe, &object);
  EXPECT_EQ(&pin.get_ref(), &object);
  EXPECT_EQ(&*pin, &object);
  EXPECT_EQ(&pin.get_unchecked_mut(unsafe), &object);
  EXPECT_EQ(&*pin.as_mut(), &object);
  EXPECT_EQ(&*pin.as_ref(), &object);
  static_assert(std::is_same_v<decltype(pin.as_ref()), Pin<const OptsOut*>>);
}

/// Counts how many there are, and can only be constructed by a move, never assigned.
struct CountedAndPinned {
  explicit CountedAndPinned(DropCounter::Token given) : token(std::move(given)) {}
  DropCounter::Token token;
  PhantomPinned pinned;
};

TEST(PinOfWhatIsNotUnpin, SetDestroysTheOldValueInItsPlace) {
  DropCounter old_ones;
  DropCounter new_ones;
  {
    auto box = pin_box(CountedAndPinned(old_ones.token()));
    const CountedAndPinned* place = &*box;
    EXPECT_EQ(old_ones.live(), 1);
    box.set(CountedAndPinned(new_ones.token()));
    EXPECT_EQ(old_ones.live(), 0) << "the old value is destroyed, and nothing is left of it";
    EXPECT_EQ(new_ones.live(), 1);
    EXPECT_EQ(&*box, place);
  }
  EXPECT_EQ(new_ones.live(), 0);
}

// --- On the heap ---------------------------------------------------------------------------------

TEST(PinBoxes, MoveAndLeaveTheirObjectInItsPlace) {
  PinBox<PinnedTest> box = PinnedTest::boxed("test1");
  const PinnedTest* place = &*box;
  PinBox<PinnedTest> other = std::move(box);
  EXPECT_EQ(&*other, place);
  EXPECT_EQ(other->b(), "test1");
}

TEST(PinBoxes, CanBeSwappedAndAssigned) {
  PinBox<PinnedTest> first = PinnedTest::boxed("test1");
  PinBox<PinnedTest> second = PinnedTest::boxed("test2");
  std::swap(first, second);
  EXPECT_EQ(first->b(), "test2");
  EXPECT_EQ(second->b(), "test1");
  first = std::move(second);
  EXPECT_EQ(first->b(), "test1");
}

TEST(PinBoxes, DestroyTheirObject) {
  DropCounter counter;
  { const auto box = pin_box(CountedAndPinned(counter.token())); }
  EXPECT_EQ(counter.live(), 0);
}

TEST(PinBoxes, AreEmptyOnceMovedFromAndSaySo) {
  PinBox<PinnedTest> box = PinnedTest::boxed("test1");
  const PinBox<PinnedTest> other = std::move(box);
  // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is what is tested
  EXPECT_THROW((void)box->a(), std::logic_error);
  EXPECT_THROW((void)*box, std::logic_error);
  EXPECT_THROW((void)box.get_unchecked_mut(unsafe), std::logic_error);
  EXPECT_THROW((void)box.as_mut(), std::logic_error);
  EXPECT_THROW((void)box.as_ref(), std::logic_error);
  EXPECT_THROW(box.set(PinnedTest("test2")), std::logic_error);
  // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

TEST(PinBoxes, AreBuiltInPlaceForWhatCanNotMove) {
  struct Rock {
    explicit Rock(int given) : weight(given) {}
    Rock(const Rock&) = delete;
    Rock& operator=(const Rock&) = delete;
    ~Rock() = default;
    int weight;
  };
  PinBox<Rock> rock = make_pin_box<Rock>(7);
  EXPECT_EQ(rock->weight, 7);
}

// --- On the stack --------------------------------------------------------------------------------

static_assert(!std::is_copy_constructible_v<Pinned<int>>);
static_assert(!std::is_move_constructible_v<Pinned<int>>);
static_assert(!std::is_move_assignable_v<Pinned<int>>);

TEST(PinHere, KeepsTheValueInTheVariable) {
  auto test1 = pin_here(PinnedTest("test1"));
  PinnedTest::init(test1.as_mut());
  EXPECT_EQ(test1->b(), "test1");
  EXPECT_EQ(&*test1.as_mut(), &*test1);
  const auto place = reinterpret_cast<const char*>(&*test1) - reinterpret_cast<char*>(&test1);
  EXPECT_GE(place, 0) << "it lies inside";
  EXPECT_LT(place, static_cast<std::ptrdiff_t>(sizeof(test1)));
}

TEST(PinHere, BuildsInPlaceWhatCanNotMove) {
  Pinned<std::mutex> mutex(std::in_place);
  Pin<std::mutex*> pin = mutex.as_mut();
  const std::lock_guard lock(pin.get_unchecked_mut(unsafe));
}

// --- Objects that point into themselves ----------------------------------------------------------

TEST(SelfReferences, WithoutAPinASwapMixesThemUp) {
  story::Test test1("test1");
  story::Test test2("test2");
  EXPECT_THROW((void)test1.b(), std::logic_error) << "before init";
  test1.init();
  test2.init();
  std::swap(test1, test2);
  EXPECT_EQ(test2.a(), "test1");
  EXPECT_EQ(test2.b(), "test2");
}

TEST(SelfReferences, ABrokenPromiseIsCaught) {
  PinnedTest test1("test1");
  EXPECT_THROW((void)test1.b(), std::logic_error) << "before init";
  PinnedTest::init(Pin<PinnedTest*>(unsafe, &test1));
  EXPECT_EQ(test1.b(), "test1");
  const PinnedTest elsewhere(std::move(test1));
  EXPECT_EQ(elsewhere.a(), "test1");
  EXPECT_THROW((void)elsewhere.b(), std::logic_error);
}

TEST(SelfReferences, BeforeThePinAMoveIsFine) {
  PinnedTest test1("test1");
  auto test2 = pin_here(std::move(test1));
  PinnedTest::init(test2.as_mut());
  EXPECT_EQ(test2->b(), "test1");
}

TEST(SelfReferences, AMoveConstructorRepairs) {
  RepairingTest test1("a text that is too long for the string's own buffer");
  RepairingTest test2("test2");
  std::swap(test1, test2);
  EXPECT_EQ(test1.b(), "test2");
  EXPECT_EQ(&test1.b(), &test1.a());
  EXPECT_EQ(&test2.b(), &test2.a());
}

// --- Pinned futures ------------------------------------------------------------------------------

class LetterboxFutures : public testing::Test {
 protected:
  template <class F>
  bool poll(F& future) {
    Context cx(task.waker());
    return future.poll(cx).is_ready();
  }
  CountingWaker task;
};

/// A future and the letter that it waits for. The event must be harmless afterwards.
template <class Make>
auto with_a_letter(Make make) {
  auto letterbox = std::make_shared<Letterbox>();
  return test::subject(make(*letterbox), [letterbox] { letterbox->deliver("hello"); });
}
constexpr auto kHello = [](const std::string& word) { return word == "hello"; };

TEST_F(LetterboxFutures, FillBufferKeepsTheContract) {
  std::array<char, 8> buffer{};
  test::expect_contract(
      [&] { return with_a_letter([&](Letterbox& box) { return FillBuffer(box, buffer); }); }, {},
      [&](std::size_t size) { return std::string(buffer.data(), size) == "hello"; });
}

TEST_F(LetterboxFutures, FirstWordKeepsTheContract) {
  test::expect_contract(
      [&] { return with_a_letter([](Letterbox& box) { return FirstWord(box); }); }, {}, kHello);
}

TEST_F(LetterboxFutures, TheCoroutineKeepsTheContract) {
  test::expect_contract(
      [&] { return with_a_letter([](Letterbox& box) { return first_word(box); }); },
      {.handle_moves = true}, kHello);
}

TEST_F(LetterboxFutures, AFutureInABoxKeepsTheContractAndItsHandleMoves) {
  test::expect_contract(
      [&] { return with_a_letter([](Letterbox& box) { return pin_box(FirstWord(box)); }); },
      {.handle_moves = true}, kHello);
}

TEST_F(LetterboxFutures, TakeOnlyWhatFits) {
  Letterbox letterbox;
  FirstWord word(letterbox);
  EXPECT_FALSE(poll(word));
  letterbox.deliver("a letter that is longer than the buffer");
  EXPECT_EQ(task.wakes(), 1);
  Context cx(task.waker());
  EXPECT_EQ(word.poll(cx).value(), "a letter that is");
}

TEST_F(LetterboxFutures, LeaveNothingBehindWhenTheyAreDropped) {
  for (int polls = 0; polls <= 2; ++polls) {
    Letterbox letterbox;
    {
      PinBox<FirstWord> by_hand = pin_box(FirstWord(letterbox));
      for (int i = 0; i < polls; ++i) EXPECT_FALSE(poll(by_hand));
      PinBox<FirstWord> moved = std::move(by_hand);
    }
    EXPECT_EQ(task.kept(), 0) << "by hand, dropped after " << polls << " polls";
    {
      Async<std::string> coroutine = first_word(letterbox);
      for (int i = 0; i < polls; ++i) EXPECT_FALSE(poll(coroutine));
    }
    EXPECT_EQ(task.kept(), 0) << "coroutine, dropped after " << polls << " polls";
  }
}

TEST_F(LetterboxFutures, ARefusedMoveLeavesTheFutureAtWork) {
  Letterbox letterbox;
  FirstWord word(letterbox);
  EXPECT_FALSE(poll(word));
  EXPECT_THROW(FirstWord elsewhere(std::move(word)), std::logic_error);
  letterbox.deliver("hello");
  Context cx(task.waker());
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): a refused move
  EXPECT_EQ(word.poll(cx).value(), "hello");
}

TEST_F(LetterboxFutures, APinToALocalIsAFutureThatCanBeAwaited) {
  Letterbox letterbox;
  auto word = pin_here(FirstWord(letterbox));
  auto outer = async(
      [](Pin<FirstWord*> pinned) -> Async<std::string> {
        std::string text = co_await pinned;
        co_return text + ", world";
      },
      word.as_mut());
  EXPECT_FALSE(poll(outer));
  letterbox.deliver("hello");
  Context cx(task.waker());
  EXPECT_EQ(outer.poll(cx).value(), "hello, world");
}

TEST_F(LetterboxFutures, TheCoroutinesFrameStaysWhenItsHandleMoves) {
  Letterbox letterbox;
  Async<std::string> future = first_word(letterbox);
  EXPECT_FALSE(poll(future));
  std::vector<Async<std::string>> many;
  many.push_back(std::move(future));
  many.reserve(many.capacity() + 1);
  letterbox.deliver("hello");
  Context cx(task.waker());
  EXPECT_EQ(many.front().poll(cx).value(), "hello");
}

TEST_F(LetterboxFutures, AVectorThatGrowsIsCaughtAndOneOfBoxesIsFine) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope current(reactor);
  std::vector<Sleep> timers;
  timers.push_back(sleep(1h));
  EXPECT_FALSE(poll(timers.front()));
  EXPECT_THROW(timers.reserve(timers.capacity() + 1), std::logic_error);

  std::vector<PinBox<Sleep>> boxes;
  boxes.push_back(pin_box(sleep(1h)));
  EXPECT_FALSE(poll(boxes.front()));
  boxes.reserve(boxes.capacity() + 1);
  reactor.wait();
  EXPECT_TRUE(poll(boxes.front()));
}

TEST_F(LetterboxFutures, AGuardThatStandsLastComesTooLate) {
  story::GuardFirst first("Ada");
  story::GuardLast last("Ada");
  EXPECT_FALSE(poll(first));
  EXPECT_FALSE(poll(last));
  EXPECT_THROW(story::GuardFirst elsewhere(std::move(first)), std::logic_error);
  EXPECT_THROW(story::GuardLast elsewhere(std::move(last)), std::logic_error);
  Context cx(task.waker());
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): a refused move
  EXPECT_EQ(first.poll(cx).value(), "Ada");
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): a refused move
  EXPECT_EQ(last.poll(cx).value(), "") << "its name had left before the guard was asked";
}

TEST_F(LetterboxFutures, WhereverTheGuardStandsTheContractIsKept) {
  test::expect_contract([] { return test::subject(story::GuardFirst("Ada")); },
                        {.wakes_itself = true},
                        [](const std::string& name) { return name == "Ada"; });
  test::expect_contract([] { return test::subject(story::GuardLast("Ada")); },
                        {.wakes_itself = true});
}

}  // namespace pin_test
}  // namespace book
