// The nets for what must not change threads, in one include, and the holes of each.
//
//     net                           catches                          cannot see
//     Send, common/send.h           a type that says so, in the      members, captures, a
//       asked by pool.spawn           type of a future or of its       coroutine's frame, what a
//       (when it is compiled)         output                           pointer points to
//       and by spawn (when it runs)
//     SendAsync, send_async.h       a parameter of a coroutine,      its other locals
//       (compiled)                    a future that it awaits
//     ThreadBound, thread_bound.h   the use on a second thread       a use that did not happen;
//       (runs)                                                         two threads, if it is asked
//                                                                      on the first one only
//     the lint and the thread       a std lock across a co_await;    schedules that did not happen
//       sanitizer                     a race that happens
//
// The local channel (09) and ScopeHandle (10) have the third net in debug builds. Chapter 15.
#pragma once

#include "15_threads/send_async.h"
#include "common/send.h"
#include "common/thread_bound.h"
