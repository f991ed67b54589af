// The kitchen of this chapter's story: appliances that speak over real sockets, a future that tells
// what it is asked, and a script that says when which appliance is done. Nothing of it is needed
// later.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "01_simple_future/socket.h"
#include "01_simple_future/socket_read.h"

namespace book::simple {

/// Whether a future of the kitchen prints its polls.
enum class Tell { nothing, all };

/// A kettle, a toaster: a name, our end of a connection, and the appliance's own end.
struct Appliance {
  explicit Appliance(std::string its_name) : Appliance(std::move(its_name), Socket::pair()) {}

  /// The appliance is done, and sends what it made.
  void send(std::string_view what) { far_end.write(what); }

  std::string name;
  Socket socket;
  Socket far_end;
  int polls = 0;  ///< how often it was asked

 private:
  Appliance(std::string its_name, std::pair<Socket, Socket> ends)
      : name(std::move(its_name)), socket(std::move(ends.first)), far_end(std::move(ends.second)) {}
};

/// Asks an appliance for what it makes: a SocketRead that counts its polls and can print them.
class [[nodiscard]] Ask {
 public:
  using Output = std::string;

  Ask(Appliance& appliance, Tell tell)
      : appliance_(&appliance), tell_(tell), read_(appliance.socket) {}

  Poll<std::string> poll(Wake wake) {
    ++appliance_->polls;
    Poll<std::string> answer = read_.poll(wake);
    if (tell_ == Tell::all) {
      fmt::print("   {}: {}", appliance_->name, answer.is_ready() ? answer.value() : "pending");
    }
    return answer;
  }

 private:
  Appliance* appliance_;
  Tell tell_;
  SocketRead read_;
};

/// Polls a future, and after its n-th poll, if that came back pending, does what the script says:
/// the world moves on while the cook is not looking. That makes every count of this chapter exact.
template <SimpleFuture F>
class [[nodiscard]] Scripted {
 public:
  using Output = OutputOf<F>;
  using Script = std::map<int, std::function<void()>>;

  Scripted(F future, Tell tell, Script script)
      : future_(std::move(future)), tell_(tell), script_(std::move(script)) {}

  Poll<Output> poll(Wake wake) {
    ++polls_;
    if (tell_ == Tell::all) fmt::print("   poll {}", polls_);
    Poll<Output> answer = future_.poll(wake);
    if (tell_ == Tell::all) fmt::print("\n");
    const auto event = script_.find(polls_);
    if (answer.is_pending() && event != script_.end()) event->second();
    return answer;
  }

 private:
  F future_;
  Tell tell_;
  Script script_;
  int polls_ = 0;
};

}  // namespace book::simple
