// The demo: what it draws, and what it plays where causality alone decides.
#include "20_web_server/story/demo.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "site_folder.h"

namespace book::http {
namespace demo_test {

using namespace std::chrono_literals;

Scene scene_of(std::array<int, 4> places) {
  Scene scene;
  for (std::size_t i = 0; i < places.size(); ++i) {
    scene.visits[i].place = places[i];
    scene.visits[i].took = places[i] * 1ms;
  }
  return scene;
}

TEST(Demo, DrawsThoseWhoWaited) {
  EXPECT_EQ(draw(scene_of({1, 2, 3, 4})),
            "  1  /sleep  |##############################|              ~1.0 ms\n"
            "  2  /       |..............................|#  waited     ~2.0 ms\n"
            "  3  /       |..............................|#  waited     ~3.0 ms\n"
            "  4  /       |..............................|#  waited     ~4.0 ms\n");
}

TEST(Demo, DrawsThoseWhoDidNot) {
  EXPECT_EQ(draw(scene_of({4, 2, 1, 3})),
            "  1  /sleep  |##############################|              ~4.0 ms\n"
            "  2  /       |#                             |              ~2.0 ms\n"
            "  3  /       |#                             |              ~1.0 ms\n"
            "  4  /       |#                             |              ~3.0 ms\n");
}

TEST(Demo, AFewMayHaveWaitedAndOthersNot) {
  const Scene scene = scene_of({2, 1, 3, 4});
  EXPECT_FALSE(scene.waited(scene.visits[0])) << "the sleeper waits for nobody but himself";
  EXPECT_FALSE(scene.waited(scene.visits[1]));
  EXPECT_TRUE(scene.waited(scene.visits[2]));
}

TEST(Demo, EverybodyWaitsForTheSleeperInTheFirstTwoModes) {
  SiteFolder folder;
  for (const Mode mode : {Mode::blocking, Mode::sequential}) {
    Plan plan;
    plan.mode = mode;
    plan.root = folder.root().string();
    plan.settings.slow_delay = 50ms;
    const Scene scene = play(plan);
    EXPECT_EQ(scene.visits[0].place, 1) << name_of(mode);
    for (std::size_t i = 1; i < 4; ++i)
      EXPECT_TRUE(scene.waited(scene.visits[i])) << name_of(mode) << ", visitor " << i;
  }
}

TEST(Demo, SaysWhenAVisitorIsNotAnswered) {
  SiteFolder folder;
  std::filesystem::remove(folder.root() / "hello.html");
  Plan plan;
  plan.root = folder.root().string();
  plan.settings.slow_delay = 1ms;
  EXPECT_THROW(play(plan), std::runtime_error);
}

}  // namespace demo_test
}  // namespace book::http
