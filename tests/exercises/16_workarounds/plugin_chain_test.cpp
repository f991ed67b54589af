#include "exercise/plugin_chain.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "07_join/join.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using namespace exercise;

Async<Answer> page(Request request) { co_return "page " + request; }

/// None of these chains asks a plugin more than a few times.
class Asked : public Plugin {
 protected:
  void is_asked(const Request& request) {
    if (++times_ > 10) {
      throw std::logic_error("A request comes to the same plugin again and again: " + request +
                             ". next() is the rest of the chain, behind the plugin that calls it.");
    }
  }

 private:
  int times_ = 0;
};

/// Writes its name on the request and on the answer.
class Stamp : public Asked {
 public:
  explicit Stamp(std::string name) : name_(std::move(name)) {}
  Async<Answer> handle(Request request, Next next) override {
    is_asked(request);
    const Answer answer = co_await next(request + ">" + name_);
    co_return answer + "<" + name_;
  }

 private:
  std::string name_;
};

/// Thinks before it passes a request on.
class Slow : public Asked {
 public:
  Async<Answer> handle(Request request, Next next) override {
    is_asked(request);
    co_await sleep(10ms);
    const Answer answer = co_await next(request);
    co_return answer;
  }
};

/// Knows the answer to "secret".
class Guard : public Asked {
 public:
  Async<Answer> handle(Request request, Next next) override {
    is_asked(request);
    if (request == "secret") co_return "no";
    const Answer answer = co_await next(request);
    co_return answer;
  }
};

/// Asks twice.
class Twice : public Asked {
 public:
  Async<Answer> handle(Request request, Next next) override {
    is_asked(request);
    const Answer first = co_await next(request);
    const Answer second = co_await next(request);
    co_return first + " and " + second;
  }
};

TEST(PluginChain, AsksEachPluginOnTheWay) {
  Chain chain(page);
  chain.add(Stamp("a"));
  const Answer answer = block_on(chain.run("1"));
  EXPECT_NE(answer, "page 1<a") << "The plugin was asked, and passed on a request that it had "
                                   "changed. The page has seen the old one.";
  EXPECT_EQ(answer, "page 1>a<a")
      << "No plugin has seen the request. If you do call handle(): of which class? The Plugin in "
         "your vector, is it still what was added?";
}

TEST(PluginChain, AsksThemInOrder) {
  Chain chain(page);
  chain.add(Stamp("a"));
  chain.add(Stamp("b"));
  chain.add(Plugin());
  chain.add(Stamp("c"));
  EXPECT_EQ(block_on(chain.run("1")), "page 1>a>b>c<c<b<a")
      << "Plugins are asked in the order in which they were added, each of them, and answers come "
         "back the other way.";
}

TEST(PluginChain, LetsAPluginAnswerByItself) {
  int pages = 0;
  Chain chain([&pages](Request request) {
    ++pages;
    return page(std::move(request));
  });
  chain.add(Guard());
  chain.add(Stamp("a"));
  EXPECT_EQ(block_on(chain.run("open")), "page open>a<a");
  EXPECT_EQ(block_on(chain.run("secret")), "no");
  EXPECT_EQ(pages, 1) << "It had an answer of its own, and did not call next(). The page was asked "
                         "all the same.";
}

TEST(PluginChain, LetsAPluginAskTwice) {
  Chain chain(page);
  chain.add(Twice());
  chain.add(Stamp("a"));
  chain.add(Stamp("b"));
  EXPECT_EQ(block_on(chain.run("1")), "page 1>a>b<b<a and page 1>a>b<b<a")
      << "A plugin may ask next() twice, and the rest of the chain is asked twice. Where do you "
         "keep how far a request has come?";
}

TEST(PluginChain, ServesTwoAtOnce) {
  Chain chain(page);
  chain.add(Slow());
  chain.add(Stamp("a"));
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  const auto both = executor.block_on(join(chain.run("1"), chain.run("2")));
  EXPECT_EQ(std::get<0>(both) + ", " + std::get<1>(both), "page 1>a<a, page 2>a<a")
      << "Two requests are under way at once, and the first plugin waits a while. Each has its own "
         "request: what the chain keeps for one is overwritten by the other.";
}

}  // namespace
}  // namespace book
