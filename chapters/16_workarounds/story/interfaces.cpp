#include "16_workarounds/story/interfaces.h"

#include <fmt/format.h>

#include <cstddef>
#include <memory>

#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "16_workarounds/async_trait.h"
#include "16_workarounds/boxed_future.h"
#include "16_workarounds/story/measure.h"

namespace book::story {
namespace {

// ---- one interface, twice -------------------------------------------------

/// By virtual functions: which one is chosen at run time.
class Prices : public AsyncTrait {
 public:
  virtual Async<int> of(int article) = 0;
  virtual BoxFuture<int> in_stock(int article) = 0;
};

class Shop final : public Prices {
 public:
  Async<int> of(int article) override { co_return 3 * article; }
  BoxFuture<int> in_stock(int article) override { return ready(article); }
};

/// By a concept: which one is chosen by the compiler. It may give any future, by value.
template <class P>
concept GivesPrices = requires(P& prices, int article) {
  { prices.of(article) } -> Future;
};

struct PriceList {
  auto of(int article) { return ready(3 * article); }
};
struct Supplier {
  Async<int> of(int article) { co_return 3 * article; }
};

template <GivesPrices P>
Async<int> total(P& prices, int articles) {
  int sum = 0;
  for (int i = 0; i < articles; ++i) {
    const int price = co_await prices.of(i);
    sum += price;
  }
  co_return sum;
}

Async<int> total_in_stock(Prices& prices, int articles) {
  int sum = 0;
  for (int i = 0; i < articles; ++i) {
    const int pieces = co_await prices.in_stock(i);
    sum += pieces;
  }
  co_return sum;
}

/// The allocations of its calls: less one, the frame of the caller itself.
template <class Make>
std::size_t taken_by_calls(Make make) {
  return allocations_of([&] {
           const Waker waker = Waker::noop();
           Context cx(waker);
           auto caller = make();
           (void)caller.poll(cx);
         }) -
         1;
}

template <class Make>
void tell(const char* how, Make make) {
  fmt::print("   {:32} {}, for 1,000 in a row ~{}\n", how, taken_by_calls([&] { return make(1); }),
             taken_by_calls([&] { return make(1000); }));
}

// ---- the traps ------------------------------------------------------------

class SlowShop final : public Prices {
 public:
  Async<int> of(int article) override {
    co_await yield_now();
    fmt::print("the shop looks up its factor\n");
    co_return factor_* article;
  }
  BoxFuture<int> in_stock(int article) override { return ready(article); }

 private:
  int factor_ = 3;
};

class Caller {
 public:
  virtual ~Caller() = default;
  virtual Async<> call(int times = 3) = 0;
};
class PatientCaller final : public Caller {
 public:
  Async<> call(int times = 10) override {
    fmt::print("rings {} times\n", times);
    co_return;
  }
};

}  // namespace

void what_a_virtual_call_takes() {
  Shop shop;
  Prices& prices = shop;
  PriceList list;
  Supplier supplier;
  tell("a concept, and a future:", [&](int calls) { return total(list, calls); });
  tell("a concept, and a coroutine:", [&](int calls) { return total(supplier, calls); });
  tell("a virtual function, a coroutine:", [&](int calls) { return total(prices, calls); });
  tell("a virtual function, a future:", [&](int calls) { return total_in_stock(prices, calls); });
}

Async<> goes_under_a_call() {
  auto shop = std::make_unique<SlowShop>();
  auto price = spawn(shop->of(7));
  co_await yield_now();
  fmt::print("the task is on its way, and the shop closes down\n");
  shop.reset();
  const int seven = co_await price;
  fmt::print("{}\n", seven);
}

Async<> asks_with_a_default() {
  PatientCaller patient;
  Caller& caller = patient;
  co_await patient.call();
  co_await caller.call();
}

}  // namespace book::story
