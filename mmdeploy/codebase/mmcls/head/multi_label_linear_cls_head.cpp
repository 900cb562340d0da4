#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/classifier/result.h"

namespace mmdeploy {
namespace {

// Every label with its score, in the order of the labels. sdk interface 16.1.
class MultiLabelLinearClsHead : public Module {
 public:
  explicit MultiLabelLinearClsHead(size_t num_inputs)
      : signature_(HeadSignature<Classification>(num_inputs)) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(inputs.back().tensors(), "output", 2));
    MMDEPLOY_ENSURE(output->shape()[0] == 1, Code::kFail,
                    "output 'output' has shape {}, expected 1xC", Name(output->shape()));
    Value::List labels;
    for (int64_t i = 0; i < output->num_elements(); ++i) {
      labels.emplace_back(Classification{static_cast<int>(i), output->data<float>()[i]});
    }
    return Values{Value(std::move(labels))};
  }

 private:
  Signature signature_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  params.Ignore({"topk"});
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 2}}));
  return std::make_unique<MultiLabelLinearClsHead>(env.inputs.size());
}

}  // namespace

std::vector<HeadType> multi_label_linear_cls_head_heads() {
  std::vector<HeadType> heads;
  for (const char* name : {"MultiLabelLinearClsHead", "MultiLabelClsHead", "CSRAClsHead"}) {
    heads.push_back({"mmcls", name, Create});
  }
  return heads;
}

}  // namespace mmdeploy
