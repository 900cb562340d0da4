#include "mmdeploy/backend/ncnn/ops/op_layer.h"

#include <exception>
#include <utility>

#include "mmdeploy/backend/ncnn/ops/context.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/op/ncnn_params.h"

namespace mmdeploy::ncnn {
namespace {

using op::AttrType;
using op::AttrValue;

std::string& LastError() {
  thread_local std::string error;
  return error;
}

template <class T>
AttrValue ReadArray(const ::ncnn::Mat& array) {
  const auto* values = static_cast<const T*>(array.data);
  using Element = std::conditional_t<std::is_same_v<T, int>, int64_t, float>;
  return std::vector<Element>(values, values + array.w);
}

// Of ParamDict::type: what a text says, "2" or "2.0", "[2]" or "[2.0]".
std::optional<AttrValue> ReadParam(const ::ncnn::ParamDict& params, int id, AttrType declared) {
  constexpr int kUntyped = 1, kInt = 2, kFloat = 3, kArray = 4, kInts = 5, kFloats = 6;
  const int type = params.type(id);
  const bool floats = declared == AttrType::kFloat || declared == AttrType::kFloats;
  if (type == kInt || (type == kUntyped && !floats)) return int64_t{params.get(id, 0)};
  if (type == kFloat || type == kUntyped) return params.get(id, 0.f);
  if (type != kArray && type != kInts && type != kFloats) return std::nullopt;
  const ::ncnn::Mat array = params.get(id, ::ncnn::Mat());
  return type == kFloats || (type == kArray && floats) ? ReadArray<float>(array)
                                                       : ReadArray<int>(array);
}

// The bits of what the declaration calls batched.
template <class Defs>
int BatchedBits(const Defs& defs) {
  int bits = 0;
  for (size_t i = 0; i < defs.size(); ++i) bits |= static_cast<int>(defs[i].batched) << i;
  return bits;
}

class OpLayer : public ::ncnn::Layer {
 public:
  explicit OpLayer(const op::OpDef& op) : op_(op) {}

  int load_param(const ::ncnn::ParamDict& params) override {
    std::vector<std::optional<AttrValue>> values;
    for (size_t i = 0; i < op_.attributes.size(); ++i) {
      const auto& def = op_.attributes[i];
      auto value = ReadParam(params, static_cast<int>(i), def.type);
      values.push_back(value ? std::optional<AttrValue>(op::FromNcnn(def, *value)) : std::nullopt);
    }
    auto attributes = op::MakeAttributes(op_, values);
    if (!attributes) return Fail(attributes.error().message());
    attributes_ = std::move(*attributes);
    masks_.inputs = params.get(op::kNcnnInputsWithoutBatch, BatchedBits(op_.inputs));
    masks_.outputs = params.get(op::kNcnnOutputsWithoutBatch, BatchedBits(op_.outputs));
    return 0;
  }

  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    try {
      NcnnOpContext context(op_, masks_, &tops, option);
      const auto done = Run(bottoms, &context);
      if (!done) return Fail(done.error().message());
      context.Finish();
      return 0;
    } catch (const std::exception& error) {
      return Fail(error.what());
    }
  }

 private:
  Result<void> Run(const std::vector<::ncnn::Mat>& bottoms, NcnnOpContext* context) const {
    MMDEPLOY_TRYV(context->ReadInputs(bottoms));
    return op::Run(op_, *attributes_, op_.run, *context);
  }

  // ncnn has numbers for errors only.
  static int Fail(const std::string& message) {
    LastError() = message;
    Log(LogLevel::kError, "ncnn: {}", message);
    return -1;
  }

  const op::OpDef& op_;
  std::optional<op::Attributes> attributes_;
  BatchMasks masks_;
};

}  // namespace

const op::OpDef* FindLayerOp(const std::string& type) {
  for (const auto& op : op::Ops()) {
    if (op.names.front().type == type) return &op;
  }
  return nullptr;
}

::ncnn::Layer* CreateOpLayer(const op::OpDef& op) { return new OpLayer(op); }

std::string TakeOpError() { return std::exchange(LastError(), {}); }

}  // namespace mmdeploy::ncnn
