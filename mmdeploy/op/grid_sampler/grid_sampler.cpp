#include "mmdeploy/op/grid_sampler/grid_sampler.h"

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace grid_sampler {

Options::Options(const Attributes& attributes)
    : interpolation(static_cast<Interpolation>(attributes.Int("interpolation_mode"))),
      padding(static_cast<Padding>(attributes.Int("padding_mode"))),
      align_corners(attributes.Bool("align_corners")) {}

namespace {

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  Shape output(std::initializer_list<int64_t>{Shape::kDynamic, Shape::kDynamic, Shape::kDynamic,
                                              Shape::kDynamic});
  if (shapes[0]) output[1] = (*shapes[0])[1];
  if (shapes[1]) {
    const Shape& grid = *shapes[1];
    MMDEPLOY_TRYV(ExpectDim(shapes, 1, 3, 2, "x and y"));
    output[2] = grid[1];
    output[3] = grid[2];
  }
  MMDEPLOY_TRY(output[0], SameDim(shapes, {0, 0}, {1, 0}, "N"));
  return std::vector<Shape>{output};
}

}  // namespace
}  // namespace grid_sampler

// Samples an image at given places, as torch.nn.functional.grid_sample does (Jaderberg et al.,
// "Spatial Transformer Networks", 2015; documentation: custom operators, grid_sampler).
//
//   output[n,c,y,x] = sample(input[n,c], at grid[n,y,x])
//
// input [N,C,H,W]; grid [N,oH,oW,2] of (x, y), -1 to 1 from edge to edge; output [N,C,oH,oW].
std::vector<OpDef> grid_sampler_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "grid_sampler"}, {"mmcv", "grid_sampler"}};
  op.inputs = {{"input", 4, Presence::kRequired, true}, {"grid", 4, Presence::kRequired, true}};
  op.outputs = {{"output", true}};
  op.attributes = {
      {"interpolation_mode", AttrType::kInt, int64_t{0}, 0, 2},  // bilinear, nearest, bicubic
      {"padding_mode", AttrType::kInt, int64_t{0}, 0, 2},        // zeros, border, reflection
      {"align_corners", AttrType::kInt, int64_t{0}, 0, 1},  // -1 and 1 are centres of edge pixels
  };
  op.infer = grid_sampler::Infer;
  op.reference = grid_sampler::Reference;
  op.run = grid_sampler::Run;
  return {op};
}

}  // namespace mmdeploy::op
