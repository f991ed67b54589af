// The whole runtime for a program of your own: #include "book.h". What is not here, such as the web
// server or broadcast channels, is included by its own path. YOUR_PROGRAM.md has a skeleton.
//
// It stands at the top of the house: no file of the book includes it.
#pragma once

// Tasks and coroutines.
#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/join_set.h"
#include "10_spawning/spawn.h"
#include "10_spawning/task_scope.h"
#include "10_spawning/timeout.h"
#include "10_spawning/try_timeout.h"

// Several at once.
#include "07_join/join.h"
#include "07_join/join_all.h"
#include "07_join/shared.h"
#include "07_join/try_join.h"
#include "08_select/fuse.h"
#include "08_select/futures_ordered.h"
#include "08_select/futures_unordered.h"
#include "08_select/race.h"
#include "08_select/select.h"
#include "08_select/select_with.h"

// Boxes, for what has many types.
#include "16_workarounds/async_trait.h"
#include "16_workarounds/boxed_future.h"
#include "16_workarounds/boxed_stream.h"

// Locks.
#include "12_sync/barrier.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/once_cell.h"
#include "12_sync/rw_lock.h"
#include "12_sync/semaphore.h"

// What blocks, and what takes long.
#include "14_blocking/budget.h"
#include "14_blocking/fs.h"
#include "14_blocking/spawn_blocking.h"
#include "14_blocking/stall.h"

// Several threads.
#include "15_threads/runtime.h"
#include "15_threads/spawn_local.h"

// Streams and channels.
#include "09_streams/buffered.h"
#include "09_streams/collect.h"
#include "09_streams/flatten_unordered.h"
#include "09_streams/for_each_concurrent.h"
#include "09_streams/forward.h"
#include "09_streams/generator.h"
#include "09_streams/map_filter.h"
#include "09_streams/merge.h"
#include "09_streams/sink.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "09_streams/take_until.h"
#include "09_streams/timing.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"

// Time and the outside world.
#include "13_time/interval.h"
#include "13_time/signal.h"
#include "17_io/bytes/buf_reader.h"
#include "17_io/bytes/buf_writer.h"
#include "17_io/bytes/copy.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/limited.h"
#include "17_io/bytes/lines.h"
#include "17_io/bytes/split.h"
#include "17_io/sockets/resolve.h"
#include "17_io/sockets/tcp.h"
#include "17_io/sockets/udp.h"
