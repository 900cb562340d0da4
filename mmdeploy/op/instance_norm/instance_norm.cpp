#include "mmdeploy/op/instance_norm/instance_norm.h"

#include <cmath>

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace instance_norm {
namespace {

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  MMDEPLOY_ENSURE(!shapes[0] || shapes[0]->size() >= 2, Code::kInvalidArgument,
                  "input 0 has shape {}, expected [N,C,...]", Name(*shapes[0]));
  MMDEPLOY_TRYV(SameDim(shapes, {0, 1}, {1, 0}, "number of channels"));
  MMDEPLOY_TRYV(SameDim(shapes, {0, 1}, {2, 0}, "number of channels"));
  return std::vector<Shape>{shapes[0].value_or(Shape())};
}

void NormalizePlain(const float* x, int64_t count, float scale, float bias, float epsilon,
                    float* y) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < count; ++i) sum += x[i];
  const double mean = sum / static_cast<double>(count);
  for (int64_t i = 0; i < count; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const double factor = scale / std::sqrt(squares / static_cast<double>(count) + epsilon);
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<float>((x[i] - mean) * factor + bias);
}

Result<void> RunWith(const Attributes& attributes, OpContext& context,
                     NormalizeFunction normalize) {
  const Tensor& input = context.input(0);
  const float *scale = context.input(1).data<float>(), *bias = context.input(2).data<float>();
  const float epsilon = attributes.Float("epsilon");
  MMDEPLOY_TRY(auto output, context.Output(0));
  const int64_t channels = input.shape()[1], rows = input.shape()[0] * channels;
  if (rows == 0 || input.num_elements() == 0) return {};
  const int64_t count = input.num_elements() / rows;
  return context.ParallelFor(rows, [&](int64_t row) -> Result<void> {
    normalize(input.data<float>() + row * count, count, scale[row % channels], bias[row % channels],
              epsilon, output.data<float>() + row * count);
    return {};
  });
}

Result<void> Reference(const Attributes& attributes, OpContext& context) {
  return RunWith(attributes, context, NormalizePlain);
}

Result<void> Run(const Attributes& attributes, OpContext& context) {
  return RunWith(attributes, context, Normalize);
}

}  // namespace
}  // namespace instance_norm

// Instance normalisation (Ulyanov et al., arXiv 1607.08022; documentation: custom operators,
// MMCVInstanceNormalization).
//
//   output = scale (input - mean) / sqrt(variance + epsilon) + bias
//
// input [N,C,...]; scale, bias [C]; mean and (biased) variance of each channel of each image.
std::vector<OpDef> instance_norm_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "TRTInstanceNormalization"}, {"mmdeploy", "MMCVInstanceNormalization"}};
  op.inputs = {{"input", kAnyRank, Presence::kRequired, true}, {"scale", 1}, {"bias", 1}};
  op.outputs = {{"output", true}};
  op.attributes = {{"epsilon", AttrType::kFloat, 1e-5f, 0, 1}};
  op.infer = instance_norm::Infer;
  op.reference = instance_norm::Reference;
  op.run = instance_norm::Run;
  op.run_cuda = MMDEPLOY_IF_CUDA(instance_norm::RunCuda);
  return {op};
}

}  // namespace mmdeploy::op
