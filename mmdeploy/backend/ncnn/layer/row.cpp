#include "mmdeploy/backend/ncnn/layer/row.h"

#include <algorithm>
#include <unordered_map>

namespace mmdeploy::ncnn {

#define MMDEPLOY_NCNN_ROWS(family) Rows family##_rows();
#include "mmdeploy/backend/ncnn/layer/row_list.inc"
#undef MMDEPLOY_NCNN_ROWS

namespace {

using Table = std::unordered_map<std::string_view, LayerRow>;

const Table& AllRows() {
  static const auto* rows = [] {
    auto* all = new Table;
#define MMDEPLOY_NCNN_ROWS(family) \
  for (LayerRow & row : family##_rows()) all->emplace(row.type, std::move(row));
#include "mmdeploy/backend/ncnn/layer/row_list.inc"
#undef MMDEPLOY_NCNN_ROWS
    return all;
  }();
  return *rows;
}

Result<void> CheckValue(const ParamLayer& layer, const ParamRule& rule, const ParamValue& value) {
  const bool text = rule.kind == ParamRule::kText;
  MMDEPLOY_ENSURE(value.text.empty() != text, Code::kFail, "{}: {} (parameter {}) is {} text",
                  Describe(layer), rule.name, rule.id, text ? "no" : "a");
  if (text) return {};  // read by `agree`
  const bool array = rule.kind == ParamRule::kInts || rule.kind == ParamRule::kFloats;
  MMDEPLOY_ENSURE(value.is_array == array, Code::kFail, "{}: {} (parameter {}) is {}, expected {}",
                  Describe(layer), rule.name, rule.id, value.is_array ? "an array" : "one number",
                  array ? "an array" : "one number");
  const bool whole = rule.kind == ParamRule::kInt || rule.kind == ParamRule::kInts;
  MMDEPLOY_ENSURE(!whole || !value.is_float, Code::kFail,
                  "{}: {} (parameter {}) is not a whole number", Describe(layer), rule.name,
                  rule.id);
  for (const double number : value.values) {
    MMDEPLOY_ENSURE(number >= rule.min && number <= rule.max, Code::kFail,
                    "{}: {} (parameter {}) is {}, allowed {}..{}", Describe(layer), rule.name,
                    rule.id, number, rule.min, rule.max);
  }
  return {};
}

}  // namespace

const LayerRow* FindRow(std::string_view type) {
  const auto found = AllRows().find(type);
  return found == AllRows().end() ? nullptr : &found->second;
}

std::vector<std::string> KnownLayerTypes() {
  std::vector<std::string> types;
  for (const auto& [type, row] : AllRows()) types.emplace_back(type);
  std::sort(types.begin(), types.end());
  return types;
}

Result<void> CheckParams(const ParamLayer& layer, const LayerRow& row) {
  for (const auto& [id, value] : layer.params) {
    if (id == kShapeHintParam || id == kEncodedNameParam) continue;  // not given to ncnn
    const auto it = std::find_if(row.params.begin(), row.params.end(),
                                 [id = id](const ParamRule& param) { return param.id == id; });
    MMDEPLOY_ENSURE(it != row.params.end(), Code::kNotSupported,
                    "{}: parameter {} is not known or not supported", Describe(layer), id);
    MMDEPLOY_TRYV(CheckValue(layer, *it, value));
  }
  const auto check = [&](size_t found, int min, int max, const char* what) -> Result<void> {
    const bool ok = found >= static_cast<size_t>(min) && found <= static_cast<size_t>(max);
    MMDEPLOY_ENSURE(ok, Code::kFail, "{}: has {} {}, allowed {}..{}", Describe(layer), found, what,
                    min, max);
    return {};
  };
  MMDEPLOY_TRYV(check(layer.inputs.size(), row.inputs.min, row.inputs.max, "inputs"));
  return check(layer.outputs.size(), row.outputs.min, row.outputs.max, "outputs");
}

Result<void> CheckInputs(const ParamLayer& layer, const LayerRow& row, Shapes inputs) {
  if (inputs.empty()) return {};
  MMDEPLOY_TRYV(ExpectRank(inputs[0], row.rank.min, row.rank.max));
  return row.check ? row.check(layer, inputs) : Result<void>();
}

}  // namespace mmdeploy::ncnn
