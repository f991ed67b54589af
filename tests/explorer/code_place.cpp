#include "explorer/code_place.h"

#include <execinfo.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>

extern "C" const char __executable_start;  // NOLINT(bugprone-reserved-identifier)

namespace book::explorer {
namespace {

struct Known {
  std::string place;
  bool says_much = false;
};

std::map<std::uint32_t, Known>& known() {
  static std::map<std::uint32_t, Known> places;
  return places;
}

/// Code of the standard library, of the wrapper around it, and the explorer's own says less than
/// its caller does.
bool says_little(const std::string& file) {
  const auto here = file.find("tests/explorer/");
  return file.find("/include/c++/") != std::string::npos || file.rfind("??", 0) == 0 ||
         file.find("solo_atomic.h") != std::string::npos ||
         file.find("subjects/parked.h") != std::string::npos ||
         (here != std::string::npos && file.find('/', here + 15) == std::string::npos);
}

/// A subject has its name from the file it tries, so its folder is said.
std::string short_name(const std::string& line) {
  const auto subject = line.find("subjects/");
  if (subject != std::string::npos) return line.substr(subject);
  const auto slash = line.rfind('/');
  return slash == std::string::npos ? line : line.substr(slash + 1);
}

}  // namespace

std::uint32_t pc_of(const void* return_address) {
  return static_cast<std::uint32_t>(static_cast<const char*>(return_address) - &__executable_start);
}

std::vector<std::uint32_t> calls_to(std::uint32_t pc) {
  std::array<void*, 32> frames;
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  std::vector<std::uint32_t> calls(static_cast<std::size_t>(count));
  std::transform(frames.begin(), frames.begin() + count, calls.begin(), pc_of);
  const auto begin = std::find(calls.begin(), calls.end(), pc);
  if (begin != calls.end()) calls.erase(calls.begin(), begin);
  if (calls.empty()) calls.push_back(pc);
  return calls;
}

void look_up(const std::vector<std::uint32_t>& pcs) {
  std::string command = "addr2line -a -i -e /proc/" + std::to_string(::getpid()) + "/exe";
  bool news = false;
  for (std::uint32_t pc : pcs) {
    if (known().try_emplace(pc, Known{fmt::format("0x{:x}", pc), false}).second) {
      news = true;
      command += fmt::format(" 0x{:x}", pc - 1);  // the call, not what comes after it
    }
  }
  if (!news) return;
  std::FILE* lines = ::popen((command + " 2>/dev/null").c_str(), "r");
  if (!lines) return;
  char buffer[4096];
  Known* asked = nullptr;
  while (std::fgets(buffer, sizeof buffer, lines)) {
    std::string line(buffer);
    while (!line.empty() && line.back() == '\n') line.pop_back();
    if (line.rfind("0x", 0) == 0) {
      asked = &known()[static_cast<std::uint32_t>(std::stoull(line, nullptr, 16)) + 1];
    } else if (asked && !asked->says_much && line.rfind("??", 0) != 0) {
      if (const auto blank = line.find(' '); blank != std::string::npos) line.resize(blank);
      asked->says_much = !says_little(line);
      asked->place = short_name(line);
    }
  }
  ::pclose(lines);
}

std::string code_place(std::uint32_t pc) { return code_place(std::vector{pc}); }

std::string code_place(const std::vector<std::uint32_t>& pcs) {
  look_up(pcs);
  for (std::uint32_t pc : pcs) {
    if (known()[pc].says_much) return known()[pc].place;
  }
  return known()[pcs.front()].place;
}

}  // namespace book::explorer
