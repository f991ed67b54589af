// What may go wrong with one connection, and concerns no other: the one list of it.
#pragma once

#include <new>
#include <system_error>

#include "17_io/bytes/io.h"

namespace book::http {

/// To be called in a `catch (...)`. Lets everything else through.
inline void ignore_connection_error() {
  try {
    throw;
  } catch (const std::system_error&) {
    // The client has gone away in the middle, as clients do; or a file could not be read.
  } catch (const UnexpectedEnd&) {
    // A file has shrunk while it was sent: the client sees the connection end too early.
  } catch (const std::bad_alloc&) {
    // No memory for this one: the next one may have more luck.
  }
}

}  // namespace book::http
