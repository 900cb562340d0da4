#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/custom.h"

namespace mmdeploy::ncnn_convert {

#define MMDEPLOY_NCNN_OPS(family) std::vector<Converter> family##_converters();
#include "mmdeploy/backend/ncnn/convert/op_list.inc"
#undef MMDEPLOY_NCNN_OPS

namespace {

const std::map<std::string_view, Converter>& Converters() {
  static const auto* converters = [] {
    auto* all = new std::map<std::string_view, Converter>;
#define MMDEPLOY_NCNN_OPS(family) \
  for (const Converter& converter : family##_converters()) all->emplace(converter.op, converter);
#include "mmdeploy/backend/ncnn/convert/op_list.inc"
#undef MMDEPLOY_NCNN_OPS
    return all;
  }();
  return *converters;
}

}  // namespace

const Converter* FindConverter(const graph::Node& node) {
  if (const Converter* custom = FindCustomConverter(node)) return custom;
  const auto& converters = Converters();
  const auto found = converters.find(node.op());
  return found == converters.end() ? nullptr : &found->second;
}

std::vector<std::string> ConvertedOperators() {
  std::vector<std::string> names;
  for (const auto& [name, converter] : Converters()) names.emplace_back(name);
  return names;
}

}  // namespace mmdeploy::ncnn_convert
