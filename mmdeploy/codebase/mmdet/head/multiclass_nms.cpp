#include "mmdeploy/codebase/mmdet/head/boxes.h"
#include "mmdeploy/codebase/mmdet/head/selection.h"

namespace mmdeploy {
namespace {

// A detector that is cut before its last non-maximum suppression (partition `single_stage`), or
// whose boxes a step before this one has decoded: boxes [1,N,4] or [1,N,C,4] and scores [1,N,C] to
// what ResizeBBox gives.
class MultiClassNms : public Module {
 public:
  MultiClassNms(BoxArgs boxes, SelectionArgs selection)
      : signature_(HeadSignature<Detection>(2)), box_args_(boxes), selection_(selection) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const auto scored, ScoredBoxes::FromOutputs(inputs[1].tensors()));
    const auto selected = SelectPerClass(scored, selection_);
    MMDEPLOY_TRY(const auto dets, ToDets(scored.boxes.data<float>(), selected));
    return MapDets(dets, inputs[0].sample().meta, box_args_);
  }

 private:
  Signature signature_;
  const BoxArgs box_args_;
  const SelectionArgs selection_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  const BoxArgs boxes = ReadBoxArgs(params);
  const SelectionArgs selection = ReadSelectionArgs(params);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), ScoredBoxes::Specs()));
  return std::make_unique<MultiClassNms>(boxes, selection);
}

}  // namespace

std::vector<HeadType> multiclass_nms_heads() { return {{"mmdet", "MultiClassNMS", Create}}; }

}  // namespace mmdeploy
