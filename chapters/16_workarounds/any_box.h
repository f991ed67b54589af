// AnyBox: what a BoxFuture and a BoxStream have in common: a pointer to something on the heap whose
// type only a table knows.
//
//     BoxFuture<int>        table of Sleep | map(f)             on the heap
//     +-------+------+      +------+------+------+------+       +-------------------+
//     | table | cell |      | move | drop | last | poll |   +-->| Sleep | map(f)    |
//     +---|---+---|--+      +------+------+------+------+   |   +-------------------+
//         |       +-----------------^------------------------+
//         +------------------------/
//
// A waker is made alike (common/waker.h). Chapter 16 explains it.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "11_channels/pooled.h"

namespace book::detail {

class AnyBox {
 public:
  AnyBox(AnyBox&& other) noexcept : table_(std::exchange(other.table_, nullptr)) {
    if (table_) table_->move(other.cell_, cell_);
  }
  AnyBox& operator=(AnyBox&& other) noexcept {
    if (this == &other) return *this;
    AnyBox old(std::move(*this));
    table_ = std::exchange(other.table_, nullptr);
    if (table_) table_->move(other.cell_, cell_);
    return *this;
  }
  /// Drops what is in it, and what is in that, box by box in a loop: see drop_all.
  ~AnyBox() {
    if (table_) drop_all();
  }

 protected:
  struct Table {
    void (*move)(void* from, void* to) noexcept;  ///< between cells; nothing stays behind
    void (*drop)(void* cell) noexcept;
    /// The box within that drop would come to last, once all the rest is gone; or null.
    AnyBox* (*last)(void* cell) noexcept;
  };

  /// Empty: who derives from it fills the cell, which may throw, and then sets the table.
  AnyBox() noexcept = default;

  /// Empties it now.
  void reset() noexcept { AnyBox finished(std::move(*this)); }

  const Table* table_ = nullptr;  // null: empty
  // A pointer to the heap, or a handle that is one.
  alignas(void*) std::byte cell_[sizeof(void*)];

 private:
  void drop_all() noexcept;
};

/// The box in `future` that its destructor comes to last: the first link of a chain of steps,
/// f | then(g) | map(h). The functions have gone by then.
template <class F>
AnyBox* last_box(F& future) noexcept {
  if constexpr (std::is_base_of_v<AnyBox, F>) {
    return &future;
  } else if constexpr (requires { future.owned(); }) {
    auto* owned = future.owned();
    return owned ? last_box(*owned) : nullptr;
  } else {
    return nullptr;
  }
}

/// What a cell points to. `Held` is a reference when the thing in the box is borrowed.
template <class Held>
struct Block : Pooled {
  explicit Block(Held&& kept) : held(std::forward<Held>(kept)) {}
  Held held;

  static void put(Held&& kept, void* cell) {
    ::new (cell) Block*(new Block(std::forward<Held>(kept)));
  }
  static Block*& in(void* cell) noexcept { return *std::launder(static_cast<Block**>(cell)); }

  static void move(void* from, void* to) noexcept { ::new (to) Block*(in(from)); }
  static void drop(void* cell) noexcept { delete in(cell); }
  static AnyBox* last(void* cell) noexcept {
    if constexpr (std::is_reference_v<Held>) {
      return nullptr;  // it is not ours
    } else {
      return last_box(in(cell)->held);
    }
  }
};

}  // namespace book::detail
