// refused: co_await beside a lambda that captures by value
#include <string>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "08_select/select.h"

// (Hidden from the lint over all sources, which would find the mistake first.)
#define WITHOUT_A_NAME [name](int) {}

book::Async<> greet(std::string name) {
#ifdef REFUSED
  co_await book::select(book::on(book::ready(1), WITHOUT_A_NAME));
#else
  auto handler = [name](int) {};
  co_await book::select(book::on(book::ready(1), handler));
#endif
}
