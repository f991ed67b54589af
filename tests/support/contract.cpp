// The checks of the contract tester. Each builds fresh futures, does something to them, and
// compares what the counting wakers saw with what the contract says.
#include "support/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "support/counting_waker.h"

namespace book::test {
namespace {

using Trial = detail::Trial;
using TrialPtr = std::unique_ptr<Trial>;

enum class Outcome { pending, ready, threw };

/// One poll, and what the waker saw in its course.
struct Polled {
  Outcome outcome = Outcome::pending;
  bool logic_error = false;
  std::string message = {};  ///< of the exception
  int clones = 0, drops = 0, wakes = 0;
};

Polled poll_with(Trial& trial, const CountingWaker& counter, const Waker& waker) {
  Polled seen{.clones = -counter.clones(), .drops = -counter.drops(), .wakes = -counter.wakes()};
  try {
    Context cx(waker);
    seen.outcome = trial.poll(cx) ? Outcome::ready : Outcome::pending;
  } catch (const std::logic_error& e) {
    seen.outcome = Outcome::threw;
    seen.logic_error = true;
    seen.message = e.what();
  } catch (const std::exception& e) {
    seen.outcome = Outcome::threw;
    seen.message = e.what();
  } catch (...) {
    seen.outcome = Outcome::threw;
    seen.message = "not even a std::exception";
  }
  seen.clones += counter.clones();
  seen.drops += counter.drops();
  seen.wakes += counter.wakes();
  return seen;
}

Polled poll(Trial& trial, const CountingWaker& counter) {
  return poll_with(trial, counter, counter.waker());
}

class Tester {
 public:
  Tester(const std::function<TrialPtr()>& make, const ContractOptions& options,
         detail::TypeFacts facts)
      : make_(make), options_(options), facts_(facts) {}

  std::vector<Breach> run() {
    check_type();
    if (check_first_poll()) {
      const bool waits = !options_.ready_at_once && !options_.wakes_itself;
      for (int stage = 0; waits && stage < options_.events; ++stage) {
        check_wakes_the_latest(stage, {0});
        check_wakes_the_latest(stage, {0, 1});
        check_wakes_the_latest(stage, {0, 1, 0});
        check_repolls(stage);
        for (int polls = 0; polls <= 3; ++polls) check_destruction(stage, polls);
      }
      if (waits) check_ready_poll();
      if (waits && options_.event_inside_poll) check_event_inside_poll();
      check_whole_life(0);
      check_whole_life(3);
      check_moves();
    }
    std::stable_sort(breaches_.begin(), breaches_.end(),
                     [](const Breach& a, const Breach& b) { return a.point < b.point; });
    return std::move(breaches_);
  }

  /// One report for each kind of mistake is enough: a lost waker shows in half of the checks.
  void report(int point, std::string what, std::string look_at) {
    for (const Breach& old : breaches_) {
      if (old.point == point && old.look_at == look_at) return;
    }
    breaches_.push_back({point, std::move(what), std::move(look_at)});
  }

 private:
  void check_type() {
    if (options_.handle_moves) return;
    if (facts_.assignable) {
      report(6, "its type can be assigned",
             "the move assignment: delete it, or give the future a PinGuard member");
    }
    if (facts_.copyable) {
      report(6, "its type can be copied: then two of them would wait for one event",
             "the copy constructor: delete it, or give the future a PinGuard member");
    }
  }

  /// Points 1 and 4, and whether the options describe this future at all.
  bool check_first_poll() {
    CountingWaker waker;
    TrialPtr trial = make_();
    check_untouched(1, "the future was made, and not polled yet",
                    "the constructor: it begins something that belongs into the first poll");
    const Polled first = poll(*trial, waker);
    const Outcome expected = !options_.ready_at_once ? Outcome::pending
                             : options_.throws       ? Outcome::threw
                                                     : Outcome::ready;
    if (first.outcome != expected) {
      report(first.outcome == Outcome::threw ? 4 : 0,
             fmt::format("the first poll was to be {}, but {}", name(expected), describe(first)),
             "the options of this test (ready_at_once, throws), then the first lines of poll");
      return false;
    }
    if (options_.ready_at_once && first.clones + first.drops > 0) {
      report(
          2,
          fmt::format("a poll that was ready at once cloned the waker {} and dropped it {}",
                      times(first.clones), times(first.drops)),
          "the order in poll: look first, store the waker only when you have to wait, look again");
    }
    if (options_.wakes_itself && first.wakes == 0) {
      report(2, "a poll that was to wake its own waker returned pending without a wake",
             "poll: cx.waker().wake_by_ref() before it returns pending");
    }
    return true;
  }

  /// Point 2: polled with several wakers in turn, the event wakes the last one.
  void check_wakes_the_latest(int stage, const std::vector<int>& order) {
    CountingWaker before, wakers[2];
    TrialPtr trial = bring_to(stage, before);
    if (!trial) return;
    for (int index : order) {
      const Polled seen = poll(*trial, wakers[index]);
      if (!expect_pending(seen)) return;
      if (seen.wakes > 0) {
        report(2, "a pending poll woke its own waker although nothing had happened",
               "wake calls in poll: an executor would poll this future forever, at full speed");
      }
    }
    trial->event();
    const int latest = order.back();
    if (wakers[latest].wakes() > 0) return;
    if (order.size() == 1) {
      report(2, "polled once, pending; then the event came and woke nobody",
             "every path that returns pending: does it store the waker, where the event finds it?");
    } else if (order.size() == 2) {
      report(
          2,
          fmt::format("polled with waker A and then with B, the event woke A {} and B not at all",
                      times(wakers[0].wakes())),
          "the second poll: it has to replace the stored waker, cx.store(slot, ...) does");
    } else {
      report(2,
             fmt::format("polled with wakers A, B and A again, the event woke A not at all, B {}",
                         times(wakers[1].wakes())),
             "what decides whether the stored waker is replaced: compare with will_wake");
    }
  }

  /// Points 2 and 3: what polls that were not needed cost.
  void check_repolls(int stage) {
    CountingWaker before, a, b;
    TrialPtr trial = bring_to(stage, before);
    if (!trial || !expect_pending(poll(*trial, a))) return;
    const int kept = before.kept() + a.kept();
    {
      const Waker twin = a.waker();  // another object, the same task
      const Polled again = poll_with(*trial, a, twin);
      if (!expect_pending(again)) return;
      if (again.clones > 0) {
        report(
            2,
            fmt::format("polled again with the same waker, it cloned it {}", times(again.clones)),
            "the store: ask slot.will_wake(cx.waker()) first, cx.store(slot, ...) does");
      }
    }
    constexpr int kRounds = 50;
    for (int round = 0; round < kRounds; ++round) {
      if (!expect_pending(poll(*trial, b)) || !expect_pending(poll(*trial, a))) return;
    }
    const int kept_now = before.kept() + a.kept() + b.kept();
    if (kept > 0 && kept_now > 2 * kept) {
      report(3,
             fmt::format("{} polls later it keeps {} wakers; after the first it kept {}",
                         2 * kRounds, kept_now, kept),
             "the place the waker is stored in: one slot to be replaced, not a list that grows");
    }
  }

  /// Point 2: the last event comes from elsewhere while poll is between looking and storing.
  void check_event_inside_poll() {
    CountingWaker before, waker;
    TrialPtr trial = bring_to(options_.events - 1, before);
    if (!trial) return;
    bool came = false;
    waker.on_clone([&] {
      if (!std::exchange(came, true)) trial->event();
    });
    const Polled seen = poll(*trial, waker);
    if (came && seen.outcome == Outcome::pending && waker.wakes() == 0) {
      report(2, "the event came while the waker was being stored: pending, and nobody was woken",
             "the end of poll: look once more after the waker is stored");
    }
  }

  /// Point 2: the poll that finds the event there has no reason to clone, whoever it is for.
  void check_ready_poll() {
    CountingWaker before, waker;
    TrialPtr trial = bring_to(options_.events, before);
    if (!trial) return;
    const Polled last = poll(*trial, waker);
    if (last.outcome != Outcome::pending && last.clones > 0) {
      report(
          2,
          fmt::format("the poll that found the event there cloned the waker {}",
                      times(last.clones)),
          "the order in poll: look first, store the waker only when you have to wait, look again");
    }
  }

  /// Point 5: destroyed after some polls, before and after the event.
  void check_destruction(int stage, int polls) {
    for (bool woken : {false, true}) {
      if (woken && polls == 0) continue;
      CountingWaker before, a, b;
      TrialPtr trial = bring_to(stage, before);
      if (!trial) return;
      for (int i = 0; i < polls; ++i) {
        if (!expect_pending(poll(*trial, i % 2 == 0 ? a : b))) return;
      }
      const std::function<void()> event = trial->event;
      if (woken) event();
      trial.reset();
      const std::string when = fmt::format("it was destroyed after {} polls and {} events",
                                           stage + polls, stage + (woken ? 1 : 0));
      check_nothing_kept({&before, &a, &b}, when);
      check_untouched(5, when, "the destructor: what poll began (timers, registrations), it ends");
      if (woken) continue;
      const int wakes = before.wakes() + a.wakes() + b.wakes();
      event();
      if (before.wakes() + a.wakes() + b.wakes() > wakes) {
        report(5, when + "; then the event came and woke its task all the same",
               "the destructor: unlink the waker from whoever fires it");
      }
    }
  }

  /// Points 2 to 5: polled as an executor would, and `extra` times more at every step.
  void check_whole_life(int extra) {
    CountingWaker waker, other;
    TrialPtr trial = make_();
    const Polled last = drive(*trial, waker, extra, other);
    if (last.outcome == Outcome::pending) return;  // reported
    check_end(*trial, last);
    const Polled after = poll(*trial, waker);
    if (options_.fused && after.outcome == Outcome::threw) {
      report(4, "polled after its end it " + describe(after) + ", though it calls itself fused",
             "the first line of poll: a fused future stays pending after its end");
    } else if (!options_.fused && !after.logic_error) {
      report(4,
             fmt::format("polled after its end it {} instead of throwing std::logic_error",
                         describe(after)),
             "the first line of poll: call enter() of a PinGuard member there");
    }
    trial.reset();
    check_nothing_kept({&waker, &other}, "it was destroyed after its end");
    check_untouched(5, "it was destroyed after its end",
                    "the destructor: what poll began (timers, registrations), it ends");
  }

  /// Point 6. A handle may move at any time, everybody else until the first poll.
  void check_moves() {
    CountingWaker waker, other;
    TrialPtr trial = make_();
    TrialPtr moved = trial->moved_to_new();
    trial.reset();
    Polled last = drive(*moved, waker, 0, other);
    if (last.outcome == Outcome::pending) return;  // reported, here or without the move
    check_end(*moved, last);

    trial = make_();
    last = poll(*trial, waker);
    try {
      moved = trial->moved_to_new();
      if (!options_.handle_moves) {
        report(6, "moved after its first poll it did not throw std::logic_error",
               "the move constructor: a PinGuard member makes it throw");
        return;
      }
    } catch (const std::logic_error&) {
      if (options_.handle_moves) {
        report(6, "moved after its first poll it threw, though it calls itself a handle",
               "the move constructor: a handle moves its pointer and leaves the pinned part alone");
      }
      return;
    }
    trial.reset();
    if (last.outcome == Outcome::pending) check_end(*moved, drive(*moved, waker, 0, other));
  }

  // ---- the steps the checks are made of ----

  /// A fresh future that has had `stage` events, each after one pending poll. Null: reported.
  TrialPtr bring_to(int stage, const CountingWaker& waker) {
    TrialPtr trial = make_();
    for (int i = 0; i < stage; ++i) {
      if (!expect_pending(poll(*trial, waker))) return nullptr;
      trial->event();
    }
    return trial;
  }

  bool expect_pending(const Polled& seen) {
    if (seen.outcome == Outcome::pending) return true;
    report(
        seen.outcome == Outcome::threw ? 4 : 3,
        fmt::format("a poll with its event still missing was not pending: it {}", describe(seen)),
        "poll: it has to look whether the event happened, not how often it was polled (or the "
        "`events` option of this test)");
    return false;
  }

  /// Polls when woken, lets the event come when it has to wait. Still pending: reported.
  Polled drive(Trial& trial, const CountingWaker& waker, int extra, const CountingWaker& other) {
    constexpr int kTooOften = 10'000;
    int events = options_.ready_at_once || options_.wakes_itself ? 0 : options_.events;
    for (int polls = 0; polls < kTooOften; ++polls) {
      for (int i = 0; i < extra && (events > 0 || options_.wakes_itself); ++i) {
        const Polled early = poll(trial, i % 2 == 0 ? other : waker);
        if (early.outcome != Outcome::pending) return early;
      }
      const int wakes = waker.wakes();
      const Polled seen = poll(trial, waker);
      if (seen.outcome != Outcome::pending) return seen;
      if (waker.wakes() > wakes) continue;
      if (events-- == 0) {
        report(2, "it was pending after its last event, and nobody will wake it",
               "poll: the state it looks at (or the `events` option of this test)");
        return seen;
      }
      trial.event();
      if (waker.wakes() == wakes) {
        report(
            2, "polled once, pending; then the event came and woke nobody",
            "every path that returns pending: does it store the waker, where the event finds it?");
        return seen;
      }
    }
    report(2, fmt::format("woken {} times, it is still pending", kTooOften),
           "wake calls in poll: an executor would poll this future forever, at full speed");
    return {};
  }

  void check_end(const Trial& trial, const Polled& last) {
    const Outcome expected = options_.throws ? Outcome::threw : Outcome::ready;
    if (last.outcome != expected) {
      report(4, fmt::format("its last poll was to be {}, but {}", name(expected), describe(last)),
             "what poll does once the event is there (or the `throws` option of this test)");
    } else if (!trial.output_is_right) {
      report(
          3, "its output is not what the test expects",
          "what poll returns: an extra poll, or a move before the first one, may have spoilt it");
    }
  }

  void check_nothing_kept(std::initializer_list<const CountingWaker*> wakers,
                          const std::string& when) {
    for (const CountingWaker* waker : wakers) {
      if (waker->kept() > 0) {
        report(5, fmt::format("{}, and somebody still keeps {} of its wakers", when, waker->kept()),
               "the destructor: take the waker back from whoever was to fire it");
      } else if (waker->kept() < 0) {
        report(5, when + ", and a waker was dropped more often than it was cloned",
               "who owns the stored waker: wake() && uses it up, a moved-from one is empty");
      }
    }
  }

  void check_untouched(int point, const std::string& when, const char* look_at) {
    if (options_.untouched && !options_.untouched()) {
      report(point, when + ", and `untouched` of this test says that something is there", look_at);
    }
  }

  static std::string times(int count) {
    return count == 1 ? "once" : count == 2 ? "twice" : fmt::format("{} times", count);
  }
  static const char* name(Outcome outcome) {
    return outcome == Outcome::pending ? "pending"
           : outcome == Outcome::ready ? "ready"
                                       : "an exception";
  }
  static std::string describe(const Polled& seen) {
    return seen.outcome == Outcome::pending ? "was pending"
           : seen.outcome == Outcome::ready ? "was ready"
                                            : "threw: " + seen.message;
  }

  const std::function<TrialPtr()>& make_;
  const ContractOptions& options_;
  const detail::TypeFacts facts_;
  std::vector<Breach> breaches_;
};

}  // namespace

std::string to_string(const Breach& breach) {
  constexpr const char* kPoints[] = {
      "0 (the test itself)",
      "1 (making it does nothing; work starts at the first poll)",
      "2 (pending: the waker of the LATEST poll is stored where the event fires it)",
      "3 (polling more often than needed is harmless)",
      "4 (a value or an exception ends it; polling it afterwards throws std::logic_error)",
      "5 (destroying it, at any moment, cancels it and leaves nothing behind)",
      "6 (it can be moved until its first poll and never after, and not be assigned)",
  };
  return fmt::format("The future breaks its contract, point {}:\n  {}.\n  Look at {}.",
                     kPoints[breach.point], breach.what, breach.look_at);
}

namespace detail {

std::vector<Breach> find_breaches(const std::function<std::unique_ptr<Trial>()>& make,
                                  const ContractOptions& options, TypeFacts facts) {
  Tester tester(make, options, facts);
  try {
    return tester.run();
  } catch (const std::exception& e) {
    return {{0, std::string("making the future, moving it or its event threw: ") + e.what(),
             "the factory and the event of this test"}};
  }
}

}  // namespace detail
}  // namespace book::test
