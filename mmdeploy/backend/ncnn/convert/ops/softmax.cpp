#include <numeric>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/log_sum.h"

// Softmax and Hardmax over one axis.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// Before operator set 13 all dimensions from the axis on are one.
Result<int64_t> SoftmaxAxis(const Node& node) {
  const Value& x = *node.input(0);
  const bool old = node.graph()->model()->opset() < 13;
  MMDEPLOY_TRY(int64_t axis, PositiveAxis(x, node.Int("axis", old ? 1 : -1)));
  if (!old) return BlobAxis(x, axis);
  const graph::Dims& dims = *x.type.dims;
  int64_t larger = axis;
  for (size_t i = axis; i < dims.size(); ++i) {
    if (dims[i] == graph::Dim(1)) continue;
    MMDEPLOY_ENSURE(larger == axis || dims[larger] == graph::Dim(1), Code::kNotSupported,
                    "softmax over several dimensions of '{}', {}", x.name(), Name(x.type));
    larger = static_cast<int64_t>(i);
  }
  MMDEPLOY_ENSURE(larger == axis || dims[axis] == graph::Dim(1), Code::kNotSupported,
                  "softmax over several dimensions of '{}', {}", x.name(), Name(x.type));
  return BlobAxis(x, larger);
}

void SetAxis(int64_t axis, Layer* layer) {
  layer->Set(0, axis);
  layer->Set(1, int64_t{1});
}

Result<void> ConvertSoftmax(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const int64_t axis, SoftmaxAxis(node));
  SetAxis(axis, emitter->Add("Softmax", node));
  return {};
}

// x - max - log(sum(exp(x - max))): logarithms of small quotients would be lost.
Result<void> ConvertLogSoftmax(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const int64_t axis, SoftmaxAxis(node));
  const ShiftedLogSum sum = AddShiftedLogSum(node, emitter->Read(node.input(0)), {axis},
                                             BlobRank(*node.input(0)), emitter);
  emitter->Add("BinaryOp", node, {sum.shifted, sum.log_sum})->Set(0, kSub);
  return {};
}

// 1 at the first of the largest elements, else 0: where the place is the largest one's.
Result<void> ConvertHardmax(const Node& node, Emitter* emitter) {
  constexpr int64_t kEqual = 0;
  MMDEPLOY_TRY(const int64_t axis, SoftmaxAxis(node));
  const Value& x = *node.input(0);
  const graph::Dim size = BlobDims(x)[static_cast<size_t>(axis)];
  MMDEPLOY_ENSURE(size.is_known(), Code::kNotSupported,
                  "the size of axis {} of '{}', {}, must be known", node.Int("axis", -1), x.name(),
                  Name(x.type));
  std::vector<float> places(static_cast<size_t>(size.value()));
  std::iota(places.begin(), places.end(), 0.0F);
  std::vector<int64_t> dims(BlobRank(x), 1);
  dims[static_cast<size_t>(axis)] = size.value();
  Layer* largest = emitter->AddInner("TopK", node, {emitter->Read(&x)});
  largest->Set(0, axis);
  const std::string place = largest->outputs[0];
  emitter->Add("Compare", node, {emitter->Literal(node, std::move(places), dims), place})
      ->Set(0, kEqual);
  return {};
}

}  // namespace

std::vector<Converter> softmax_converters() {
  return {
      {"Hardmax", ConvertHardmax, 1, {"axis"}},
      {"LogSoftmax", ConvertLogSoftmax, 1, {"axis"}},
      {"Softmax", ConvertSoftmax, 1, {"axis"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
