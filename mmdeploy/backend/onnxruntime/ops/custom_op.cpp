#include "mmdeploy/backend/onnxruntime/ops/custom_op.h"

#include <exception>
#include <memory>

#include "mmdeploy/backend/onnxruntime/ops/attributes.h"
#include "mmdeploy/backend/onnxruntime/ops/context.h"
#include "mmdeploy/backend/onnxruntime/types.h"

namespace mmdeploy::onnxruntime {
namespace {

// A node of a session.
struct Kernel {
  const OrtApi& ort;
  const op::OpDef& op;
  op::Attributes attributes;
};

// Calls `function`, which answers a Result<void>; neither errors nor exceptions may leave as such.
template <class Function>
OrtStatus* AsStatus(const OrtApi& ort, Function&& function) {
  try {
    const Result<void> result = function();
    if (result) return nullptr;
    const bool invalid = result.error().code() == Code::kInvalidArgument;
    return ort.CreateStatus(invalid ? ORT_INVALID_ARGUMENT : ORT_FAIL,
                            result.error().message().c_str());
  } catch (const std::exception& error) {
    return ort.CreateStatus(ORT_FAIL, error.what());
  }
}

// What is known of an input when the session is made; nullopt if that is nothing.
std::optional<Shape> KnownShape(const OrtApi& ort, const OrtKernelInfo& info, size_t index) {
  OrtTypeInfo* type = nullptr;
  if (OrtStatus* status = ort.KernelInfo_GetInputTypeInfo(&info, index, &type)) {
    ort.ReleaseStatus(status);  // an optional input that is absent
    return std::nullopt;
  }
  const std::unique_ptr<OrtTypeInfo, decltype(ort.ReleaseTypeInfo)> guard(type,
                                                                          ort.ReleaseTypeInfo);
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  if (OrtStatus* status = ort.CastTypeInfoToTensorInfo(type, &tensor)) {
    ort.ReleaseStatus(status);
    return std::nullopt;
  }
  if (!tensor) return std::nullopt;
  const auto known = ReadType(ort, *tensor, "");
  // ONNX Runtime gives rank 0 for "not known"; a scalar is then checked at run time.
  if (!known || known->shape.empty()) return std::nullopt;
  return known->shape;
}

Result<void> MakeKernel(const OrtApi& ort, const op::OpDef& op, const OrtKernelInfo& info,
                        void** kernel) {
  MMDEPLOY_TRY(auto attributes, ReadAttributes(ort, info, op));
  size_t count = 0;
  MMDEPLOY_ORT(ort, KernelInfo_GetInputCount(&info, &count), "count inputs");
  std::vector<std::optional<Shape>> shapes;
  for (size_t i = 0; i < count; ++i) shapes.push_back(KnownShape(ort, info, i));
  MMDEPLOY_TRYV(op::InferShapes(op, attributes, shapes));
  *kernel = new Kernel{ort, op, std::move(attributes)};
  return {};
}

Result<void> RunKernel(const Kernel& kernel, OrtKernelContext* ort_context) {
  OrtOpContext context(kernel.ort, ort_context);
  MMDEPLOY_TRYV(context.ReadInputs(kernel.op));
  return op::Run(kernel.op, kernel.attributes, kernel.op.run, context);
}

}  // namespace

std::vector<InputTypes> TypeCombinations(const op::OpDef& op) {
  std::vector<InputTypes> all{{}};
  for (const auto& input : op.inputs) {
    std::vector<InputTypes> longer;
    for (const auto& types : all) {
      InputTypes choices;
      for (const auto dtype : input.dtypes) choices.push_back(ToOnnx(dtype));
      if (choices.empty()) choices = {ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED};
      if (input.same_dtype_as >= 0) choices = {types[static_cast<size_t>(input.same_dtype_as)]};
      for (const auto type : choices) {
        longer.push_back(types);
        longer.back().push_back(type);
      }
    }
    all = std::move(longer);
  }
  return all;
}

CustomOp::CustomOp(const op::OpDef& op, const op::OpName& name, InputTypes types, const OrtApi& ort)
    : OrtCustomOp{}, op_(op), name_(name), types_(std::move(types)), ort_(ort) {
  version = kApiVersion;
  SetDeclaration();
  SetKernel();
}

void CustomOp::SetDeclaration() {
  GetName = [](const OrtCustomOp* op) { return Of(op).name_.type.c_str(); };
  GetExecutionProviderType = [](const OrtCustomOp*) -> const char* { return nullptr; };
  GetInputTypeCount = [](const OrtCustomOp* op) { return Of(op).op_.inputs.size(); };
  GetOutputTypeCount = [](const OrtCustomOp* op) { return Of(op).op_.outputs.size(); };
  GetInputType = [](const OrtCustomOp* op, size_t i) { return Of(op).types_[i]; };
  GetOutputType = [](const OrtCustomOp* op, size_t i) {
    const auto& def = Of(op).op_.outputs[i];
    return def.same_dtype_as < 0 ? ToOnnx(def.dtype)
                                 : Of(op).types_[static_cast<size_t>(def.same_dtype_as)];
  };
  GetInputCharacteristic = [](const OrtCustomOp* op, size_t i) {
    switch (Of(op).op_.inputs[i].presence) {
      case op::Presence::kOptional:
        return INPUT_OUTPUT_OPTIONAL;
      case op::Presence::kVariadic:
        return INPUT_OUTPUT_VARIADIC;
      default:
        return INPUT_OUTPUT_REQUIRED;
    }
  };
  GetOutputCharacteristic = [](const OrtCustomOp* op, size_t i) {
    return Of(op).op_.outputs[i].optional ? INPUT_OUTPUT_OPTIONAL : INPUT_OUTPUT_REQUIRED;
  };
  GetInputMemoryType = [](const OrtCustomOp*, size_t) { return OrtMemTypeDefault; };
  GetVariadicInputMinArity = [](const OrtCustomOp*) { return 1; };
  GetVariadicInputHomogeneity = [](const OrtCustomOp*) { return 1; };
  GetVariadicOutputMinArity = [](const OrtCustomOp*) { return 1; };
  GetVariadicOutputHomogeneity = [](const OrtCustomOp*) { return 1; };
}

void CustomOp::SetKernel() {
  CreateKernelV2 = [](const OrtCustomOp* op, const OrtApi* ort, const OrtKernelInfo* info,
                      void** kernel) -> OrtStatus* {
    return AsStatus(*ort, [&] { return MakeKernel(Of(op).ort_, Of(op).op_, *info, kernel); });
  };
  KernelComputeV2 = [](void* kernel, OrtKernelContext* context) -> OrtStatus* {
    const auto& self = *static_cast<const Kernel*>(kernel);
    return AsStatus(self.ort, [&] { return RunKernel(self, context); });
  };
  KernelDestroy = [](void* kernel) { delete static_cast<Kernel*>(kernel); };
}

}  // namespace mmdeploy::onnxruntime
