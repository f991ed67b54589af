// Is this build under a sanitizer? Some tests must know: it stands in for libc's functions, needs
// descriptors of its own, and takes its time.
//
// BOOK_UNDER_ADDRESS_SANITIZER and BOOK_UNDER_THREAD_SANITIZER are 0 or 1. (g++ says it with a
// macro, clang with a feature.)
#pragma once

#if defined(__has_feature)
#define BOOK_HAS_FEATURE(x) __has_feature(x)
#else
#define BOOK_HAS_FEATURE(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || BOOK_HAS_FEATURE(address_sanitizer)
#define BOOK_UNDER_ADDRESS_SANITIZER 1
#else
#define BOOK_UNDER_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__) || BOOK_HAS_FEATURE(thread_sanitizer)
#define BOOK_UNDER_THREAD_SANITIZER 1
#else
#define BOOK_UNDER_THREAD_SANITIZER 0
#endif

namespace book::test {

constexpr bool under_address_sanitizer() { return BOOK_UNDER_ADDRESS_SANITIZER == 1; }
constexpr bool under_thread_sanitizer() { return BOOK_UNDER_THREAD_SANITIZER == 1; }
constexpr bool under_sanitizer() {
  return under_address_sanitizer() || under_thread_sanitizer() ||
         BOOK_HAS_FEATURE(undefined_behavior_sanitizer) == 1;
}

}  // namespace book::test
