// Linked into every program that is built with g++'s thread sanitizer.
//
// The sanitizer catches a program's signals and passes them on. Where it keeps those it has not
// passed on yet, it allocates in a thread's first blocking call, and a signal that comes in the
// middle of that is lost (seen with g++ 12.2: a server that has just said "listening" does not hear
// its first Ctrl-C). So the main thread makes such a call before anybody could send one.
#include <unistd.h>

namespace {

[[maybe_unused]] const int first_blocking_call = ::usleep(0);

}  // namespace
