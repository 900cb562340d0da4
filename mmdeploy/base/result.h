#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace mmdeploy {

// Why an operation failed. The values are those of the C API's mmdeploy_status_t.
enum class Code : int {
  kInvalidArgument = 1,  // the caller passed something no model could make valid
  kNotSupported = 2,     // understood, but this build or engine cannot do it
  kOutOfRange = 3,       // a value or shape outside the allowed range
  kOutOfMemory = 4,      // an allocation or a limit on memory failed
  kFileNotExist = 5,     // a file or a zip entry is missing
  kFail = 6,             // anything else: corrupt data, an engine's own error
};

// A failure that travels to the user: lower case, no final stop; it says what, where, what was
// found, what is allowed and what to do.
class Error {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same failure seen from further out: "context: message".
  Error In(std::string_view context) const {
    return Error(code_, fmt::format("{}: {}", context, message_));
  }

 private:
  Code code_;
  std::string message_;
};

// A value or the reason why there is none. Propagate with MMDEPLOY_TRY. One that is not looked at
// is a warning of the compiler: a class of its own, because an alias cannot say so.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result() = default;
  Result(Base base) : Base(std::move(base)) {}  // NOLINT: what map and its like answer is a result
};

template <class... Args>
tl::unexpected<Error> MakeError(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error(code, fmt::format(format, std::forward<Args>(args)...)));
}

inline tl::unexpected<Error> MakeError(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace mmdeploy

#define MMDEPLOY_CONCAT_IMPL(a, b) a##b
#define MMDEPLOY_CONCAT(a, b) MMDEPLOY_CONCAT_IMPL(a, b)

// MMDEPLOY_TRY(auto x, F());  declares x from a Result, or returns its error.
#define MMDEPLOY_TRY(decl, expr) \
  MMDEPLOY_TRY_IMPL(MMDEPLOY_CONCAT(mmdeploy_result_, __LINE__), decl, expr)
#define MMDEPLOY_TRY_IMPL(result, decl, expr)                           \
  auto result = (expr);                                                 \
  if (!result) return ::mmdeploy::MakeError(std::move(result).error()); \
  decl = std::move(*result)

// MMDEPLOY_TRYV(F());  for Result<void>.
#define MMDEPLOY_TRYV(expr)                                             \
  do {                                                                  \
    if (auto mmdeploy_result = (expr); !mmdeploy_result)                \
      return ::mmdeploy::MakeError(std::move(mmdeploy_result).error()); \
  } while (false)

// MMDEPLOY_ENSURE(cond, Code::kOutOfRange, "height is {}, allowed 1..{}", h, kMax);
#define MMDEPLOY_ENSURE(cond, code, ...)                            \
  do {                                                              \
    if (!(cond)) return ::mmdeploy::MakeError((code), __VA_ARGS__); \
  } while (false)
