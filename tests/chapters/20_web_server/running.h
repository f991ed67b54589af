// A server of any mode, on a thread of its own.
#pragma once

#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "17_io/sockets/address.h"
#include "20_web_server/steps/steps.h"

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
    stop_.request_stop();
    return join();
  }
  void end_at_once() {
    stop_.abort();
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

}  // namespace book::http
