// Chapter 06: an object that points into itself, and what becomes of it when it is swapped, pinned
// to the stack, pinned to the heap, and moved against its promise; polled futures that refuse to be
// moved; and what C++ has that Rust has not. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/lone_task.h"
#include "02_timer_future/sleep.h"
#include "05_async_await/map_then.h"
#include "06_pinning/letterbox.h"
#include "06_pinning/pin.h"
#include "06_pinning/pin_box.h"
#include "06_pinning/pinned.h"
#include "06_pinning/story/self_reference.h"
#include "06_pinning/story/traps.h"
#include "common/program/chapter.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

template <class T>
void show(const char* when, const T& test) {
  fmt::print("   {:<9}a: {}, b: {}\n", when, test.a(), test.b());
}

// --- An object that points into itself -------------------------------------------------------

void without_a_pin() {
  Test test1("test1");
  test1.init();
  Test test2("test2");
  test2.init();

  fmt::print("1. Two objects that point into themselves.\n");
  show("test1", test1);
  show("test2", test2);

  fmt::print("\n2. Swapped: what test2 is now was test1 before.\n");
  show("before", test1);
  std::swap(test1, test2);
  show("after", test2);

  fmt::print("\n3. test1 is changed. We look at test2.\n");
  test1.set_a("I've totally changed now!");
  show("test2", test2);
}

// --- Pinned ----------------------------------------------------------------------------------

void to_the_stack() {
  fmt::print("\n4. Pinned to the stack.\n");
  auto test1 = pin_here(PinnedTest("test1"));
  PinnedTest::init(test1.as_mut());
  auto test2 = pin_here(PinnedTest("test2"));
  PinnedTest::init(test2.as_mut());

  show("test1", *test1);
  show("test2", *test2);
  // std::swap(test1.as_mut().get_mut(), test2.as_mut().get_mut());    does not compile
}

void to_the_heap() {
  fmt::print("\n5. Pinned to the heap: the boxes are swapped, the objects stay.\n");
  PinBox<PinnedTest> test1 = PinnedTest::boxed("test1");
  PinBox<PinnedTest> test2 = PinnedTest::boxed("test2");
  const PinnedTest* first = &*test1;
  show("before", *test1);
  std::swap(test1, test2);
  show("after", *test2);
  fmt::print("   the object has moved: {}\n", &*test2 == first ? "no" : "yes");
}

/// Pins a local variable by hand, and forgets about it.
void broken_promise() {
  fmt::print("\n6. A promise that is broken.\n");
  PinnedTest test1("test1");
  {
    Pin<PinnedTest*> pin(unsafe, &test1);  // "I shall never move test1"
    PinnedTest::init(pin);
    show("pinned", *pin);
  }
  // The pin is out of sight, and test1 still has its name.
  const PinnedTest elsewhere(std::move(test1));
  try {
    show("moved", elsewhere);
  } catch (const std::logic_error& error) {
    fmt::print("   moved    a: {}, b: caught: {}\n", elsewhere.a(), error.what());
  }
}

// --- Futures ---------------------------------------------------------------------------------

/// What happens when it is moved.
template <class F>
std::string moving(F& future) {
  try {
    [[maybe_unused]] F elsewhere(std::move(future));
    return "moved";
  } catch (const std::logic_error& error) {
    return fmt::format("refused: {}", error.what());
  }
}

void polled_futures(Reactor& reactor) {
  fmt::print("\n7. Moving a future.\n");
  LoneTask task(reactor);

  Sleep unpolled = sleep(20ms);
  fmt::print("   sleep, not polled yet:     {}\n", moving(unpolled));
  Sleep polled = sleep(20ms);
  (void)task.poll_once(polled);
  fmt::print("   sleep, polled:             {}\n", moving(polled));

  auto answer = sleep(20ms) | map([] { return 42; });
  (void)task.poll_once(answer);
  fmt::print("   sleep | map, polled:       {}\n", moving(answer));
  const int value = task.run_until_ready(answer);
  fmt::print("      and it is still whole:  {}\n", value);

  Letterbox letterbox;
  FirstWord by_hand(letterbox);
  (void)task.poll_once(by_hand);
  fmt::print("   FirstWord, polled:         {}\n", moving(by_hand));

  PinBox<FirstWord> box = pin_box(FirstWord(letterbox));
  (void)task.poll_once(box);
  PinBox<FirstWord> other = std::move(box);
  letterbox.deliver("hello");
  const std::string word = task.run_until_ready(other);
  fmt::print("   in a box, polled:          the box is moved, the future stays: {}\n", word);
}

template <class F>
void refused_move(const char* where, F future) {
  Waker waker = Waker::noop();
  Context cx(waker);
  (void)future.poll(cx);
  const bool refused = moving(future) != "moved";
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): a refused move
  const Poll<std::string> name = future.poll(cx);
  fmt::print("   guard {}  {}, and its name is \"{}\"\n", where, refused ? "refused" : "moved",
             name.value());
}

void place_of_the_guard() {
  fmt::print("\n8. A future named Ada is moved after its first poll.\n");
  refused_move("first: ", GuardFirst("Ada"));
  refused_move("last:  ", GuardLast("Ada"));
}

// --- What C++ has ----------------------------------------------------------------------------

bool lies_inside(const std::string& text) {
  const auto begin = reinterpret_cast<std::uintptr_t>(&text);
  const auto at = reinterpret_cast<std::uintptr_t>(text.data());
  return begin <= at && at < begin + sizeof(std::string);
}

const char* yes_or_no(bool yes) { return yes ? "yes" : "no"; }

/// Can be neither copied nor moved.
class Rock {
 public:
  Rock() : born_at_(this) {}
  Rock(const Rock&) = delete;
  Rock& operator=(const Rock&) = delete;
  ~Rock() = default;
  bool is_where_it_was_born() const { return born_at_ == this; }

 private:
  const Rock* born_at_;
};
Rock make_rock() { return Rock(); }

void what_cpp_has(Reactor& reactor) {
  fmt::print("\n9. What C++ has.\n");
  RepairingTest test1("test1");
  RepairingTest test2("test2");
  std::swap(test1, test2);
  fmt::print("   a move that repairs, after a swap:      a: {}, b: {}\n", test2.a(), test2.b());

  std::string shorty = "short";
  const bool before = lies_inside(shorty);
  const std::string moved = std::move(shorty);
  fmt::print("   a short string lies in its own object:  {}, and moved: {}\n", yes_or_no(before),
             yes_or_no(lies_inside(moved)));

  Letterbox letterbox;
  LoneTask task(reactor);
  // NOLINTBEGIN(clang-analyzer-cplusplus.Move): it thinks that the first poll could be the last
  Async<std::string> future = first_word(letterbox);
  (void)task.poll_once(future);
  Async<std::string> other = std::move(future);
  // NOLINTEND(clang-analyzer-cplusplus.Move)
  letterbox.deliver("hello");
  const std::string word = task.run_until_ready(other);
  fmt::print("   a coroutine, its handle moved halfway:  {}\n", word);

  const Rock rock = make_rock();
  fmt::print("   returned, and where it was born:        {}\n",
             yes_or_no(rock.is_where_it_was_born()));
}

// --- Mistakes to walk into -------------------------------------------------------------------

void growing_vector(Reactor& reactor) {
  LoneTask task(reactor);
  std::vector<Sleep> timers;
  timers.reserve(1);
  timers.push_back(sleep(1h));
  (void)task.poll_once(timers.front());
  timers.push_back(sleep(2h));  // a larger place is found, and all that is there moves into it
}

void forgotten_pin() {
  std::vector<PinnedTest> tests;
  PinnedTest test1("test1");
  Pin<PinnedTest*> pin(unsafe, &test1);
  PinnedTest::init(pin);
  tests.push_back(std::move(test1));
  show("tests[0]", tests.front());
}

void empty_pin() {
  PinBox<PinnedTest> box = PinnedTest::boxed("test1");
  const PinBox<PinnedTest> other = std::move(box);
  show("other", *other);
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): the mistake
  show("box", *box);
}

void run(Args& args) {
  Reactor reactor(args.time_mode());
  Reactor::Scope current(reactor);
  const std::string trap = args.get<std::string>("trap");
  if (trap == "growing-vector") return growing_vector(reactor);
  if (trap == "forgotten-pin") return forgotten_pin();
  if (trap == "empty-pin") return empty_pin();
  without_a_pin();
  to_the_stack();
  to_the_heap();
  broken_promise();
  polled_futures(reactor);
  place_of_the_guard();
  what_cpp_has(reactor);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "06_pinning",
       .summary = "objects that point into themselves, and how to keep them where they are",
       .options = {book::option::choice("trap",
                                        {"none", "growing-vector", "forgotten-pin", "empty-pin"},
                                        "walk into one of the mistakes of this chapter")}},
      argc, argv, book::story::run);
}
