// A kitchen, told in polls: a loop that spins and one that sleeps, two sockets at once and one
// after the other, and a bell that cannot say who rang it. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "01_simple_future/and_then.h"
#include "01_simple_future/join.h"
#include "01_simple_future/poll_loop.h"
#include "01_simple_future/story/kitchen.h"
#include "01_simple_future/story/traps.h"
#include "common/program/chapter.h"
#include "common/reactor/reactor.h"
#include "common/start_thread.h"

namespace {

using namespace book::simple;

template <class T>
void print_counts(const Run<T>& run) {
  fmt::print("   polls {}, sleeps {}, wakes {}\n", run.polls, run.sleeps, run.wakes);
}

/// Asks a kettle whose water boils after so many polls.
Scripted<Ask> boiling(Appliance& kettle, int after_poll) {
  return {Ask(kettle, Tell::nothing),
          Tell::nothing,
          {{after_poll, [&kettle] { kettle.send("hot water"); }}}};
}

void spin(int polls) {
  fmt::print("\n1. A cook who keeps looking. The water boils after poll {}.\n", polls);
  Appliance kettle("kettle");
  print_counts(run_spinning(boiling(kettle, polls)));
}

void sleep() {
  fmt::print("\n2. A cook who waits for the bell. The water boils after poll 1.\n");
  Appliance kettle("kettle");
  print_counts(run_sleeping(boiling(kettle, 1)));
}

void join() {
  fmt::print("\n3. Join: the kettle and the toaster at once.\n");
  Appliance kettle("kettle");
  Appliance toaster("toaster");
  const auto toast = [&] {
    fmt::print("      the toast pops up\n");
    toaster.send("toast");
  };
  const auto water = [&] {
    fmt::print("      the water boils\n");
    kettle.send("hot water");
  };
  Scripted breakfast(Join(Ask(kettle, Tell::all), Ask(toaster, Tell::all)), Tell::all,
                     {{1, toast}, {2, water}});
  const auto run = run_sleeping(breakfast);
  fmt::print("   breakfast: {} and {}\n", run.value.first, run.value.second);
  print_counts(run);
  fmt::print("   asked: kettle {}, toaster {}\n", kettle.polls, toaster.polls);
}

void and_then() {
  fmt::print("\n4. AndThen: first the kettle, then the toaster.\n");
  Appliance kettle("kettle");
  Appliance toaster("toaster");
  const auto toast_and_water = [&] {
    fmt::print("      the toast pops up, but nobody asked the toaster: no bell\n");
    toaster.send("toast");
    fmt::print("      the water boils\n");
    kettle.send("hot water");
  };
  Scripted breakfast(AndThen(Ask(kettle, Tell::all), Ask(toaster, Tell::all)), Tell::all,
                     {{1, toast_and_water}});
  const auto run = run_sleeping(breakfast);
  fmt::print("   and then: {}\n", run.value);
  print_counts(run);
  fmt::print("   asked: kettle {}, toaster {}\n", kettle.polls, toaster.polls);
}

/// One row: so many appliances, all asked at once, done one after the other.
void one_bell(int appliances) {
  std::vector<Appliance> kitchen;
  kitchen.reserve(static_cast<std::size_t>(appliances));  // the reads borrow: nothing may move
  std::vector<Ask> asks;
  Scripted<JoinAll<Ask>>::Script script;
  for (int i = 0; i < appliances; ++i) {
    Appliance& appliance = kitchen.emplace_back("appliance " + std::to_string(i));
    asks.emplace_back(appliance, Tell::nothing);
    script[i + 1] = [&appliance] { appliance.send("done"); };
  }
  run_sleeping(Scripted(JoinAll(std::move(asks)), Tell::nothing, std::move(script)));

  int made = 0;
  for (const Appliance& appliance : kitchen) made += appliance.polls;
  const int needed = 2 * appliances;  // one to ask, and one to fetch
  fmt::print("   {:>10}   {:>5}   {:>6}   {:>11}\n", appliances, made, needed, made - needed);
}

/// A kettle that takes real time, on a thread of its own: what does waiting for it cost?
template <class Loop>
void boil(const char* name, int milliseconds, Loop loop) {
  using std::chrono::steady_clock;
  Appliance kettle("kettle");
  std::jthread stove;
  const auto light_the_stove = [&] {
    stove = book::start_thread<std::jthread>([&kettle, milliseconds] {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      kettle.send("hot water");
    });
  };
  const auto start = steady_clock::now();
  const std::clock_t cpu = std::clock();
  const auto run =
      loop(Scripted(Ask(kettle, Tell::nothing), Tell::nothing, {{1, light_the_stove}}));
  const double busy = 1000.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  const std::chrono::duration<double, std::milli> taken = steady_clock::now() - start;
  fmt::print("   {}: {}{} polls in ~{:.0f} ms, the processor busy for ~{:.0f} ms\n", name,
             run.sleeps == 0 ? "~" : "", run.polls, taken.count(), busy);
}

void boil_for_real(int milliseconds) {
  fmt::print("A kettle that takes {} ms.\n", milliseconds);
  const book::Reactor::OutsideWork a_stove_is_on(book::Reactor::current());
  boil("spinning", milliseconds, [](auto kettle) { return run_spinning(kettle); });
  boil("sleeping", milliseconds, [](auto kettle) { return run_sleeping(kettle); });
}

void walk_into(const std::string& trap) {
  if (trap == "forgotten-wake") run_sleeping(ForgottenWake());
  if (trap == "lost-wake") run_sleeping_too_late(WakesItself());
  if (trap == "poll-again") {
    Appliance kettle("kettle");
    kettle.send("hot water");
    SocketRead read(kettle.socket);
    run_spinning(read);
    run_spinning(read);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return book::chapter_main(
      {.name = "01_simple_future",
       .summary = "a kitchen, told in polls: spin, sleep, join, and_then",
       .options = {book::option::number("polls", {.fallback = 1000, .min = 1, .max = 100'000'000},
                                        "after how many polls the spinning cook's water boils"),
                   book::option::number("appliances", {.fallback = 16, .min = 2, .max = 400},
                                        "the most appliances in one kitchen"),
                   book::option::number("boil", {.fallback = 0, .min = 0, .max = 10'000},
                                        "instead, boil for so many ms and see what waiting costs"),
                   book::option::choice(
                       "trap", {"none", "forgotten-wake", "lost-wake", "poll-again"},
                       "instead, make one of the mistakes that the README tells of")},
       .no_virtual_time = "its story goes by polls, and the kettle of --boil really boils",
       .no_seed = "it has no queue of tasks to shuffle"},
      argc, argv, [](book::Args& args) {
        book::Reactor reactor;
        book::Reactor::Scope scope(reactor);
        if (const int ms = args.get<int>("boil"); ms > 0) return boil_for_real(ms);
        if (const auto trap = args.get<std::string>("trap"); trap != "none") return walk_into(trap);

        fmt::print("A kitchen, told in polls.\n");
        spin(args.get<int>("polls"));
        sleep();
        join();
        and_then();
        fmt::print("\n5. One bell for everybody. When it rings, all who are not done are asked.\n");
        fmt::print("   appliances   polls   needed   for nothing\n");
        for (int n = 2; n < args.get<int>("appliances"); n *= 2) one_bell(n);
        one_bell(args.get<int>("appliances"));
      });
}
