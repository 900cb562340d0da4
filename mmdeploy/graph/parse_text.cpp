#include <algorithm>
#include <cctype>
#include <charconv>
#include <unordered_map>

#include "mmdeploy/base/half.h"
#include "mmdeploy/graph/scope_names.h"
#include "mmdeploy/graph/text.h"
#include "mmdeploy/graph/text_types.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::graph {

namespace {

constexpr int kMaxDepth = 24;

// Splits text into identifiers, numbers, quoted strings and single marks.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { Skip(); }

  bool AtEnd() const { return at_ == text_.size(); }
  bool Peek(char mark) const { return !AtEnd() && text_[at_] == mark; }
  bool Accept(std::string_view mark) {
    if (text_.substr(at_, mark.size()) != mark) return false;
    at_ += mark.size();
    Skip();
    return true;
  }
  Result<void> Expect(std::string_view mark) {
    if (Accept(mark)) return {};
    return Fail(fmt::format("expected '{}'", mark));
  }

  bool PeekIdentifier() const { return !AtEnd() && (IsWord(text_[at_]) || text_[at_] == '"'); }

  // A word, or a quoted name.
  Result<std::string> Identifier() {
    if (Peek('"')) return String();
    const size_t begin = last_ = at_;
    while (!AtEnd() && IsWord(text_[at_])) ++at_;
    if (begin == at_) return Fail("expected a name");
    std::string word(text_.substr(begin, at_ - begin));
    Skip();
    return word;
  }

  Result<std::string> String() {
    last_ = at_;
    MMDEPLOY_TRYV(ExpectQuote());
    std::string text;
    while (!AtEnd() && text_[at_] != '"') {
      if (const auto byte = EscapedByte()) {
        text += *byte;
        at_ += 4;
        continue;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      text += text_[at_++];
    }
    MMDEPLOY_TRYV(ExpectQuote());
    Skip();
    return text;
  }

  // The characters of a number; "inf" and "nan" included.
  Result<std::string> Number() {
    const size_t begin = last_ = at_;
    while (!AtEnd() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.' ||
                        text_[at_] == '-' || text_[at_] == '+')) {
      ++at_;
    }
    if (begin == at_) return Fail("expected a number");
    std::string number(text_.substr(begin, at_ - begin));
    Skip();
    return number;
  }

  // At what comes next.
  tl::unexpected<Error> Fail(std::string_view what) const { return FailAt(at_, what); }
  // At what was read last.
  tl::unexpected<Error> FailBack(std::string_view what) const { return FailAt(last_, what); }

 private:
  tl::unexpected<Error> FailAt(size_t at, std::string_view what) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const size_t start = before.rfind('\n');
    const size_t column = start == before.npos ? at + 1 : at - start;
    const std::string_view found = text_.substr(at, 12);
    return MakeError(Code::kFail, "line {} column {}: {}, found '{}'", line, column, what,
                     found.substr(0, found.find('\n')));
  }
  static bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
  // "\x1b" at this place, as PrintText writes what no terminal takes.
  std::optional<char> EscapedByte() const {
    unsigned byte = 0;
    const std::string_view code = text_.substr(at_, 4);
    if (code.size() < 4 || code.substr(0, 2) != "\\x") return std::nullopt;
    const auto [end, error] = std::from_chars(code.data() + 2, code.data() + 4, byte, 16);
    if (error != std::errc() || end != code.data() + 4) return std::nullopt;
    return static_cast<char>(byte);
  }
  Result<void> ExpectQuote() {
    if (!Peek('"')) return Fail("expected '\"'");
    ++at_;
    return {};
  }
  void Skip() {
    while (!AtEnd()) {
      if (text_[at_] == '#') {
        while (!AtEnd() && text_[at_] != '\n') ++at_;
      } else if (std::isspace(static_cast<unsigned char>(text_[at_]))) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t last_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), model_(std::make_unique<Model>()) {}

  Result<std::unique_ptr<Model>> Parse() {
    model_->set_opset("", 13);
    if (lexer_.Accept("<")) MMDEPLOY_TRYV(ParseHeader());
    MMDEPLOY_TRYV(ParseGraph(model_->graph(), nullptr, 0));
    if (!lexer_.AtEnd()) return lexer_.Fail("expected the end");
    return std::move(model_);
  }

 private:
  struct Typed {
    ValueType type;
    std::string name;
    TensorPtr constant;
  };

  Result<void> ParseHeader();
  Result<void> ParseGraph(Graph* graph, const ScopeNames* outer, int depth);
  Result<std::vector<Typed>> ParseValues(std::string_view end);
  Result<Typed> ParseTyped();
  Result<ValueType> ParseType();
  Result<Dim> ParseDim();
  Result<TensorPtr> ParseElements(const ValueType& type);
  Result<void> ParseNode(Graph* graph, ScopeNames* scope, int depth);
  Result<void> ParseAttributes(Node* node, ScopeNames* scope, int depth);
  Result<AttributeValue> ParseAttribute(std::string kind, Node* node, ScopeNames* scope, int depth);
  Result<AttributeValue> ParseList(std::string kind);
  Result<void> DefineValues(const std::vector<Typed>& values, bool inputs, Graph* graph,
                            ScopeNames* scope);
  Result<void> ApplyTypes(const std::vector<Typed>& values, const ScopeNames& scope);
  Result<int64_t> ParseInteger();

  Lexer lexer_;
  std::unique_ptr<Model> model_;
};

Result<int64_t> Parser::ParseInteger() {
  MMDEPLOY_TRY(const std::string text, lexer_.Number());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return lexer_.FailBack(fmt::format("'{}' is no integer", text));
  }
  return number;
}

Result<void> Parser::ParseHeader() {
  while (!lexer_.Accept(">")) {
    MMDEPLOY_TRY(const std::string key, lexer_.Identifier());
    MMDEPLOY_TRYV(lexer_.Expect(":"));
    if (key == "ir_version") {
      MMDEPLOY_TRY(model_->ir_version, ParseInteger());
    } else if (key == "opset_import") {
      MMDEPLOY_TRYV(lexer_.Expect("["));
      while (!lexer_.Accept("]")) {
        MMDEPLOY_TRY(const std::string domain, lexer_.String());
        MMDEPLOY_TRYV(lexer_.Expect(":"));
        MMDEPLOY_TRY(const int64_t version, ParseInteger());
        model_->set_opset(domain, version);
        lexer_.Accept(",");
      }
    } else if (key == "producer_name") {
      MMDEPLOY_TRY(model_->producer_name, lexer_.String());
    } else {
      return lexer_.Fail(
          fmt::format("unknown key '{}', allowed: ir_version, opset_import, producer_name", key));
    }
    lexer_.Accept(",");
  }
  return {};
}

// A number, or a symbol; a quoted one may begin with a digit: "2*n".
Result<Dim> Parser::ParseDim() {
  const bool is_quoted = lexer_.Peek('"');
  MMDEPLOY_TRY(const std::string dim, lexer_.Identifier());
  if (is_quoted || !std::isdigit(static_cast<unsigned char>(dim.front()))) return Dim(dim);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(dim.data(), dim.data() + dim.size(), value);
  if (error != std::errc() || end != dim.data() + dim.size()) {
    return lexer_.FailBack(fmt::format("'{}' is no size", dim));
  }
  return Dim(value);
}

Result<ValueType> Parser::ParseType() {
  MMDEPLOY_TRY(const std::string name, lexer_.Identifier());
  const std::optional<ElementType> element = ParseTextName(name);
  if (!element) return lexer_.FailBack(fmt::format("unknown element type '{}'", name));
  ValueType type;
  type.element = *element;
  if (!lexer_.Accept("[")) {
    type.dims.emplace();
    return type;
  }
  if (lexer_.Accept("]")) return type;
  type.dims.emplace();
  while (!lexer_.Accept("]")) {
    if (lexer_.Accept("?")) {
      type.dims->emplace_back();
    } else {
      MMDEPLOY_TRY(type.dims->emplace_back(), ParseDim());
    }
    lexer_.Accept(",");
  }
  return type;
}

template <class T>
std::string PackNumbers(const std::vector<double>& numbers, const std::vector<int64_t>& integers) {
  std::vector<T> values;
  for (size_t i = 0; i < numbers.size(); ++i) {
    values.push_back(std::is_integral_v<T> ? static_cast<T>(integers[i])
                                           : static_cast<T>(numbers[i]));
  }
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string PackHalf(const std::vector<double>& numbers) {
  std::vector<uint16_t> values;
  for (double number : numbers) values.push_back(FloatToHalf(static_cast<float>(number)));
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(uint16_t)};
}

std::optional<std::string> Pack(ElementType type, const std::vector<double>& numbers,
                                const std::vector<int64_t>& integers) {
  switch (type) {
    case ElementType::kFloat32:
      return PackNumbers<float>(numbers, integers);
    case ElementType::kFloat64:
      return PackNumbers<double>(numbers, integers);
    case ElementType::kFloat16:
      return PackHalf(numbers);
    case ElementType::kInt64:
    case ElementType::kUint64:
      return PackNumbers<int64_t>(numbers, integers);
    case ElementType::kInt32:
    case ElementType::kUint32:
      return PackNumbers<int32_t>(numbers, integers);
    case ElementType::kInt16:
    case ElementType::kUint16:
      return PackNumbers<int16_t>(numbers, integers);
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kBool:
      return PackNumbers<int8_t>(numbers, integers);
    default:
      return std::nullopt;
  }
}

Result<TensorPtr> Parser::ParseElements(const ValueType& type) {
  const auto dims = type.dims ? KnownDims(*type.dims) : std::nullopt;
  if (!dims) return lexer_.Fail("a constant needs known dimensions");
  MMDEPLOY_TRYV(lexer_.Expect("{"));
  std::vector<double> numbers;
  std::vector<int64_t> integers;
  std::vector<std::string> strings;
  while (!lexer_.Accept("}")) {
    if (type.element == ElementType::kString) {
      MMDEPLOY_TRY(strings.emplace_back(), lexer_.String());
    } else {
      MMDEPLOY_TRY(const std::string text, lexer_.Number());
      numbers.push_back(std::strtod(text.c_str(), nullptr));
      integers.push_back(std::strtoll(text.c_str(), nullptr, 10));
    }
    lexer_.Accept(",");
  }
  const auto count = static_cast<int64_t>(numbers.size() + strings.size());
  if (NumElements(*dims) != count) {
    return lexer_.Fail(fmt::format("{} elements do not fill the dimensions", count));
  }
  if (type.element == ElementType::kString) return TensorData::Strings(*dims, std::move(strings));
  std::optional<std::string> bytes = Pack(type.element, numbers, integers);
  if (!bytes) return lexer_.Fail("this element type cannot be written in text");
  return TensorData::Own(type.element, *dims, std::move(*bytes));
}

Result<Parser::Typed> Parser::ParseTyped() {
  Typed value;
  MMDEPLOY_TRY(value.type, ParseType());
  MMDEPLOY_TRY(value.name, lexer_.Identifier());
  if (lexer_.Accept("=")) {
    MMDEPLOY_TRY(value.constant, ParseElements(value.type));
  }
  return value;
}

Result<std::vector<Parser::Typed>> Parser::ParseValues(std::string_view end) {
  std::vector<Typed> values;
  while (!lexer_.Accept(end)) {
    MMDEPLOY_TRY(values.emplace_back(), ParseTyped());
    lexer_.Accept(",");
  }
  return values;
}

Result<void> Parser::DefineValues(const std::vector<Typed>& values, bool inputs, Graph* graph,
                                  ScopeNames* scope) {
  for (const Typed& value : values) {
    if (!value.constant && !inputs) continue;
    if (value.constant && inputs) model_->initializers_as_inputs = true;
    Value* made = value.constant ? graph->AddConstant(value.constant, value.name)
                                 : graph->AddInput(value.name, value.type);
    if (!scope->values.emplace(value.name, made).second) {
      return lexer_.FailBack(fmt::format("'{}' is defined twice", value.name));
    }
  }
  return {};
}

Result<void> Parser::ApplyTypes(const std::vector<Typed>& values, const ScopeNames& scope) {
  for (const Typed& value : values) {
    if (value.constant) continue;
    const auto found = scope.values.find(value.name);
    if (found == scope.values.end()) {
      return lexer_.Fail(
          fmt::format("the type of '{}' is given, but nothing makes it", value.name));
    }
    if (found->second->producer()) found->second->type = value.type;
  }
  return {};
}

Result<void> Parser::ParseGraph(Graph* graph, const ScopeNames* outer, int depth) {
  if (depth > kMaxDepth) return lexer_.Fail("graphs are nested too deep");
  ScopeNames scope{outer, {}};
  MMDEPLOY_TRY(graph->name, lexer_.Identifier());
  MMDEPLOY_TRYV(lexer_.Expect("("));
  MMDEPLOY_TRY(const std::vector<Typed> inputs, ParseValues(")"));
  MMDEPLOY_TRYV(lexer_.Expect("=>"));
  MMDEPLOY_TRYV(lexer_.Expect("("));
  MMDEPLOY_TRY(const std::vector<Typed> outputs, ParseValues(")"));
  std::vector<Typed> others;
  if (lexer_.Accept("<")) {
    MMDEPLOY_TRY(others, ParseValues(">"));
  }
  MMDEPLOY_TRYV(DefineValues(inputs, true, graph, &scope));
  MMDEPLOY_TRYV(DefineValues(others, false, graph, &scope));
  MMDEPLOY_TRYV(lexer_.Expect("{"));
  while (!lexer_.Accept("}")) MMDEPLOY_TRYV(ParseNode(graph, &scope, depth));
  MMDEPLOY_TRYV(ApplyTypes(others, scope));
  for (const Typed& output : outputs) {
    Value* value = scope.Find(output.name);
    if (!value) return lexer_.Fail(fmt::format("nothing makes the output '{}'", output.name));
    graph->AddOutput(value, output.name);
    if (value->producer()) value->type = output.type;
  }
  return {};
}

Result<void> Parser::ParseNode(Graph* graph, ScopeNames* scope, int depth) {
  Node* node = graph->AddNode("", {});
  if (lexer_.Accept("[")) {
    MMDEPLOY_TRY(std::string name, lexer_.Identifier());
    node->set_name(std::move(name));
    MMDEPLOY_TRYV(lexer_.Expect("]"));
  }
  std::vector<std::string> outputs;
  while (!lexer_.Accept("=")) {
    MMDEPLOY_TRY(outputs.emplace_back(), lexer_.Identifier());
    lexer_.Accept(",");
  }
  std::string op, domain;
  MMDEPLOY_TRY(op, lexer_.Identifier());
  while (lexer_.Accept(".")) {
    domain += (domain.empty() ? "" : ".") + op;
    MMDEPLOY_TRY(op, lexer_.Identifier());
  }
  node->set_op(op, domain);
  if (lexer_.Accept("<")) MMDEPLOY_TRYV(ParseAttributes(node, scope, depth));
  MMDEPLOY_TRYV(lexer_.Expect("("));
  while (!lexer_.Accept(")")) {
    std::string name;
    if (lexer_.PeekIdentifier()) {
      MMDEPLOY_TRY(name, lexer_.Identifier());
    }
    Value* value = name.empty() ? nullptr : scope->Find(name);
    if (!value && !name.empty()) return lexer_.FailBack(fmt::format("'{}' is not defined", name));
    node->AddInput(value);
    const bool more = lexer_.Accept(",");
    if (!more && !lexer_.Peek(')')) return lexer_.Fail("expected ',' or ')'");
  }
  if (lexer_.Accept("<")) MMDEPLOY_TRYV(ParseAttributes(node, scope, depth));
  for (const std::string& output : outputs) {
    Value* value = node->AddOutput(output);
    if (!output.empty() && !scope->values.emplace(output, value).second) {
      return lexer_.FailBack(fmt::format("'{}' is defined twice", output));
    }
  }
  return {};
}

Result<void> Parser::ParseAttributes(Node* node, ScopeNames* scope, int depth) {
  while (!lexer_.Accept(">")) {
    MMDEPLOY_TRY(std::string name, lexer_.Identifier());
    std::string kind;
    if (lexer_.Accept(":")) {
      MMDEPLOY_TRY(kind, lexer_.Identifier());
    }
    MMDEPLOY_TRYV(lexer_.Expect("="));
    Result<AttributeValue> value = ParseAttribute(std::move(kind), node, scope, depth);
    if (!value) return MakeError(std::move(value).error());
    node->Set(std::move(name), std::move(*value));
    lexer_.Accept(",");
  }
  return {};
}

bool IsFloatText(const std::string& text) {
  return text.find_first_not_of("0123456789-+") != text.npos;
}

Result<AttributeValue> Parser::ParseList(std::string kind) {
  std::vector<std::string> texts;
  while (!lexer_.Accept("]")) {
    if (lexer_.Peek('"')) {
      kind = "strings";
      MMDEPLOY_TRY(texts.emplace_back(), lexer_.String());
    } else {
      MMDEPLOY_TRY(texts.emplace_back(), lexer_.Number());
      if (kind.empty() && IsFloatText(texts.back())) kind = "floats";
    }
    lexer_.Accept(",");
  }
  if (kind == "strings") return AttributeValue(std::move(texts));
  std::vector<float> floats;
  std::vector<int64_t> ints;
  for (const std::string& text : texts) {
    floats.push_back(std::strtof(text.c_str(), nullptr));
    ints.push_back(std::strtoll(text.c_str(), nullptr, 10));
  }
  return kind == "floats" ? AttributeValue(std::move(floats)) : AttributeValue(std::move(ints));
}

Result<AttributeValue> Parser::ParseAttribute(std::string kind, Node* node, ScopeNames* scope,
                                              int depth) {
  if (lexer_.Accept("[")) return ParseList(std::move(kind));
  if (lexer_.Peek('"') && kind != "graph") {
    MMDEPLOY_TRY(std::string text, lexer_.String());
    return AttributeValue(std::move(text));
  }
  // A tensor begins with its type, a graph with its name, both with a letter.
  Lexer before = lexer_;
  if (kind == "tensor" || kind.empty()) {
    Result<ValueType> type = ParseType();
    if (type && lexer_.Peek('{')) {
      MMDEPLOY_TRY(TensorPtr tensor, ParseElements(*type));
      return AttributeValue(std::move(tensor));
    }
    lexer_ = before;
  }
  if (kind.empty() && lexer_.PeekIdentifier() && lexer_.Identifier() && lexer_.Peek('(')) {
    kind = "graph";
  }
  lexer_ = before;
  if (kind == "graph") {
    auto graph = std::make_unique<Graph>(model_.get(), node->graph());
    MMDEPLOY_TRYV(ParseGraph(graph.get(), scope, depth + 1));
    return AttributeValue(std::move(graph));
  }
  MMDEPLOY_TRY(const std::string text, lexer_.Number());
  if (kind == "float" || (kind.empty() && IsFloatText(text))) {
    return AttributeValue(std::strtof(text.c_str(), nullptr));
  }
  return AttributeValue(static_cast<int64_t>(std::strtoll(text.c_str(), nullptr, 10)));
}

}  // namespace

Result<std::unique_ptr<Model>> ParseText(std::string_view text) { return Parser(text).Parse(); }

}  // namespace mmdeploy::graph
