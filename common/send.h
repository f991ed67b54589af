// Send: may this be moved to another thread, and used there? Rust's compiler derives the answer for
// every type. In C++ a type has to say it, and this asks it.
//
//     says it itself           struct Counter : NotSend {...};  or a member: using not_send = void;
//     is known not to be       std::unique_lock and its like
//     is what it is made of    join(a, b), std::vector<T>, std::optional<T>: X<A...> asks each A
//     anything else            is believed to be
//
// What it cannot see: the members of a class, what a lambda captures, the locals of a coroutine,
// and what a pointer or a reference points to. 15_threads/send.h has the nets for those.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <type_traits>

namespace book {

/// Base of a class whose objects stay on the thread that made them.
struct NotSend {};

namespace detail {
/// A type that is only declared says nothing.
template <class T>
concept SaysNotSend = requires {
  sizeof(T);
}
&&(std::is_base_of_v<NotSend, T> || requires { typename T::not_send; });
}  // namespace detail

/// To be specialised for a class that cannot say it itself.
template <class T>
struct is_send : std::bool_constant<!detail::SaysNotSend<T>> {};

template <class T>
inline constexpr bool is_send_v = is_send<std::remove_cv_t<T>>::value;

template <template <class...> class X, class... A>
struct is_send<X<A...>>
    : std::bool_constant<!detail::SaysNotSend<X<A...>> && (is_send_v<A> && ...)> {};
template <class T, std::size_t kSize>
struct is_send<std::array<T, kSize>> : is_send<std::remove_cv_t<T>> {};
template <class T, std::size_t kSize>
struct is_send<T[kSize]> : is_send<std::remove_cv_t<T>> {};

// A mutex is unlocked by the thread that locked it.
template <class M>
struct is_send<std::unique_lock<M>> : std::false_type {};
template <class M>
struct is_send<std::shared_lock<M>> : std::false_type {};
template <class M>
struct is_send<std::lock_guard<M>> : std::false_type {};
template <class... M>
struct is_send<std::scoped_lock<M...>> : std::false_type {};

template <class T>
concept Send = is_send_v<T>;

}  // namespace book
