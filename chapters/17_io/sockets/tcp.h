// TCP: a listener that accepts, and the streams it gives. Both stand on chapter 04's AsyncFd: a
// system call is tried first and waited for second, so one that can be done at once costs nothing
// but itself. A fresh connection is not even known to the reactor until it has to wait.
//
//     TcpListener::bind --> accept() ----> TcpStream <---- TcpStream::connect
//                           incoming()         |
//                                   read, write_all (io.h)
//
// Chapter 17 explains it.
#pragma once

#include "17_io/sockets/tcp_listener.h"
#include "17_io/sockets/tcp_stream.h"
