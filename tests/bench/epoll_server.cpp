// The baseline of the web server: one thread, epoll, no coroutines, no parser worth the name. What
// a request must cost on this machine, whoever serves it.
//
//     epoll_server --port N --root DIR
//
// Answers GET / with DIR/hello.html, everything else with DIR/404.html; keeps connections, honours
// "Connection: close", answers pipelined requests in order. The answers have the fields of chapter
// 20's, byte for byte. There are two, each in two forms, composed anew when the second, and with it
// the Date, has changed: that is looked up after each epoll_wait. In the steady state a request is
// one read, one write and a share of one epoll_wait; a connection that is closed after its request
// is never registered at all when its request came along with it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kBuffer = 64 * 1024;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "epoll_server: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

std::string http_date(std::time_t seconds) {
  char text[32];
  std::tm t{};
  ::gmtime_r(&seconds, &t);
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &t)};
}

class Answers {
 public:
  explicit Answers(const std::string& root) {
    for (int found : {0, 1}) {
      const std::string name = root + (found ? "/hello.html" : "/404.html");
      std::ifstream file(name, std::ios::binary);
      struct ::stat st {};
      if (!file || ::stat(name.c_str(), &st) != 0) fail(name);
      body_[found].assign(std::istreambuf_iterator<char>(file), {});
      fields_[found] = "Content-Type: text/html; charset=utf-8\r\nContent-Length: " +
                       std::to_string(body_[found].size()) + "\r\n";
      if (!found) continue;
      char tag[40];
      std::snprintf(tag, sizeof tag, "\"%llx-%zx\"",
                    st.st_mtim.tv_sec * 1'000'000'000ull +
                        static_cast<unsigned long long>(st.st_mtim.tv_nsec),
                    body_[found].size());
      fields_[found] += "Last-Modified: " + http_date(st.st_mtim.tv_sec) + "\r\nETag: " + tag +
                        "\r\nAccept-Ranges: bytes\r\n";
    }
    tick();
  }

  /// Composes the answers if there is a new second.
  void tick() {
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec == second_) return;
    second_ = now.tv_sec;
    for (int found : {0, 1})
      for (int close : {0, 1})
        text_[found][close] =
            std::string(found ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n") +
            "Date: " + http_date(second_) + "\r\n" + fields_[found] +
            (close ? "Connection: close\r\n\r\n" : "\r\n") + body_[found];
  }
  const std::string& get(bool found, bool close) const { return text_[found][close]; }

 private:
  std::string body_[2], fields_[2], text_[2][2];
  std::time_t second_ = 0;
};

struct Head {
  std::size_t size = 0;  ///< 0: not whole yet
  bool front_page = false, close = false;
};

Head read_head(std::string_view in) {
  constexpr std::string_view kFrontPage = "GET / HTTP/1.1\r\n", kClose = "connection: close\r\n";
  Head head;
  head.front_page = in.substr(0, kFrontPage.size()) == kFrontPage;
  for (std::size_t line = 0;;) {
    const void* const end = std::memchr(in.data() + line, '\n', in.size() - line);
    if (end == nullptr) return {};
    const std::size_t next =
        static_cast<std::size_t>(static_cast<const char*>(end) - in.data()) + 1;
    const std::size_t length = next - line;
    if (length <= 2) {
      head.size = next;
      return head;
    }
    if (length == kClose.size() && ::strncasecmp(in.data() + line, kClose.data(), length) == 0)
      head.close = true;
    line = next;
  }
}

/// What a connection leaves behind between two events: nothing, but for a request or an answer cut
/// in two.
struct Rest {
  std::string in, out;
  bool close_after_out = false;
};

class Server {
 public:
  Server(int port, const std::string& root) : answers_(root), in_(kBuffer) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    rests_.resize(files.rlim_max < 1'000'000 ? files.rlim_max : 1'000'000, nullptr);

    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(listener_, IPPROTO_TCP, TCP_NODELAY, &on,
                 sizeof on);  // accepted sockets inherit it
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (::listen(listener_, 4096) != 0) fail("listen");
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("listening on http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    std::fflush(stdout);

    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    watch(listener_, EPOLLIN);
  }

  [[noreturn]] void run() {
    epoll_event events[512];
    for (;;) {
      const int n = ::epoll_wait(epoll_, events, 512, -1);
      answers_.tick();
      for (int i = 0; i < n; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_)
          accept_all();
        else if (!turn(fd, (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0))
          drop(fd);
      }
    }
  }

 private:
  void watch(int fd, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      // Its request is often here already: serve first, and register only what stays.
      if (turn(fd, false))
        watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
      else
        drop(fd);
    }
  }

  void drop(int fd) {
    delete rests_[static_cast<std::size_t>(fd)];
    rests_[static_cast<std::size_t>(fd)] = nullptr;
    ::close(fd);  // which takes it out of epoll, too
  }

  /// All that can be done for a connection now. False: it is over.
  bool turn(int fd, bool hung_up) {
    Rest*& rest = rests_[static_cast<std::size_t>(fd)];
    for (;;) {
      if (rest != nullptr && !rest->out.empty()) {
        const std::string out = std::move(rest->out);
        rest->out.clear();
        if (!send(fd, out, rest->close_after_out)) return false;
        if (!rest->out.empty()) return true;
      }
      std::size_t have = 0;
      if (rest != nullptr && !rest->in.empty()) {
        have = rest->in.copy(in_.data(), kBuffer);
        rest->in.clear();
      }
      const std::size_t room = kBuffer - have;
      if (room == 0) return false;  // no head is that long
      const ssize_t got = ::read(fd, in_.data() + have, room);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got > 0) have += static_cast<std::size_t>(got);
      if (!answer(fd, {in_.data(), have})) return false;
      if (got < 0 || (static_cast<std::size_t>(got) < room && !hung_up)) return true;
      if (rest != nullptr && !rest->out.empty()) return true;
    }
  }

  bool answer(int fd, std::string_view in) {
    Head head = read_head(in);
    if (head.size == in.size() && head.size != 0)  // one request, as nearly always
      return send(fd, answers_.get(head.front_page, head.close), head.close);
    batch_.clear();
    for (; head.size != 0; head = read_head(in)) {
      batch_ += answers_.get(head.front_page, head.close);
      if (head.close) return send(fd, batch_, true);
      in.remove_prefix(head.size);
    }
    if (!in.empty()) kept(fd).in = in;
    return batch_.empty() || send(fd, batch_, false);
  }

  /// False: the connection is over. What does not fit waits for its edge.
  bool send(int fd, std::string_view out, bool close_after) {
    const ssize_t sent = ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(out.size())) return !close_after;
    if (sent < 0 && errno != EAGAIN) return false;
    Rest& rest = kept(fd);
    rest.out = out.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    rest.close_after_out = close_after;
    return true;
  }

  Rest& kept(int fd) {
    Rest*& rest = rests_[static_cast<std::size_t>(fd)];
    if (rest == nullptr) rest = new Rest;
    return *rest;
  }

  Answers answers_;
  std::vector<char> in_;
  std::string batch_;
  std::vector<Rest*> rests_;
  int listener_ = -1, epoll_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
  int port = 0;
  std::string root;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--port") port = std::atoi(argv[i + 1]);
    if (flag == "--root") root = argv[i + 1];
  }
  if (root.empty()) {
    std::fprintf(stderr, "usage: epoll_server --port N --root DIR\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  Server(port, root).run();
}
