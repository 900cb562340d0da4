#include <map>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// An image and a number for each of its channels, see fuse/per_channel.cpp: ncnn aligns a blob of
// one dimension with the channels where their numbers agree.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

Result<void> ConvertPerChannel(const Node& node, Emitter* emitter) {
  static const auto* operations =
      new std::map<std::string, int64_t>{{"Add", 0}, {"Sub", 1}, {"Mul", 2}, {"Div", 3}};
  const auto operation = operations->find(node.String("op", ""));
  MMDEPLOY_ENSURE(operation != operations->end() && node.input(1), Code::kOutOfRange, "op is '{}'",
                  node.String("op", ""));
  emitter->Add("BinaryOp", node, {emitter->Read(node.input(0)), emitter->Read(node.input(1))})
      ->Set(0, operation->second);
  return {};
}

}  // namespace

std::vector<Converter> per_channel_converters() {
  return {{"PerChannel", ConvertPerChannel, 2, {"op"}}};
}

}  // namespace mmdeploy::ncnn_convert
