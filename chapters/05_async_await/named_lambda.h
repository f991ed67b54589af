// g++ 12 destroys a lambda's captures twice when the lambda is written inside the statement of a
// co_await, and says nothing. So what keeps a function remembers in its type whether the lambda had
// a name, and co_await refuses a temporary that holds one without:
//
//     auto add = [total](int n) { ... };                      // a name
//     co_await (numbers | for_each(add));                     // keeps Named<...>: a copy of it
//
//     co_await (numbers | for_each([total](int n) { ... }));  // does not compile
//
// A lambda whose captures need no destructor, [&] for instance, is harmless and passes. One whose
// type is hidden, as async(lambda) hides it, cannot be seen: house rule 7 of chapter 05 is yours to
// keep there.
#pragma once

#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace book::detail {

/// The copy of a lambda that has a name.
template <class Lambda>
struct Named {
  Lambda lambda;

  template <class... Args>
  requires std::invocable<Lambda&, Args...>
  decltype(auto) operator()(Args&&... args) {
    return std::invoke(lambda, std::forward<Args>(args)...);
  }
};

/// A lambda whose captures have to be destroyed. No trait says "lambda"; the compiler's own name
/// for it does: at its end, for a class may be local to a lambda.
template <class T>
consteval bool is_lambda_to_destroy() {
  if constexpr (!std::is_class_v<T>) {  // NOLINT(bugprone-branch-clone): void is asked no more
    return false;
  } else if constexpr (!requires { sizeof(T); } || std::is_trivially_destructible_v<T> ||
                       std::is_default_constructible_v<T> || std::is_assignable_v<T&, T>) {
    return false;
  } else if constexpr (
      requires { typename T::Output; } || requires { typename T::Item; }) {
    return false;  // a future or a stream, of a class in a function, say
  } else {
    // "... [with T = f()::<lambda(int)>]", and clang: "... [T = (lambda at file.cpp:3:4)]"
    constexpr std::string_view name = __PRETTY_FUNCTION__;
    return name.find("lambda") != name.npos && (name.ends_with(">]") || name.ends_with(")]"));
  }
}

/// Does an object of type T hold such a lambda, by value and without a name?
template <class T>
inline constexpr bool kHoldsNamelessLambda = is_lambda_to_destroy<T>();
template <class Lambda>
inline constexpr bool kHoldsNamelessLambda<Named<Lambda>> = false;
template <template <class...> class Adaptor, class... Parts>
inline constexpr bool kHoldsNamelessLambda<Adaptor<Parts...>> = (kHoldsNamelessLambda<Parts> ||
                                                                 ...);
template <template <auto, class...> class Adaptor, auto kHow, class... Parts>
inline constexpr bool kHoldsNamelessLambda<Adaptor<kHow, Parts...>> =
    (kHoldsNamelessLambda<Parts> || ...);
template <template <class, auto> class Adaptor, class Part, auto kHow>
inline constexpr bool kHoldsNamelessLambda<Adaptor<Part, kHow>> = kHoldsNamelessLambda<Part>;
template <template <class, class, auto> class Adaptor, class A, class B, auto kHow>
inline constexpr bool kHoldsNamelessLambda<Adaptor<A, B, kHow>> =
    kHoldsNamelessLambda<A> || kHoldsNamelessLambda<B>;

/// As what a function is kept that was given as `F&&`.
template <class F>
using KeptFunction = std::conditional_t<std::is_lvalue_reference_v<F> &&
                                            is_lambda_to_destroy<std::remove_cvref_t<F>>(),
                                        Named<std::remove_cvref_t<F>>, std::decay_t<F>>;

template <class F>
KeptFunction<F> keep_function(F&& function) {
  if constexpr (std::is_same_v<KeptFunction<F>, std::decay_t<F>>) {
    return static_cast<KeptFunction<F>>(std::forward<F>(function));
  } else {
    return {function};
  }
}

}  // namespace book::detail
