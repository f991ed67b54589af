// Deadlock: what run() and block_on() throw when nothing can happen any more, instead of hanging.
// Its text lists every pending task: where it was spawned, what it waits for, who could wake it.
#pragma once

#include <stdexcept>
#include <string>

namespace book {

class Deadlock : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace book
