#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// What a function that answers T or Result<T> answers when its exceptions become errors.
template <class T>
struct Guarded {
  using Type = Result<T>;
};
template <class T>
struct Guarded<Result<T>> {
  using Type = Result<T>;
};

// Says in one line why the library of an engine threw.
using Explain = std::string (*)(const std::exception& error);

// Calls `function`, which calls the library of an engine; an exception becomes an error.
template <class Function>
auto Catch(Explain explain, Function&& function) -> typename Guarded<decltype(function())>::Type {
  try {
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      return {};
    } else {
      return function();
    }
  } catch (const std::bad_alloc&) {
    return MakeError(Code::kOutOfMemory, "out of memory");
  } catch (const std::exception& error) {
    return MakeError(Code::kFail, "{}", explain(error));
  }
}

// The same, and every error reads "<engine> cannot <what>: <reason>".
template <class Function>
auto Guard(std::string_view engine, std::string_view what, Explain explain, Function&& function) {
  auto result = Catch(explain, std::forward<Function>(function));
  if (!result) result = MakeError(result.error().In(fmt::format("{} cannot {}", engine, what)));
  return result;
}

// The lines of a message, trimmed and joined by spaces, but for those that start with `left_out`;
// "no reason given" if nothing remains.
std::string JoinLines(std::string_view message, std::string_view left_out = {});

}  // namespace mmdeploy
