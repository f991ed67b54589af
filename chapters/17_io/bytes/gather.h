// Gather: pieces as writev and sendmsg want them.
#pragma once

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "17_io/bytes/io_concepts.h"

namespace book::detail {

/// Of more pieces than fit, the first ones: a vectored write may always take fewer bytes.
class Gather {
 public:
  explicit Gather(ConstBuffers pieces) noexcept : count_(std::min(pieces.size(), list_.size())) {
    for (std::size_t i = 0; i < count_; ++i) {
      // The system only reads them; its struct is the one of readv, too.
      list_[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
      bytes_ += pieces[i].size();
    }
  }

  iovec* data() noexcept { return list_.data(); }
  std::size_t size() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::array<iovec, 64> list_;
  std::size_t count_;
  std::size_t bytes_ = 0;
};

}  // namespace book::detail
