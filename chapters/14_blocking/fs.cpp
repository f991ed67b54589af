#include "14_blocking/fs.h"

#include <type_traits>
#include <utility>

#include "10_spawning/abort_handle.h"
#include "14_blocking/spawn_blocking.h"

namespace book {
namespace {

/// The job is the future's: with it goes a job that has not begun.
template <class Call>
Async<std::invoke_result_t<Call>> in_a_job(Call call, Place place) {
  AbortOnDrop job(
      SpawnBlockingFn::on(detail::current_blocking_core("a file"), std::move(call), place));
  if constexpr (std::is_void_v<std::invoke_result_t<Call>>) {
    co_await job;
  } else {
    auto result = co_await job;
    co_return result;
  }
}

}  // namespace

Async<std::string> read_file(std::string path, Place place) {
  return in_a_job([path = std::move(path)] { return file_calls::read_all(path); }, place);
}

Async<> write_file(std::string path, std::string bytes, Place place) {
  return in_a_job(
      [path = std::move(path), bytes = std::move(bytes)] { file_calls::write_all(path, bytes); },
      place);
}

Async<> append_file(std::string path, std::string bytes, Place place) {
  return in_a_job(
      [path = std::move(path), bytes = std::move(bytes)] { file_calls::append(path, bytes); },
      place);
}

Async<> replace_file(std::string path, std::string bytes, Place place) {
  return in_a_job(
      [path = std::move(path), bytes = std::move(bytes)] { file_calls::replace(path, bytes); },
      place);
}

Async<> remove_file(std::string path, Place place) {
  return in_a_job([path = std::move(path)] { file_calls::remove(path); }, place);
}

Async<std::vector<DirectoryEntry>> list_directory(std::string path, Place place) {
  return in_a_job([path = std::move(path)] { return file_calls::list(path); }, place);
}

Async<File> File::open(std::string path, OpenMode mode, Place place) {
  return in_a_job(
      [path = std::move(path), mode] {
        Descriptor descriptor = file_calls::open(path, mode);
        return File(std::make_shared<Opened>(Opened{std::move(descriptor), path}));
      },
      place);
}

Async<std::string> File::read_at(std::uint64_t offset, std::size_t size, Place place) const {
  return in_a_job(
      [file = opened_, offset, size] {
        return file_calls::read_at(file->descriptor.get(), file->path, offset, size);
      },
      place);
}

Async<> File::write_at(std::uint64_t offset, std::string bytes, Place place) const {
  return in_a_job(
      [file = opened_, offset, bytes = std::move(bytes)] {
        file_calls::write_at(file->descriptor.get(), file->path, offset, bytes);
      },
      place);
}

Async<std::uint64_t> File::size(Place place) const {
  return in_a_job(
      [file = opened_] { return file_calls::size_of(file->descriptor.get(), file->path); }, place);
}

}  // namespace book
