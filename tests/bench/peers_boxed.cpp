// The measures of chapter 16's boxes: see peers.cpp. A coroutine that is ready at once, made,
// awaited and dropped: in a box, and as the answer of a virtual function. async_call and
// direct_call are the same without the box, and without the virtual function; box_leaf has a future
// in the box that is no coroutine.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "16_workarounds/async_trait.h"
#include "16_workarounds/boxed_future.h"
#include "peers.h"

namespace book::peers {
namespace {

constexpr int kTimes = 10 * kMillion;

[[gnu::noinline]] Async<std::uint64_t> one_more(std::uint64_t i) { co_return i + 1; }
[[gnu::noinline]] BoxFuture<std::uint64_t> boxed_one_more(std::uint64_t i) {
  return boxed(one_more(i));
}
[[gnu::noinline]] BoxFuture<std::uint64_t> boxed_leaf(std::uint64_t i) {
  return boxed(ready(i + 1));
}

class Service : public AsyncTrait {
 public:
  virtual Async<std::uint64_t> call(std::uint64_t i) = 0;
};
class Adder final : public Service {
 public:
  [[gnu::noinline]] Async<std::uint64_t> call(std::uint64_t i) override { co_return i + by_; }

 private:
  std::uint64_t by_ = 1;
};
/// The same, and nothing counts its frames.
struct PlainAdder {
  std::uint64_t by = 1;
  [[gnu::noinline]] Async<std::uint64_t> call(std::uint64_t i) { co_return i + by; }
};

/// So many times: a future of `call`, awaited.
template <class Call>
Async<> times(Call call) {
  std::uint64_t sum = 0;
  const auto start = SteadyClock::now();
  for (int i = 0; i < kTimes; ++i) {
    const std::uint64_t value = co_await call(static_cast<std::uint64_t>(i));
    sum += value;
  }
  if (sum == 0) std::abort();
  result_since(start, kTimes);
}

/// A leaf that yields, under so many coroutines, each in a box.
Async<> nest(int depth) {
  if (depth > 1) {
    co_await boxed(nest(depth - 1));
  } else {
    for (int i = 0; i < kMillion; ++i) co_await yield_now();
  }
}
Async<> under(int boxes) {
  const auto start = SteadyClock::now();
  co_await boxed(nest(boxes));
  result_since(start, kMillion);
}

/// Which one it is, the compiler must not know.
[[gnu::noinline]] std::unique_ptr<Service> some_service() { return std::make_unique<Adder>(); }

}  // namespace

void add_box_measures(Measures& measures) {
  for (const int boxes : {1, 10, 100}) {
    measures["boxed_" + std::to_string(boxes)] = in_task([boxes] { return under(boxes); });
  }
  measures["async_call"] = in_task([] { return times(one_more); });
  measures["box_poll"] = in_task([] { return times(boxed_one_more); });
  measures["box_leaf"] = in_task([] { return times(boxed_leaf); });
  measures["direct_call"] = [] {
    PlainAdder adder;
    in_task([&] { return times([&](std::uint64_t i) { return adder.call(i); }); })();
  };
  measures["dyn_call"] = [] {
    const auto service = some_service();
    in_task([&] { return times([&](std::uint64_t i) { return service->call(i); }); })();
  };
}

}  // namespace book::peers
