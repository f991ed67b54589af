// CommonOutput<T, U, ...>: the one type that all of them become. All of them void: void.
#pragma once

#include <type_traits>

namespace book::detail {

template <class... Ts>
constexpr auto common_output() {
  if constexpr ((std::is_void_v<Ts> && ...)) {
    return std::type_identity<void>();
  } else if constexpr ((std::is_void_v<Ts> || ...)) {
    static_assert((std::is_void_v<Ts> && ...),
                  "some of them give a value and some give nothing: all should, or none");
    return std::type_identity<void>();
  } else {
    static_assert(
        requires { typename std::common_type_t<Ts...>; },
        "they give values of types that have nothing in common: say which one it is to "
        "be, as in [] -> std::string { ... }");
    return std::type_identity<std::common_type_t<Ts...>>();
  }
}

template <class... Ts>
using CommonOutput = typename decltype(common_output<Ts...>())::type;

}  // namespace book::detail
