// What a join costs, per child that is woken once and then finishes. (Chapter 07)
#include <benchmark/benchmark.h>

#include <cstddef>
#include <utility>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "07_join/join_all.h"
#include "07_join/story/ask_everybody.h"
#include "07_join/story/parcels.h"

namespace book {
namespace {

using errands::AskEverybody;
using errands::Parcels;

/// One parcel a turn: each wakes the join by itself.
Async<> deliver_all(Parcels& parcels) {
  co_await yield_now();
  for (std::size_t number = 0; number < parcels.count(); ++number) {
    parcels.deliver(number);
    co_await yield_now();
  }
}

/// From the making of the futures to their end. An item is a child.
template <class MakeJoin>
void run(benchmark::State& state, std::size_t count, MakeJoin make_join) {
  Executor executor;
  for (auto _ : state) {
    Parcels parcels(count);
    executor.spawn(deliver_all(parcels));
    executor.block_on(make_join(parcels));
    executor.run();  // the last turn of deliver_all
  }
  state.SetItemsProcessed(state.iterations() * static_cast<benchmark::IterationCount>(count));
}

template <std::size_t... kNumbers>
auto join_of(Parcels& parcels, std::index_sequence<kNumbers...>) {
  return join(parcels.wait_for(kNumbers)...);
}

template <std::size_t kCount>
void JoinOf(benchmark::State& state) {
  run(state, kCount,
      [](Parcels& parcels) { return join_of(parcels, std::make_index_sequence<kCount>()); });
}
BENCHMARK(JoinOf<2>);
BENCHMARK(JoinOf<8>);
BENCHMARK(JoinOf<9>);
BENCHMARK(JoinOf<32>);

void JoinAllOf(benchmark::State& state) {
  run(state, static_cast<std::size_t>(state.range(0)),
      [](Parcels& parcels) { return join_all(parcels.wait_for_each()); });
}
BENCHMARK(JoinAllOf)->Arg(2)->Arg(8)->Arg(32)->Arg(64)->Arg(1'000)->Arg(10'000);

void AskEverybodyOf(benchmark::State& state) {
  run(state, static_cast<std::size_t>(state.range(0)),
      [](Parcels& parcels) { return AskEverybody(parcels.wait_for_each()); });
}
BENCHMARK(AskEverybodyOf)->Arg(2)->Arg(8)->Arg(32)->Arg(64)->Arg(1'000);

}  // namespace
}  // namespace book
