// What you await to read and write a stream, whatever stream it is. Chapter 17 explains it.
//
//     read(io, buffer)             some bytes, as soon as there are any; 0 is the end
//     read_exact(io, buffer)       all of the buffer
//     read_to_end(io, limit)       everything, as a string
//     write(io, bytes)             as much as goes now
//     write_all(io, bytes)         all of it
//     write_all_vectored(io, pieces)   all pieces, in as few system calls as the stream can
//     flush(io), close(io)         what was written is on its way; and nothing more will follow
//
// Both sides of a stream come in pieces of any size: read_exact, read_to_end and write_all put the
// pieces together. All of these borrow the stream and the bytes.
#pragma once

#include "09_streams/sink.h"  // flush, close: a stream's are those of a sink
#include "17_io/bytes/io_concepts.h"
#include "17_io/bytes/reading.h"
#include "17_io/bytes/writing.h"
