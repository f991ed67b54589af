// Tasks that belong together: in a scope, which none of them outlives; in a set, which gives their
// results as they come; under tokens, which are told from parent to child.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// Children count the votes of a vector that lives in their parent.
Async<> count_in_a_scope(Instant start);
/// One child throws: the others are dropped, and the exception comes out.
Async<> fail_in_a_scope(Instant start);
/// The first two of four results are enough.
Async<> take_as_they_end(Instant start);
/// A branch of the family is cancelled, then all of it.
Async<> cancel_a_branch(Instant start);

}  // namespace book::story
