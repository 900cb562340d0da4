#include <torch/library.h>

#include "mmdeploy/backend/torchscript/ops/context.h"
#include "mmdeploy/backend/torchscript/ops/signature.h"

namespace mmdeploy::torchscript {
namespace {

Result<std::vector<at::Tensor>> RunCall(const op::OpDef& op, const Call& call) {
  MMDEPLOY_TRY(const auto attributes, op::MakeAttributes(op, call.attributes));
  TorchOpContext context(op);
  for (const auto& input : call.inputs) MMDEPLOY_TRYV(context.AddInput(input));
  MMDEPLOY_TRYV(op::Run(op, attributes, op.run, context));
  return context.outputs();
}

// An operator as LibTorch calls it, in one of its forms (null: the general one).
class Kernel : public c10::OperatorKernel {
 public:
  Kernel(const op::OpDef& op, const op::TorchscriptForm* form) : op_(op), form_(form) {}

  void operator()(const c10::OperatorHandle&, c10::DispatchKeySet, torch::jit::Stack* stack) {
    const Call call = form_ ? PopCall(op_, *form_, stack) : PopCall(op_, stack);
    auto outputs = RunCall(op_, call);
    TORCH_CHECK(outputs, outputs.error().message());
    for (auto& output : *outputs) torch::jit::push(*stack, std::move(output));
  }

 private:
  const op::OpDef& op_;
  const op::TorchscriptForm* form_;
};

void Register(torch::Library& library, const op::OpDef& op, const op::TorchscriptForm* form) {
  const auto schema = form ? Schema(op, *form) : Schema(op);
  library.def(schema.c_str());
  library.impl(schema.substr(0, schema.find('(')).c_str(),
               torch::dispatch(c10::DispatchKey::CPU, torch::CppFunction::makeFromBoxedFunctor(
                                                          std::make_unique<Kernel>(op, form))));
}

}  // namespace
}  // namespace mmdeploy::torchscript

// LibTorch finds operators by static constructors only. A fragment: others may add to the
// namespace.
TORCH_LIBRARY_FRAGMENT(mmdeploy, library) {
  for (const auto& op : mmdeploy::op::Ops()) {
    if (op.names.front().domain != "mmdeploy") continue;
    mmdeploy::torchscript::Register(library, op, nullptr);
    for (const auto& form : op.torchscript_forms) {
      mmdeploy::torchscript::Register(library, op, &form);
    }
  }
}
