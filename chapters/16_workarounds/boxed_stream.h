// BoxStream<T>: some stream of T, and nothing else is known of it. The box of a BoxFuture, around a
// stream: one block on the heap for the whole stream, none for an item.
//
//     BoxStream<int> numbers = few ? boxed_stream(iter(some)) : boxed_stream(ticks() | take(3));
//
// Chapter 16 explains it.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "09_streams/stream_step.h"
#include "16_workarounds/any_box.h"
#include "common/stream.h"

namespace book {
namespace detail {
template <class S, class T>
concept GoesIntoStreamBox =
    Stream<S> && std::is_same_v<ItemOf<S>, T> && !std::is_base_of_v<AnyBox, std::remove_cvref_t<S>>;
}  // namespace detail

/// A stream. The box moves at any time, and may be assigned.
template <class T>
class [[nodiscard]] BoxStream : detail::AnyBox {
 public:
  using Item = T;

  /// Takes the stream to the heap; one with a name is borrowed. Throws what its move throws.
  template <detail::GoesIntoStreamBox<T> S>
  BoxStream(S&& stream) {
    detail::Block<S>::put(std::forward<S>(stream), cell_);
    table_ = &kTable<S>;
  }

  /// The stream goes at its end, or with its exception. After that there are no more items, however
  /// often one asks. Throws std::logic_error when it was moved away.
  PollItem<T> poll_next(Context& cx) {
    if (!table_) [[unlikely]]
      throw std::logic_error("a BoxStream was polled after it was moved from");
    return static_cast<const Table*>(table_)->poll_next(*this, cx);
  }

  bool is_terminated() const noexcept { return table_ == &kEnded; }

 private:
  struct Table : AnyBox::Table {
    PollItem<T> (*poll_next)(BoxStream& self, Context& cx);
  };

  template <class S>
  static PollItem<T> poll_in(BoxStream& self, Context& cx) {
    struct GoesAtItsEnd {
      BoxStream& box;
      bool goes_on = false;
      ~GoesAtItsEnd() {
        if (goes_on) return;
        box.reset();
        box.table_ = &kEnded;
      }
    } end{self};
    PollItem<T> poll = detail::Block<S>::in(self.cell_)->held.poll_next(cx);
    end.goes_on = poll.is_pending() || poll.value().has_value();
    return poll;
  }

  template <class S>
  static constexpr Table kTable{{&detail::Block<S>::move, &detail::Block<S>::drop, nullptr},
                                &poll_in<S>};

  /// Of one that has ended: there is nothing to move or to drop.
  static constexpr Table kEnded{{[](void*, void*) noexcept {}, [](void*) noexcept {}, nullptr},
                                [](BoxStream&, Context&) { return PollItem<T>::ready(); }};
};

namespace detail {
struct BoxedStreamFn {
  /// A BoxStream of it. A named stream is borrowed, a temporary owned.
  template <Stream S>
  BoxStream<ItemOf<S>> operator()(S&& stream) const {
    return BoxStream<ItemOf<S>>(std::forward<S>(stream));
  }
};
}  // namespace detail

inline constexpr detail::BoxedStreamFn boxed_stream{};

}  // namespace book
