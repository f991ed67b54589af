#include "17_io/sockets/resolve.h"

#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "common/atomic_waker.h"
#include "common/signals_blocked.h"
#include "common/start_thread.h"
#include "common/wake_or_report.h"

namespace book {
namespace detail {

/// One name that is being looked up: written by a helper, read by the future.
struct Lookup {
  Lookup(std::string h, std::uint16_t p) : host(std::move(h)), port(p) {}

  const std::string host;
  const std::uint16_t port;
  // Before `done` the helper's, after it the future's.
  Resolver::Addresses addresses;
  std::exception_ptr error;
  std::atomic<bool> done{false};
  AtomicWaker waker;
};

struct LookupQueue {
  const Resolver::Call call;
  const std::size_t most_threads;

  std::mutex mutex;
  std::deque<std::weak_ptr<Lookup>> waiting;  // weak: a lookup ends with the future that wants it
  std::size_t sweep_at = 64;  // when so many wait, those that were given up are taken out
  std::size_t threads = 0;
};

namespace {

void look_up(LookupQueue& queue, const std::shared_ptr<Lookup>& lookup) {
  try {
    lookup->addresses = queue.call(lookup->host, lookup->port);
  } catch (...) {
    lookup->error = std::current_exception();
  }
  lookup->done.store(true, std::memory_order_release);
  wake_or_report(lookup->waker.take());  // out of a helper's thread no exception may come
}

/// A helper's life: one lookup after the other, until there is none.
void help(const std::shared_ptr<LookupQueue>& queue) {
  for (;;) {
    std::shared_ptr<Lookup> lookup;
    {
      const std::scoped_lock lock(queue->mutex);
      while (!lookup && !queue->waiting.empty()) {
        lookup = queue->waiting.front().lock();
        queue->waiting.pop_front();
      }
      if (!lookup) {
        --queue->threads;  // under the lock: a thread that adds a lookup now sees that we are gone
        return;
      }
    }
    look_up(*queue, lookup);
  }
}

void start_helper(const std::shared_ptr<LookupQueue>& queue) {
  const SignalsBlocked none_for_the_new_thread;
  // The end of the program cannot wait for it: a server of names may take half a minute.
  start_thread([queue] { help(queue); }).detach();
}

void enqueue(const std::shared_ptr<LookupQueue>& queue, const std::shared_ptr<Lookup>& lookup) {
  const std::scoped_lock lock(queue->mutex);
  // Those that were given up, while every helper was busy, shall not pile up, not even behind one
  // that was not. Looking only when there are twice as many as last time costs next to nothing.
  if (queue->waiting.size() >= queue->sweep_at) {
    std::erase_if(queue->waiting, [](const auto& given_up) { return given_up.expired(); });
    queue->sweep_at = std::max<std::size_t>(64, 2 * queue->waiting.size());
  }
  queue->waiting.push_back(lookup);
  if (queue->threads == queue->most_threads) return;
  try {
    start_helper(queue);
    ++queue->threads;
  } catch (const std::system_error&) {
    if (queue->threads > 0) return;  // those that are there will come to it
    queue->waiting.pop_back();
    throw;
  }
}

Resolver::Addresses call_getaddrinfo(const std::string& host, std::uint16_t port) {
  const auto fail = [&](std::error_code code) {
    throw std::system_error(code, fmt::format("resolve {}", host));
  };
  // A name that goes on behind its end would be looked up as another one.
  if (host.find('\0') != std::string::npos) fail({EAI_NONAME, resolve_category()});

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // one entry an address, instead of one for each kind of socket
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* first = nullptr;
  // blocks: on a thread of the resolver
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first);
  if (error == EAI_SYSTEM) fail({errno, std::system_category()});
  if (error != 0) fail({error, resolve_category()});
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(first, &::freeaddrinfo);

  Resolver::Addresses addresses;
  for (const addrinfo* entry = first; entry; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    std::memcpy(addresses.emplace_back().data(), entry->ai_addr, entry->ai_addrlen);
  }
  if (addresses.empty()) fail({EAI_NONAME, resolve_category()});
  return addresses;
}

class ResolveCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolve"; }
  std::string message(int error) const override { return ::gai_strerror(error); }
};

}  // namespace

namespace {

struct OfProcess {
  pid_t process = ::getpid();
  Resolver resolver{&call_getaddrinfo};
};

/// A forked child has none of its parent's helpers, and perhaps their mutex as it was in the middle
/// of something: it gets a resolver of its own, and never looks at the other one.
const Resolver& resolver_of_this_process() {
  static std::atomic<OfProcess*> newest{new OfProcess};
  OfProcess* seen = newest.load(std::memory_order_acquire);
  if (seen->process == ::getpid()) return seen->resolver;
  auto fresh = std::make_unique<OfProcess>();
  if (newest.compare_exchange_strong(seen, fresh.get(), std::memory_order_acq_rel))
    return fresh.release()->resolver;
  return seen->resolver;  // another thread of the child was faster
}

}  // namespace

Resolver::Resolve ResolveFn::operator()(std::string_view host, std::uint16_t port) const {
  return resolver_of_this_process().resolve(host, port);
}

}  // namespace detail

const std::error_category& resolve_category() noexcept {
  static const detail::ResolveCategory category;
  return category;
}

Resolver::Resolver(Call call, std::size_t threads)
    : queue_(new detail::LookupQueue{std::move(call), threads, {}, {}}) {
  if (threads == 0) throw std::invalid_argument("a Resolver without threads");
}

Resolver::Resolve Resolver::resolve(std::string_view host, std::uint16_t port) const {
  return {queue_, host, port};
}

Resolver::Resolve::Resolve(std::shared_ptr<detail::LookupQueue> queue, std::string_view host,
                           std::uint16_t port)
    : queue_(std::move(queue)), host_(host), port_(port) {}

Resolver::Resolve::~Resolve() {
  if (!lookup_) return;
  const Waker nobody = lookup_->waker.take();  // a helper may hold the lookup for long
}

Poll<Resolver::Addresses> Resolver::Resolve::poll(Context& cx) {
  pin_.enter();
  const auto is_done = [this] { return lookup_->done.load(std::memory_order_acquire); };
  if (lookup_ && is_done()) return take();
  if (lookup_) {
    lookup_->waker.store(cx.waker());
  } else {
    if (const auto digits = Address::parse(host_, port_))
      return Poll<Addresses>::ready(Addresses{*digits});
    lookup_ = std::make_shared<detail::Lookup>(std::move(host_), port_);
    lookup_->waker.store(cx.waker());
    detail::enqueue(queue_, lookup_);
    if (Reactor* reactor = Reactor::current_or_null()) outside_.emplace(*reactor);
  }
  if (is_done()) return take();  // it came while the waker was being stored
  cx.waits_for("a name to be looked up");
  return pin_.pending();
}

Resolver::Addresses Resolver::Resolve::take() {
  const Waker unused = lookup_->waker.take();
  outside_.reset();
  if (lookup_->error) std::rethrow_exception(std::exchange(lookup_->error, nullptr));
  return std::move(lookup_->addresses);
}

}  // namespace book
