#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "mmdeploy/base/printable.h"
#include "mmdeploy/graph/saved_names.h"
#include "mmdeploy/graph/text.h"
#include "mmdeploy/graph/text_types.h"

namespace mmdeploy::graph {

namespace {

// What no terminal takes becomes "\x1b", so that the text can be shown and read back.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<size_t>(Utf8Length(text), 1));
    text.remove_prefix(character.size());
    if (character == "\"" || character == "\\") quoted += '\\';
    if (IsPrintable(character) && character != "\n" && character != "\t") {
      quoted += character;
      continue;
    }
    for (const char c : character) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return quoted + '"';
}

std::string Identifier(const std::string& name) {
  bool plain = !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front()));
  for (char c : name) plain = plain && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  return plain ? name : Quoted(name);
}

// Dots divide the parts of a domain.
std::string DottedName(const std::string& name) {
  std::string text;
  for (size_t at = 0;; ++at) {
    const size_t dot = name.find('.', at);
    text += Identifier(name.substr(at, dot - at));
    if (dot == name.npos) return text;
    text += '.';
    at = dot;
  }
}

std::string TypeText(const ValueType& type) {
  if (!type.is_tensor()) return "non_tensor";
  std::string text(TextName(type.element));
  if (!type.dims) return text + "[]";
  if (type.dims->empty()) return text;
  std::vector<std::string> dims;
  for (const Dim& dim : *type.dims) {
    dims.push_back(dim.is_symbol() ? Identifier(dim.symbol()) : Name(dim));
  }
  return fmt::format("{}[{}]", text, fmt::join(dims, ","));
}

// One graph at a time; `indent` is what its lines begin with.
class Printer {
 public:
  Printer(const SavedNames* names, const PrintOptions& options)
      : names_(names), options_(options) {}

  std::string GraphText(const Graph& graph, const std::string& indent) const;
  std::string NodeText(const Node& node, const std::string& indent) const;
  std::string AttributeText(const AttributeValue& value, const std::string& indent) const;

 private:
  std::string NameOf(const Value* value) const {
    if (!value) return "\"\"";
    return Identifier(names_ ? (*names_)[value] : value->name());
  }
  std::string Typed(const ValueType& type, const std::string& name) const {
    return fmt::format("{} {}", TypeText(type), Identifier(name));
  }
  std::string Elements(const TensorData& data) const;
  std::string Attributes(const Node& node, const std::string& indent) const;
  std::string ConstantList(const Graph& graph, const std::string& indent) const;

  const SavedNames* names_;
  const PrintOptions& options_;
};

std::string Printer::Elements(const TensorData& data) const {
  std::vector<std::string> texts;
  auto fill = [&](const auto& values) {
    for (const auto& value : values) {
      if (static_cast<int64_t>(texts.size()) == options_.max_elements) {
        texts.push_back("...");
        return;
      }
      texts.push_back(fmt::format("{}", value));
    }
  };
  if (data.type() == ElementType::kString) {
    for (const std::string& text : data.strings()) texts.push_back(Quoted(text));
  } else if (data.type() == ElementType::kFloat32) {
    fill(data.Values<float>());
  } else if (auto integers = data.Integers()) {
    fill(*integers);
  } else if (auto numbers = data.Numbers()) {
    fill(*numbers);
  } else {
    texts.push_back("...");
  }
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

struct AttributePrinter {
  std::string operator()(int64_t value) const { return fmt::format("int = {}", value); }
  std::string operator()(float value) const { return fmt::format("float = {}", value); }
  std::string operator()(const std::string& value) const { return "string = " + Quoted(value); }
  std::string operator()(const std::vector<int64_t>& value) const {
    return fmt::format("ints = [{}]", fmt::join(value, ", "));
  }
  std::string operator()(const std::vector<float>& value) const {
    return fmt::format("floats = [{}]", fmt::join(value, ", "));
  }
  std::string operator()(const std::vector<std::string>& value) const {
    std::vector<std::string> quoted;
    for (const std::string& text : value) quoted.push_back(Quoted(text));
    return fmt::format("strings = [{}]", fmt::join(quoted, ", "));
  }
  template <class T>
  std::string operator()(const T&) const {
    return "...";
  }
};

std::string Printer::AttributeText(const AttributeValue& value, const std::string& indent) const {
  if (const auto* tensor = std::get_if<TensorPtr>(&value)) {
    return fmt::format("tensor = {} {}", TypeText((*tensor)->value_type()), Elements(**tensor));
  }
  if (const auto* graph = std::get_if<std::unique_ptr<Graph>>(&value)) {
    return "graph = " + GraphText(**graph, indent + "  ");
  }
  return std::visit(AttributePrinter(), value);
}

std::string Printer::Attributes(const Node& node, const std::string& indent) const {
  std::vector<std::string> texts;
  for (const Attribute& attribute : node.attributes()) {
    texts.push_back(
        fmt::format("{}: {}", Identifier(attribute.name), AttributeText(attribute.value, indent)));
  }
  return texts.empty() ? "" : fmt::format("<{}> ", fmt::join(texts, ", "));
}

std::string Printer::NodeText(const Node& node, const std::string& indent) const {
  std::vector<std::string> inputs, outputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) inputs.push_back(NameOf(node.input(i)));
  for (size_t i = 0; i < node.num_outputs(); ++i) outputs.push_back(NameOf(node.output(i)));
  const std::string label =
      node.name().empty() ? "" : fmt::format("[{}] ", Identifier(node.name()));
  const std::string domain = node.domain().empty() ? "" : DottedName(node.domain()) + ".";
  return fmt::format("{}{} = {}{} {}({})", label, fmt::join(outputs, ", "), domain,
                     Identifier(node.op()), Attributes(node, indent), fmt::join(inputs, ", "));
}

std::string Printer::ConstantList(const Graph& graph, const std::string& indent) const {
  std::vector<std::string> texts;
  for (const auto& constant : graph.constants()) {
    texts.push_back(fmt::format("{} {} = {}", TypeText(constant->type), NameOf(constant.get()),
                                Elements(*constant->constant())));
  }
  for (Node* node : graph.Nodes()) {
    for (size_t i = 0; options_.value_types && i < node->num_outputs(); ++i) {
      const Value* value = node->output(i);
      if (value->name().empty() || value->is_output()) continue;
      texts.push_back(fmt::format("{} {}", TypeText(value->type), NameOf(value)));
    }
  }
  if (texts.empty()) return "";
  return fmt::format("\n{0}<{1}>", indent, fmt::join(texts, fmt::format(",\n{} ", indent)));
}

std::string Printer::GraphText(const Graph& graph, const std::string& indent) const {
  std::vector<std::string> inputs, outputs;
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    inputs.push_back(fmt::format("{} {}", TypeText(graph.input(i)->type), NameOf(graph.input(i))));
  }
  for (size_t i = 0; i < graph.num_outputs(); ++i) {
    outputs.push_back(Typed(graph.output(i)->type, graph.output_name(i)));
  }
  const std::string name = Identifier(graph.name.empty() ? "graph" : graph.name);
  std::string text = fmt::format("{} ({}) => ({}){} {{\n", name, fmt::join(inputs, ", "),
                                 fmt::join(outputs, ", "), ConstantList(graph, indent));
  for (Node* node : graph.Nodes()) {
    text += fmt::format("{}  {}\n", indent, NodeText(*node, indent));
  }
  if (names_) {
    for (const SavedNames::Copy& copy : names_->copies(&graph)) {
      text += fmt::format("{}  {} = Identity ({})\n", indent, Identifier(copy.name),
                          NameOf(copy.value));
    }
  }
  return text + indent + "}";
}

}  // namespace

std::string PrintText(const Model& model, const PrintOptions& options) {
  std::vector<std::string> opsets;
  for (const auto& [domain, version] : model.opsets()) {
    opsets.push_back(fmt::format("{} : {}", Quoted(domain), version));
  }
  const SavedNames names(model);
  return fmt::format("<ir_version: {}, opset_import: [{}]>\n{}\n", model.ir_version,
                     fmt::join(opsets, ", "),
                     Printer(&names, options).GraphText(*model.graph(), ""));
}

std::string PrintText(const Node& node, const PrintOptions& options) {
  return Printer(nullptr, options).NodeText(node, "");
}

std::string PrintText(const AttributeValue& value, const PrintOptions& options) {
  return Printer(nullptr, options).AttributeText(value, "");
}

}  // namespace mmdeploy::graph
