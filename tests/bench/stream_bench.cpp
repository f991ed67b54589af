// What a pipeline costs for each item, beside the loop that it stands for; and what
// buffer_unordered costs beside FuturesUnordered by hand. (Chapter 09)
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/futures_unordered.h"
#include "09_streams/buffered.h"
#include "09_streams/collect.h"
#include "09_streams/generator.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"

namespace book {
namespace {

constexpr std::int64_t kItems = 10'000;

std::vector<std::int64_t> numbers() {
  std::vector<std::int64_t> all(kItems);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void per_item(benchmark::State& state) {
  state.counters["per_item"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(kItems),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

constexpr auto times_three = [](std::int64_t value) { return 3 * value; };
constexpr auto is_odd = [](std::int64_t value) { return value % 2 != 0; };
constexpr auto plus = [](std::int64_t a, std::int64_t b) { return a + b; };

void PlainLoop(benchmark::State& state) {
  const auto items = numbers();
  for (auto _ : state) {
    std::int64_t sum = 0;
    for (std::int64_t item : items) {
      const std::int64_t value = times_three(item);
      if (is_odd(value)) sum = plus(sum, value);
    }
    benchmark::DoNotOptimize(sum);
  }
  per_item(state);
}
BENCHMARK(PlainLoop);

template <class Build>
void run_pipeline(benchmark::State& state, Build build) {
  auto body = [](benchmark::State& running, Build make) -> Async<> {
    for (auto _ : running) {
      auto pipeline = make();
      std::int64_t sum = co_await pipeline;
      benchmark::DoNotOptimize(sum);
    }
  };
  block_on(body(state, build));
  per_item(state);
}

void PipelineOfReadyItems(benchmark::State& state) {
  const auto items = numbers();
  run_pipeline(state, [&] {
    return iter(items) | map(times_three) | filter(is_odd) | fold(std::int64_t{0}, plus);
  });
}
BENCHMARK(PipelineOfReadyItems);

AsyncStream<std::int64_t> yields(const std::vector<std::int64_t>& items) {
  for (std::int64_t item : items) co_yield item;
}

void PipelineFromACoroutine(benchmark::State& state) {
  const auto items = numbers();
  run_pipeline(state, [&] {
    return yields(items) | map(times_three) | filter(is_odd) | fold(std::int64_t{0}, plus);
  });
}
BENCHMARK(PipelineFromACoroutine);

Async<std::int64_t> rests(std::int64_t value) {
  co_await yield_now();
  co_return value;
}

void BufferUnordered(benchmark::State& state) {
  const auto items = numbers();
  const auto limit = static_cast<std::size_t>(state.range(0));
  run_pipeline(state, [&] {
    return iter(items) | map(rests) | buffer_unordered(limit) | fold(std::int64_t{0}, plus);
  });
}
BENCHMARK(BufferUnordered)->Arg(10)->Arg(1000);

void Buffered(benchmark::State& state) {
  const auto items = numbers();
  const auto limit = static_cast<std::size_t>(state.range(0));
  run_pipeline(state, [&] {
    return iter(items) | map(rests) | buffered(limit) | fold(std::int64_t{0}, plus);
  });
}
BENCHMARK(Buffered)->Arg(10)->Arg(1000);

Async<std::int64_t> by_hand(const std::vector<std::int64_t>& items, std::size_t limit) {
  FuturesUnordered<Async<std::int64_t>> under_way;
  std::size_t begun = 0;
  std::int64_t sum = 0;
  for (;;) {
    while (begun < items.size() && under_way.size() < limit) under_way.push(rests(items[begun++]));
    auto done = co_await next(under_way);
    if (!done) break;
    sum += *done;
  }
  co_return sum;
}

void FuturesUnorderedByHand(benchmark::State& state) {
  const auto items = numbers();
  const auto limit = static_cast<std::size_t>(state.range(0));
  run_pipeline(state, [&] { return by_hand(items, limit); });
}
BENCHMARK(FuturesUnorderedByHand)->Arg(10)->Arg(1000);

}  // namespace
}  // namespace book
