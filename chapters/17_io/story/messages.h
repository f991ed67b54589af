// The last parts of chapter 17's story: messages on a stream, and where each of them ends. They
// need no socket and no task: bytes go in, and an answer comes out. MESSAGES.md walks through them.
#pragma once

namespace book::story {

/// Part 14: a request's head that comes in three pieces.
void head_in_pieces();
/// Part 15: what its fields say about where a request ends.
void ends_of_requests();
/// Part 16: a body in chunks, whole and byte by byte, and two that are refused.
void body_in_chunks();

}  // namespace book::story
