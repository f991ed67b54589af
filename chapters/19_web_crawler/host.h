// The name of a host in an address, checked and written in one way. A part of url.h.
#pragma once

#include <string>
#include <string_view>

namespace book::crawl::detail {

/// Leaves the name in `host`, and nothing in what it returns; or returns what is wrong with it.
[[nodiscard]] std::string read_host(std::string_view text, std::string& host);

}  // namespace book::crawl::detail
