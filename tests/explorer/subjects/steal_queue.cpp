// StealQueue (15), with room for four: its owner and its thieves.
#include "15_threads/steal_queue.h"

#include <array>
#include <atomic>

#include "explorer/subject.h"

namespace book::explorer {
namespace {

struct Job {
  int written = 0;  // plain: who takes a job has to see it
  std::atomic<int> taken{0};
};
using Queue = StealQueue<Job, 4>;

struct Shared {
  Queue queue;
  Queue of_thief[2];
  std::array<Job, 6> jobs;

  void take(Job* job) {
    check(job->written == 7, "a job that was not written");
    check(job->taken.fetch_add(1, std::memory_order_relaxed) == 0, "a job was taken twice");
  }
  void take_all(Queue& from) {
    while (Job* job = from.pop()) take(job);
  }
};

Shared& set_up(Explore& e, int thieves) {
  auto& s = e.make<Shared>();
  e.name(s.queue, "queue");
  for (int i = 0; i < thieves; ++i) {
    e.thread(i ? "thief 2" : "thief", [&s, i] {
      if (Job* job = s.of_thief[i].steal_from(s.queue)) s.take(job);
      s.take_all(s.of_thief[i]);
    });
  }
  return s;
}

void none_is_lost(Explore& e, Shared& s, std::size_t pushed) {
  e.finally([&s, pushed] {
    for (std::size_t i = 0; i < pushed; ++i) {
      check(s.jobs[i].taken.load(std::memory_order_relaxed) == 1, "a job is lost");
    }
  });
}

/// The owner fills the queue, takes one, and goes on: a slot is written a second time.
void pushes_and_pops(Explore& e, int thieves) {
  auto& s = set_up(e, thieves);
  e.thread("owner", [&s] {
    for (Job& job : s.jobs) {
      job.written = 7;
      if (&job == &s.jobs[3]) {
        if (Job* oldest = s.queue.pop()) s.take(oldest);
      }
      if (!s.queue.push(&job)) s.take(&job);
    }
    s.take_all(s.queue);
  });
  none_is_lost(e, s, s.jobs.size());
}

/// The queue is full when the threads begin.
void sheds(Explore& e, int thieves) {
  auto& s = set_up(e, thieves);
  for (std::size_t i = 0; i < 4; ++i) {
    s.jobs[i].written = 7;
    check(s.queue.push(&s.jobs[i]), "there is no room");
  }
  e.thread("owner", [&s] {
    s.queue.shed_half([&s](Job* job) { s.take(job); });
    s.jobs[4].written = 7;
    check(s.queue.push(&s.jobs[4]), "there is no room after all");
    s.take_all(s.queue);
  });
  none_is_lost(e, s, 5);
}

/// The queue is full, so a push finds room only where the thief has been: and what the thief did
/// before its claim, the reading of slots above all, is over then. (A note stands for that: slots
/// are atomic words, of which no race is seen.)
void pushes_where_a_thief_was(Explore& e) {
  struct Noted {
    Queue queue;
    Queue of_thief;
    std::array<Job, 5> jobs;
    int note = 0;
  };
  auto& s = e.make<Noted>();
  e.name(s.queue, "queue");
  for (std::size_t i = 0; i < 4; ++i) check(s.queue.push(&s.jobs[i]), "there is no room");
  e.thread("thief", [&s] {
    s.note = 1;
    s.of_thief.steal_from(s.queue);
  });
  e.thread("owner", [&s] {
    if (s.queue.push(&s.jobs[4])) check(s.note == 1, "there was room before the thief came");
  });
}

const Subject kSubject("steal_queue", [](Trial& trial) {
  trial.explore("one thief", {}, [](Explore& e) { pushes_and_pops(e, 1); });
  trial.explore("two thieves", {.preemptions = 1}, [](Explore& e) { pushes_and_pops(e, 2); });
  trial.explore("an owner that pushes where a thief was", {}, pushes_where_a_thief_was);
  trial.explore("half of a full queue is shed", {}, [](Explore& e) { sheds(e, 1); });
  trial.explore("half is shed, and two thieves come", {}, [](Explore& e) { sheds(e, 2); });
});

}  // namespace
}  // namespace book::explorer
