#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

#include "mmdeploy/graph/match.h"

namespace mmdeploy::graph {

// Recursive descent over the syntax in match.h.
class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(text) {}

  Result<Pattern> Run() {
    for (SkipSpace(); place_ < text_.size(); SkipSpace()) MMDEPLOY_TRYV(Statement());
    if (pattern_.calls_.empty()) return Fail("a call, e.g. 'y = Relu(x)'");
    return std::move(pattern_);
  }

 private:
  using Call = Pattern::Call;
  using Input = Pattern::Input;

  Result<void> Statement() {
    MMDEPLOY_TRY(std::string word, Name());
    const bool shared = word == "shared";
    std::vector<std::string> outputs;
    if (shared) {
      MMDEPLOY_TRY(word, Name());
    }
    outputs.push_back(std::move(word));
    while (Take(',')) {
      MMDEPLOY_TRY(std::string next, Name());
      outputs.push_back(std::move(next));
    }
    MMDEPLOY_TRYV(Expect('='));
    MMDEPLOY_TRY(std::string op, Name());
    MMDEPLOY_TRY(const size_t call, CallOf(std::move(op)));
    pattern_.calls_[call].outputs = std::move(outputs);
    pattern_.calls_[call].shared = shared;
    return {};
  }

  // Op|Op?<attributes>(inputs); the first operator has been read.
  Result<size_t> CallOf(std::string op) {
    Call call;
    if (Take(':')) {
      MMDEPLOY_TRYV(Expect(':'));
      call.domain = std::move(op);
      MMDEPLOY_TRY(op, Name());
    }
    call.ops.push_back(std::move(op));
    while (Take('|')) {
      MMDEPLOY_TRY(std::string other, Name());
      call.ops.push_back(std::move(other));
    }
    call.optional = Take('?');
    if (Take('<')) {
      do {
        MMDEPLOY_TRYV(AttributeOf(&call));
      } while (Take(','));
      MMDEPLOY_TRYV(Expect('>'));
    }
    MMDEPLOY_TRYV(Expect('('));
    if (!Take(')')) {
      do {
        MMDEPLOY_TRYV(InputOf(&call));
      } while (Take(','));
      MMDEPLOY_TRYV(Expect(')'));
    }
    if (call.optional && call.inputs.empty()) return Fail("an input of the optional call");
    pattern_.calls_.push_back(std::move(call));
    return pattern_.calls_.size() - 1;
  }

  Result<void> AttributeOf(Call* call) {
    Pattern::Attribute attribute;
    MMDEPLOY_TRY(attribute.name, Name());
    MMDEPLOY_TRYV(Expect('='));
    if (Take('"')) {
      const size_t end = text_.find('"', place_);
      if (end == std::string_view::npos) return Fail("a closing '\"'");
      attribute.value = std::string(text_.substr(place_, end - place_));
      place_ = end + 1;
    } else if (Take('[')) {
      MMDEPLOY_TRY(attribute.value, Numbers());
    } else {
      MMDEPLOY_TRY(attribute.value, Number());
    }
    attribute.or_absent = Take('?');
    call->attributes.push_back(std::move(attribute));
    return {};
  }

  Result<void> InputOf(Call* call) {
    SkipSpace();
    if (text_.substr(place_, 3) == "...") {
      place_ += 3;
      call->rest = true;
      return {};
    }
    MMDEPLOY_TRY(Input input, Operand());
    input.optional = Take('?');
    call->inputs.push_back(std::move(input));
    return {};
  }

  Result<Input> Operand() {
    Input input;
    if (Take('[')) {
      input.kind = Input::kInts;
      MMDEPLOY_TRY(const std::vector<double> numbers, Numbers());
      input.ints.assign(numbers.begin(), numbers.end());
      return input;
    }
    SkipSpace();
    if (place_ < text_.size() && (std::isdigit(text_[place_]) || text_[place_] == '-')) {
      input.kind = Input::kNumber;
      MMDEPLOY_TRY(input.number, Number());
      return input;
    }
    MMDEPLOY_TRY(std::string word, Name());
    if (word == "_") return input;
    if (word == "const") {
      MMDEPLOY_TRY(word, Name());
      input = Named(word);
      if (input.kind == Input::kCall) return Fail("the name of a constant");
      input.kind = Input::kConstant;
      return input;
    }
    SkipSpace();
    if (place_ < text_.size() && IsCall()) {
      input.kind = Input::kCall;
      MMDEPLOY_TRY(input.index, CallOf(std::move(word)));
      pattern_.calls_[input.index].result = false;
      return input;
    }
    return Named(word);
  }

  // After a word: '(' '<' '|' ':' begin a call, and so does '?' before one of them.
  bool IsCall() const {
    size_t next = place_;
    if (text_[next] == '?') ++next;
    return next < text_.size() && std::string_view("(<|:").find(text_[next]) != std::string::npos;
  }

  Input Named(const std::string& name) {
    Input input;
    for (size_t c = 0; c < pattern_.calls_.size(); ++c) {
      const auto& outputs = pattern_.calls_[c].outputs;
      const auto found = std::find(outputs.begin(), outputs.end(), name);
      if (found == outputs.end()) continue;
      input.kind = Input::kCall;
      input.index = c;
      input.output = static_cast<size_t>(found - outputs.begin());
      pattern_.calls_[c].result = false;
      return input;
    }
    input.kind = Input::kName;
    auto& names = pattern_.names_;
    input.index = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (input.index == names.size()) names.push_back(name);
    return input;
  }

  Result<std::vector<double>> Numbers() {
    std::vector<double> numbers;
    if (Take(']')) return numbers;
    do {
      MMDEPLOY_TRY(const double number, Number());
      numbers.push_back(number);
    } while (Take(','));
    MMDEPLOY_TRYV(Expect(']'));
    return numbers;
  }

  Result<double> Number() {
    SkipSpace();
    const std::string rest(text_.substr(place_, 40));
    char* end = nullptr;
    const double number = std::strtod(rest.c_str(), &end);
    if (end == rest.c_str()) return Fail("a number");
    place_ += static_cast<size_t>(end - rest.c_str());
    return number;
  }

  Result<std::string> Name() {
    SkipSpace();
    size_t end = place_;
    while (end < text_.size() && (std::isalnum(text_[end]) || text_[end] == '_')) ++end;
    if (end == place_) return Fail("a name");
    std::string name(text_.substr(place_, end - place_));
    place_ = end;
    return name;
  }

  void SkipSpace() {
    while (place_ < text_.size() && std::isspace(text_[place_])) ++place_;
  }

  bool Take(char c) {
    SkipSpace();
    if (place_ >= text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }

  Result<void> Expect(char c) {
    if (Take(c)) return {};
    return Fail(fmt::format("'{}'", c));
  }

  tl::unexpected<Error> Fail(std::string_view allowed) {
    SkipSpace();
    const auto before = text_.substr(0, place_);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t start = before.rfind('\n');
    const size_t column = place_ - (start == std::string_view::npos ? 0 : start + 1) + 1;
    const std::string found = place_ < text_.size() ? fmt::format("'{}'", text_.substr(place_, 10))
                                                    : std::string("the end");
    return MakeError(Code::kInvalidArgument, "pattern, line {}, column {}: expected {}, found {}",
                     line, column, allowed, found);
  }

  std::string_view text_;
  size_t place_ = 0;
  Pattern pattern_;
};

Result<Pattern> Pattern::Parse(std::string_view text) { return PatternParser(text).Run(); }

}  // namespace mmdeploy::graph
