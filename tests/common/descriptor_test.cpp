// One owner for a descriptor, and one way to throw what a system call has said.
#include "common/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace book {
namespace descriptor_test {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
int some_file() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

TEST(Descriptor, ClosesWhatItOwnsAndNothingElse) {
  const int fd = some_file();
  {
    Descriptor owner(fd);
    EXPECT_TRUE(owner);
    EXPECT_EQ(owner.get(), fd);
    Descriptor next(std::move(owner));
    EXPECT_FALSE(owner);
    EXPECT_TRUE(is_open(fd)) << "a move closes nothing";
  }
  EXPECT_FALSE(is_open(fd));
  EXPECT_FALSE(Descriptor());
}

TEST(Descriptor, AssigningClosesWhatWasThereBefore) {
  Descriptor owner(some_file());
  const int first = owner.get();
  const int second = some_file();
  owner = Descriptor(second);
  EXPECT_FALSE(is_open(first));
  EXPECT_TRUE(is_open(second));
}

// Clang 14 forgets the destructor of {} as an argument by value, in a member of a class template.
template <class T>
struct Slot {
  void clear() { slot = {}; }
  T& slot;
};

TEST(Descriptor, AssigningNothingClosesWhatWasThereInATemplateToo) {
  Descriptor owner(some_file());
  const int fd = owner.get();
  Slot<Descriptor>{owner}.clear();
  EXPECT_FALSE(is_open(fd));
}

TEST(Descriptor, ReleaseGivesItAwayOpen) {
  Descriptor owner(some_file());
  const int fd = owner.release();
  EXPECT_FALSE(owner);
  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(Descriptor, KeepsTheErrorOfTheCallThatHasFailed) {
  errno = ENOENT;
  { Descriptor owner(1'000'000); }  // its close fails: EBADF
  EXPECT_EQ(errno, ENOENT)
      << "the close in a destructor has overwritten errno: whoever looks at it "
         "behind a scope sees another call's error";
}

TEST(ThrowErrno, CarriesTheErrorAndTheName) {
  errno = EADDRINUSE;
  try {
    throw_errno("bind");
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::error_code(EADDRINUSE, std::system_category()));
    EXPECT_STREQ(error.what(), "bind: Address already in use");
  }
  EXPECT_THROW(throw_errno(EPIPE, "write to a pipe"), std::system_error);
}

}  // namespace descriptor_test
}  // namespace book
