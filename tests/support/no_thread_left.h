// NoThreadLeft: while it lives, no thread can be started: a new one would need a stack larger than
// any address space. (Of the whole process: for tests that know of all its threads.)
#pragma once

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>

namespace book::test {

class NoThreadLeft {
 public:
  NoThreadLeft() {
    ::pthread_attr_init(&before_);
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    ::pthread_attr_init(&huge);
    EXPECT_EQ(::pthread_attr_setstacksize(&huge, std::size_t{1} << (8 * sizeof(std::size_t) - 4)),
              0);
    EXPECT_EQ(::pthread_setattr_default_np(&huge), 0);
    ::pthread_attr_destroy(&huge);
  }
  NoThreadLeft(const NoThreadLeft&) = delete;
  NoThreadLeft& operator=(const NoThreadLeft&) = delete;
  ~NoThreadLeft() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

}  // namespace book::test
