#include "02_timer_future/story/process_figures.h"

#include <gtest/gtest.h>

namespace book {
namespace process_figures_test {

TEST(ProcessFigures, CountsThreadsAndMemory) {
  const ProcessFigures figures = read_process_figures();
  EXPECT_GE(figures.threads, 1);
  EXPECT_GT(figures.memory_kib, 0);
  EXPECT_GT(figures.address_space_kib, figures.memory_kib);
}

}  // namespace process_figures_test
}  // namespace book
