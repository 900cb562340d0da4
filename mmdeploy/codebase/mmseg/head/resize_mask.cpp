#include "mmdeploy/codebase/head.h"
#include "mmdeploy/codebase/mmseg/head/label_map.h"
#include "mmdeploy/task/segmentor/result.h"

namespace mmdeploy {
namespace {

struct MaskArgs {
  int num_classes = 0;
  bool with_argmax = true;     // the result has labels; scores otherwise
  bool align_corners = false;  // how scores are resized of which labels are made
};

// The network's map of classes, or of scores, in the size of the image (sdk interface 16.4).
class ResizeMask : public Module {
 public:
  explicit ResizeMask(const MaskArgs& args)
      : signature_(HeadSignature<Segmentation>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    const Tensor* output = Find(inputs[1].tensors(), "output");
    MMDEPLOY_ENSURE(output, Code::kFail, "the network has no output 'output'");
    MMDEPLOY_TRYV(CheckShape(*output));
    const ImageShape& size = inputs[0].sample().meta.ori_shape;
    Segmentation result;
    result.height = size.height;
    result.width = size.width;
    result.classes = args_.num_classes;
    if (!args_.with_argmax) {
      MMDEPLOY_TRY(result.score, ScoresOfImage(inputs[1].tensors(), size, context));
      return Values{Value(std::move(result))};
    }
    MMDEPLOY_TRY(result.mask,
                 Tensor::Allocate(DataType::kInt32, {size.height, size.width}, context.pool));
    if (output->shape()[1] == 1) {
      MMDEPLOY_TRYV(ResizeLabels(*output, size, context, &result.mask));
    } else {
      MMDEPLOY_TRY(const Tensor* scores, RequireOutput(inputs[1].tensors(), "output", 4));
      BestClasses(
          {scores->data<float>(), args_.num_classes, scores->shape()[2], scores->shape()[3]},
          size.height, size.width, args_.align_corners, context.num_threads,
          result.mask.data<int32_t>());
    }
    return Values{Value(std::move(result))};
  }

 private:
  Result<void> CheckShape(const Tensor& output) const {
    const Shape& shape = output.shape();
    const bool is_map = shape.size() == 4 && shape[0] == 1 && shape[2] > 0 && shape[3] > 0;
    const bool fits =
        is_map && (shape[1] == args_.num_classes || (shape[1] == 1 && args_.with_argmax));
    if (fits) return {};
    return MakeError(Code::kFail,
                     "output 'output' has shape {}, expected {}1x{}xHxW (num_classes {})",
                     Name(shape), args_.with_argmax ? "labels 1x1xHxW or scores " : "scores ",
                     args_.num_classes, args_.num_classes);
  }

  // Labels of the network in the size of the image.
  Result<void> ResizeLabels(const Tensor& output, const ImageShape& size, const RunContext& context,
                            Tensor* mask) const {
    const int64_t height = output.shape()[2], width = output.shape()[3];
    const auto resize = [&](const auto* labels) {
      return NearestLabels(labels, height, width, size.height, size.width, args_.num_classes,
                           context.num_threads, mask->data<int32_t>());
    };
    const auto check = [&](const auto* labels) -> Result<void> {
      const int64_t wrong = resize(labels);
      MMDEPLOY_ENSURE(wrong < 0, Code::kFail,
                      "output 'output' has label {} in row {}, column {}; the model has {} classes "
                      "(num_classes)",
                      labels[wrong], wrong / width, wrong % width, args_.num_classes);
      return {};
    };
    switch (output.dtype()) {
      case DataType::kInt32:
        return check(output.data<int32_t>());
      case DataType::kInt64:
        return check(output.data<int64_t>());
      case DataType::kFloat32:
        return check(output.data<float>());
      default:
        return MakeError(Code::kFail, "output 'output' is {}, expected float32, int32 or int64",
                         Describe(output));
    }
  }

  Result<Tensor> ScoresOfImage(const NamedTensors& outputs, const ImageShape& size,
                               const RunContext& context) const {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(outputs, "output", 4));
    MMDEPLOY_TRY(Tensor scores,
                 Tensor::Allocate(DataType::kFloat32, {args_.num_classes, size.height, size.width},
                                  context.pool));
    ResizeScores({output->data<float>(), args_.num_classes, output->shape()[2], output->shape()[3]},
                 size.height, size.width, args_.align_corners, context.num_threads,
                 scores.data<float>());
    return scores;
  }

  Signature signature_;
  const MaskArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  MaskArgs args;
  params.Require("num_classes", &args.num_classes, 1, 1 << 20);
  params.Read("with_argmax", &args.with_argmax);
  params.Read("align_corners", &args.align_corners);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  std::vector<DataType> types{DataType::kFloat32};
  if (args.with_argmax) types = {DataType::kFloat32, DataType::kInt32, DataType::kInt64};
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", types, 4}}));
  return std::make_unique<ResizeMask>(args);
}

}  // namespace

std::vector<HeadType> resize_mask_heads() { return {{"mmseg", "ResizeMask", Create}}; }

}  // namespace mmdeploy
