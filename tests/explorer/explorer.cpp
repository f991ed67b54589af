#include "explorer/explorer.h"

#include <stdexcept>

#include "explorer/late_stores.h"
#include "explorer/memory.h"
#include "explorer/world.h"

namespace book::explorer {

Result explore(std::string scenario, const Options& options,
               const std::function<void(Explore&)>& set_up) {
  return World::get().run_all(std::move(scenario), options, set_up, "");
}

Result replay(std::string scenario, const Options& options, const std::string& schedule,
              const std::function<void(Explore&)>& set_up) {
  Schedule::from(schedule);  // refuses what is none
  return World::get().run_all(std::move(scenario), options, set_up, schedule);
}

void Explore::thread(const std::string& name, std::function<void()> body) {
  World::Inside inside;
  auto& threads = World::get().threads_;
  if (threads.size() == kMaxThreads) throw std::invalid_argument("too many threads to explore");
  threads.emplace_back();
  threads.back().name = name;
  threads.back().body = std::move(body);
}

void Explore::finally(std::function<void()> check) { World::get().finally_ = std::move(check); }
void Explore::keep(std::shared_ptr<void> owner) {
  World::Inside inside;
  World::get().kept_.push_back(std::move(owner));
}
void Explore::name_range(const void* begin, std::size_t size, const std::string& name) {
  World::Inside inside;
  World::get().names_.push_back({static_cast<const char*>(begin), size, name});
}

void check(bool ok, std::string_view what) {
  if (!ok) World::get().fail_unless_running(std::string(what));
}

void yield() {
  World::get().yield();
  drain_all();
}

void Parker::park() {
  World& world = World::get();
  world.yield();
  drain();
  World::Inside inside;
  if (!token_) {
    world.note("parks", this, 0);
    world.sleep(this, "is parked");
  }
  token_ = false;
  acquire(this);
  world.note("goes on", this, 0);
}

void Parker::unpark() {
  World& world = World::get();
  world.point();
  drain();
  World::Inside inside;
  release(this);
  token_ = true;
  world.wake_one(this);
  world.note("unparks", this, 0);
}

}  // namespace book::explorer
