// A server of any mode on a thread of its own, and visitors with plain blocking sockets.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "17_io/address.h"
#include "20_web_server/steps.h"
#include "site_folder.h"
#include "support/descriptors.h"

namespace book::http {

/// Runs until it is told to stop.
class Running {
 public:
  explicit Running(const Plan& plan)
      : server_(plan, Address::loopback(0)), thread_([this] {
          try {
            totals_ = server_.run(stop_);
          } catch (...) {
            error_ = std::current_exception();
          }
        }) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { end_at_once(); }

  std::uint16_t port() const { return server_.port(); }
  Stop& stop() { return stop_; }

  std::vector<Totals> end() {
    stop_.order();
    return join();
  }
  void end_at_once() {
    stop_.order_at_once();
    if (thread_.joinable()) thread_.join();
  }
  std::vector<Totals> join() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
    return totals_;
  }

 private:
  Server server_;
  Stop stop_;
  std::vector<Totals> totals_;
  std::exception_ptr error_;
  std::thread thread_;  // last: it uses all of them
};

/// Every call gives up after ten seconds.
class Visitor {
 public:
  explicit Visitor(std::uint16_t port)
      : fd_(test::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const Address address = Address::loopback(port);
    test::check(::connect(fd_, address.data(), address.size()), "connect");
  }

  Visitor& asks(std::string_view path, std::string_view method = "GET") {
    return sends(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  Visitor& sends(std::string_view bytes) {
    test::write_all(fd_, bytes);
    return *this;
  }
  /// The head of the next answer; its body is taken too, unless there is none ("HEAD"). Empty at
  /// the end of the connection.
  std::string answer(bool has_body = true) {
    std::size_t end = 0;
    while ((end = have_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return "";
    end += 4;
    std::string head = have_.substr(0, end);
    const std::string length = "Content-Length: ";
    const std::size_t at = head.find(length);
    const std::size_t size = has_body && at != std::string::npos
                                 ? std::stoul(head.substr(at + length.size()))
                                 : std::size_t{0};
    while (have_.size() < end + size)
      if (!more()) return "cut short";
    body_ = have_.substr(end, size);
    have_.erase(0, end + size);
    return head;
  }
  /// Of the last answer.
  const std::string& body() const { return body_; }
  std::string status() { return answer().substr(0, 12); }
  bool at_end() { return have_.empty() && !more(); }
  /// Has an answer come already? Does not wait for one.
  bool has_answer() const {
    char byte;
    return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }
  void leaves() { fd_.close(); }

 private:
  bool more() {
    char buffer[16 * 1024];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      ADD_FAILURE() << "no answer in ten seconds";
    if (n > 0) have_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  test::Fd fd_;
  std::string have_, body_;
};

}  // namespace book::http
