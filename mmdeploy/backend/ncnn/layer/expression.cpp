#include "mmdeploy/backend/ncnn/layer/expression.h"

#include <algorithm>
#include <charconv>

namespace mmdeploy::ncnn {
namespace {

constexpr int kMaxDepth = 16;
constexpr int64_t kMost = 2147483647;

class Evaluator {
 public:
  Evaluator(std::string_view text, const BlobShape& input) : text_(text), input_(input) {}

  Result<std::vector<int64_t>> Run() {
    std::vector<int64_t> list;
    do {
      MMDEPLOY_TRY(const int64_t number, Number(0));
      list.push_back(number);
    } while (Take(','));
    MMDEPLOY_ENSURE(at_ == text_.size(), Code::kFail, "'{}' goes on where it should end, at '{}'",
                    text_, text_.substr(at_));
    return list;
  }

 private:
  bool Take(char c) {
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found ? 1 : 0;
    return found;
  }

  // A number, a reference, or an operator with what it takes.
  Result<int64_t> Number(int depth) {
    const size_t end = std::min(text_.find_first_of("(),", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    MMDEPLOY_ENSURE(depth < kMaxDepth && !word.empty(), Code::kFail, "'{}' is no expression",
                    text_);
    if (Take('(')) return Call(word, depth);
    if (word.size() == 2 && word[0] >= '0' && word[0] <= '9' && word[1] >= 'a') {
      return Reference(word);
    }
    int64_t number = 0;
    const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool whole = error == std::errc() && last == word.data() + word.size();
    MMDEPLOY_ENSURE(whole && std::abs(number) <= kMost, Code::kNotSupported,
                    "'{}' in '{}', expected a whole number or 0w, 0h, 0d, 0c", word, text_);
    return number;
  }

  Result<int64_t> Reference(std::string_view word) {
    MMDEPLOY_ENSURE(word[0] == '0', Code::kNotSupported, "'{}' in '{}' is of another input", word,
                    text_);
    if (word[1] == 'w') return input_.w;
    if (word[1] == 'h') return input_.h;
    if (word[1] == 'd') return input_.d;
    if (word[1] == 'c') return input_.c;
    return MakeError(Code::kNotSupported, "'{}' in '{}', allowed: 0w, 0h, 0d, 0c", word, text_);
  }

  Result<int64_t> Call(std::string_view name, int depth) {
    MMDEPLOY_TRY(const int64_t a, Number(depth + 1));
    MMDEPLOY_ENSURE(Take(','), Code::kFail, "'{}' in '{}' takes two numbers", name, text_);
    MMDEPLOY_TRY(const int64_t b, Number(depth + 1));
    MMDEPLOY_ENSURE(Take(')'), Code::kFail, "'{}' in '{}' takes two numbers", name, text_);
    MMDEPLOY_TRY(const int64_t result, Apply(name, a, b));
    MMDEPLOY_ENSURE(std::abs(result) <= kMost, Code::kFail, "'{}' is beyond 32 bits", text_);
    return result;
  }

  Result<int64_t> Apply(std::string_view name, int64_t a, int64_t b) const {
    if (name == "+") return a + b;
    if (name == "-") return a - b;
    if (name == "*") return a * b;
    if (name == "max") return std::max(a, b);
    if (name == "min") return std::min(a, b);
    MMDEPLOY_ENSURE(name == "//", Code::kNotSupported,
                    "'{}' in '{}', allowed: +, -, *, //, max, min", name, text_);
    MMDEPLOY_ENSURE(b != 0, Code::kFail, "'{}' divides by 0", text_);
    return a / b;
  }

  std::string_view text_;
  const BlobShape& input_;
  size_t at_ = 0;
};

}  // namespace

Result<std::vector<int64_t>> EvaluateList(std::string_view text, const BlobShape& input) {
  return Evaluator(text, input).Run();
}

}  // namespace mmdeploy::ncnn
