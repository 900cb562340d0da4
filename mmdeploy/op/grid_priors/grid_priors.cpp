#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace grid_priors {

Result<void> RunCuda(const Attributes& attributes, OpContext& context);  // cuda.cu

namespace {

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  MMDEPLOY_TRYV(ExpectDim(shapes, 0, 1, 4, "x1, y1, x2, y2"));
  int64_t count = 1;
  for (size_t i = 0; i < 3; ++i) {
    const int64_t dim = Dim(shapes, {i, 0});
    count = dim < 0 || count < 0 ? Shape::kDynamic : count * dim;
  }
  return std::vector<Shape>{{count, 4}};
}

Result<void> Run(const Attributes& attributes, OpContext& context) {
  const Tensor& anchors = context.input(0);
  const int64_t height = context.input(1).shape()[0], width = context.input(2).shape()[0];
  const int64_t count = anchors.shape()[0];
  const auto stride_h = static_cast<float>(attributes.Int("stride_h"));
  const auto stride_w = static_cast<float>(attributes.Int("stride_w"));
  MMDEPLOY_TRY(auto output, context.Output(0));
  const float* anchor = anchors.data<float>();
  return context.ParallelFor(height, [&](int64_t y) -> Result<void> {
    float* out = output.data<float>() + y * width * count * 4;
    const float dy = static_cast<float>(y) * stride_h;
    for (int64_t x = 0; x < width; ++x) {
      const float dx = static_cast<float>(x) * stride_w;
      for (int64_t i = 0; i < 4 * count; ++i) *out++ = anchor[i] + (i % 2 ? dy : dx);
    }
    return {};
  });
}

}  // namespace
}  // namespace grid_priors

// Anchors at every cell of a feature map (documentation: custom operators, GridPriorsTRT).
//
//   output[(y * W + x) * A + a] = base_anchors[a] + (x stride_w, y stride_h, x stride_w, y
//   stride_h)
//
// base_anchors [A,4] of x1, y1, x2, y2; of h [H] and w [W] only the lengths matter; output
// [H*W*A,4].
std::vector<OpDef> grid_priors_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "GridPriorsTRT"}};
  op.inputs = {{"base_anchors", 2},
               {"h", 1, Presence::kRequired, false, {}},
               {"w", 1, Presence::kRequired, false, {}}};
  op.outputs = {{"output"}};
  op.attributes = {{"stride_h", AttrType::kInt, std::nullopt, 0, 1e6},
                   {"stride_w", AttrType::kInt, std::nullopt, 0, 1e6}};
  op.infer = grid_priors::Infer;
  // One line of arithmetic per number: the plain code is the fast one.
  op.reference = grid_priors::Run;
  op.run = grid_priors::Run;
  op.run_cuda = MMDEPLOY_IF_CUDA(grid_priors::RunCuda);
  return {op};
}

}  // namespace mmdeploy::op
