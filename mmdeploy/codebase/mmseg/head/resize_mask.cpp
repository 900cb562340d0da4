#include <opencv2/imgproc.hpp>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/segmentor/result.h"

namespace mmdeploy {
namespace {

// The network's map of classes, or of scores, in the size of the image (sdk interface 16.4).
class ResizeMask : public Module {
 public:
  ResizeMask(int num_classes, bool with_argmax)
      : signature_(HeadSignature<Segmentation>(2)),
        num_classes_(num_classes),
        with_argmax_(with_argmax) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    const Tensor* output = Find(inputs[1].tensors(), "output");
    MMDEPLOY_ENSURE(output, Code::kFail, "the network has no output 'output'");
    const Shape& shape = output->shape();
    const int64_t channels = with_argmax_ ? 1 : num_classes_;
    MMDEPLOY_ENSURE(
        shape.size() == 4 && shape[0] == 1 && shape[1] == channels && shape[2] > 0 && shape[3] > 0,
        Code::kFail, "output 'output' has shape {}, expected 1x{}xHxW", Name(shape), channels);
    const ImageShape& size = inputs[0].sample().meta.ori_shape;
    Segmentation result;
    result.height = size.height;
    result.width = size.width;
    result.classes = num_classes_;
    if (with_argmax_) {
      MMDEPLOY_TRY(result.mask, ResizeLabels(*output, size, context));
    } else {
      MMDEPLOY_TRY(result.score, ResizeScores(inputs[1].tensors(), size, context));
    }
    return Values{Value(std::move(result))};
  }

 private:
  static Result<Tensor> ResizeLabels(const Tensor& output, const ImageShape& size,
                                     const RunContext& context) {
    MMDEPLOY_TRY(const Tensor labels, ToInt32(output, context));
    MMDEPLOY_TRY(Tensor mask,
                 Tensor::Allocate(DataType::kInt32, {size.height, size.width}, context.pool));
    const cv::Mat from(static_cast<int>(output.shape()[2]), static_cast<int>(output.shape()[3]),
                       CV_32SC1, labels.raw());
    cv::Mat to(size.height, size.width, CV_32SC1, mask.raw());
    cv::resize(from, to, to.size(), 0, 0, cv::INTER_NEAREST);
    return mask;
  }

  static Result<Tensor> ToInt32(const Tensor& output, const RunContext& context) {
    if (output.dtype() == DataType::kInt32) return output;
    MMDEPLOY_TRY(Tensor labels, Tensor::Allocate(DataType::kInt32, output.shape(), context.pool));
    const auto convert = [&](const auto* from) {
      int32_t* to = labels.data<int32_t>();
      for (int64_t i = 0; i < labels.num_elements(); ++i)
        to[i] = cv::saturate_cast<int32_t>(from[i]);
    };
    if (output.dtype() == DataType::kFloat32) {
      convert(output.data<float>());
    } else if (output.dtype() == DataType::kInt64) {
      convert(output.data<int64_t>());
    } else {
      return MakeError(Code::kFail, "output 'output' is {}, expected float32, int32 or int64",
                       Describe(output));
    }
    return labels;
  }

  // Each class by itself.
  Result<Tensor> ResizeScores(const NamedTensors& outputs, const ImageShape& size,
                              const RunContext& context) const {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(outputs, "output", 4));
    MMDEPLOY_TRY(Tensor scores,
                 Tensor::Allocate(DataType::kFloat32, {num_classes_, size.height, size.width},
                                  context.pool));
    const int64_t height = output->shape()[2], width = output->shape()[3];
    for (int64_t c = 0; c < num_classes_; ++c) {
      const cv::Mat from(static_cast<int>(height), static_cast<int>(width), CV_32FC1,
                         output->data<float>() + c * height * width);
      cv::Mat to(size.height, size.width, CV_32FC1,
                 scores.data<float>() + c * size.height * size.width);
      cv::resize(from, to, to.size(), 0, 0, cv::INTER_LINEAR);
    }
    return scores;
  }

  Signature signature_;
  const int num_classes_;
  const bool with_argmax_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  int num_classes = 0;
  bool with_argmax = true;
  params.Require("num_classes", &num_classes, 1, 1 << 20);
  params.Read("with_argmax", &with_argmax);
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  std::vector<DataType> types{DataType::kFloat32};
  if (with_argmax) types = {DataType::kFloat32, DataType::kInt32, DataType::kInt64};
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", types, 4}}));
  return std::make_unique<ResizeMask>(num_classes, with_argmax);
}

}  // namespace

std::vector<HeadType> resize_mask_heads() { return {{"mmseg", "ResizeMask", Create}}; }

}  // namespace mmdeploy
