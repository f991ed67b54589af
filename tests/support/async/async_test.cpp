#include "support/async_test.h"

#include <exception>
#include <utility>

#include "04_io_executor/block_on.h"

namespace book::test {

void run_async_test(Async<> body, TimeMode time, const char* file, int line) {
  try {
    block_on(std::move(body), {.time = time, .seed = {}}, file, line);
  } catch (const Deadlock& deadlock) {
    ADD_FAILURE_AT(file, line) << "the test cannot end: " << deadlock.what();
  } catch (const std::exception& error) {
    ADD_FAILURE_AT(file, line) << "an exception left the body of the test: " << error.what();
  } catch (...) {
    ADD_FAILURE_AT(file, line) << "something that is no std::exception left the body of the test";
  }
}

}  // namespace book::test
