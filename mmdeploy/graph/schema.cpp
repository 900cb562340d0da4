#include "mmdeploy/graph/schema.h"

#include <sstream>
#include <unordered_map>

namespace mmdeploy::graph {

namespace {

struct Row {
  const char* op;
  int since_version;
  bool deprecated;
  int min_inputs, max_inputs, min_outputs, max_outputs;
  const char* attributes;  // "axis:2 !perm:7", with ! for required ones
};

constexpr Row kRows[] = {
#include "mmdeploy/graph/schemas.inc"
};

std::vector<AttributeSchema> ParseAttributes(const char* text) {
  std::vector<AttributeSchema> attributes;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    AttributeSchema attribute;
    attribute.required = word.front() == '!';
    const size_t colon = word.find(':');
    attribute.name = word.substr(attribute.required, colon - attribute.required);
    const int kind = std::stoi(word.substr(colon + 1));
    attribute.kind = kind <= 10 ? static_cast<AttributeKind>(kind) : AttributeKind::kOther;
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

struct Table {
  std::unordered_map<std::string, std::vector<Schema>> schemas;  // oldest first
  std::vector<std::string> names;

  Table() {
    for (const Row& row : kRows) {
      std::vector<Schema>& versions = schemas[row.op];
      if (versions.empty()) names.emplace_back(row.op);
      versions.push_back({row.op, row.since_version, row.deprecated,
                          static_cast<size_t>(row.min_inputs), static_cast<size_t>(row.max_inputs),
                          static_cast<size_t>(row.min_outputs),
                          static_cast<size_t>(row.max_outputs), ParseAttributes(row.attributes)});
    }
  }
};

const Table& GetTable() {
  static const Table table;
  return table;
}

const std::vector<Schema>* FindVersions(std::string_view op) {
  const auto found = GetTable().schemas.find(std::string(op));
  return found == GetTable().schemas.end() ? nullptr : &found->second;
}

}  // namespace

const Schema* FindSchema(std::string_view op, int64_t opset) {
  const std::vector<Schema>* versions = FindVersions(op);
  const Schema* newest = nullptr;
  for (size_t i = 0; versions && i < versions->size(); ++i) {
    if ((*versions)[i].since_version <= opset) newest = &(*versions)[i];
  }
  return newest;
}

int64_t FirstOpset(std::string_view op) {
  const std::vector<Schema>* versions = FindVersions(op);
  return versions ? versions->front().since_version : 0;
}

Span<const std::string> OperatorNames() {
  return {GetTable().names.data(), GetTable().names.size()};
}

}  // namespace mmdeploy::graph
