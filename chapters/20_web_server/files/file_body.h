// The body of a large file, read from its descriptor on its way out.
#pragma once

#include <utility>

#include "20_web_server/files/content.h"
#include "common/descriptor.h"

namespace book::http {

class FileBody final : public BodySource {
 public:
  /// `version` is what was promised: the file as it was when its size was looked at.
  FileBody(Descriptor file, const FileVersion& version)
      : file_(std::move(file)),
        left_(static_cast<std::uint64_t>(version.size)),
        version_(version) {}

  void set_range(std::uint64_t first, std::uint64_t size) override;
  std::size_t read(std::span<char> room) override;
  bool at_end() const noexcept override { return left_ == 0; }

 private:
  Descriptor file_;
  std::uint64_t left_;  // bytes
  FileVersion version_;
};

}  // namespace book::http
