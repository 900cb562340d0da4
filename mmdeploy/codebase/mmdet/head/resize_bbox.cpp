#include "mmdeploy/codebase/mmdet/head/boxes.h"

namespace mmdeploy {
namespace {

// The boxes of an image without masks (sdk interface 16.2).
class ResizeBBox : public Module {
 public:
  explicit ResizeBBox(BoxArgs args) : signature_(HeadSignature<Detection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    return MapDets(inputs[1].tensors(), inputs[0].sample().meta, args_);
  }

 private:
  Signature signature_;
  const BoxArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  const BoxArgs args = ReadBoxArgs(params);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckBoxOutputs(env, params.path()));
  return std::make_unique<ResizeBBox>(args);
}

}  // namespace

std::vector<HeadType> resize_bbox_heads() { return {{"mmdet", "ResizeBBox", Create}}; }

}  // namespace mmdeploy
