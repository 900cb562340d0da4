#include "mmdeploy/op/grid_sampler/grid_sampler.h"

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace grid_sampler {

Options::Options(const Attributes& attributes)
    : interpolation(static_cast<Interpolation>(attributes.Int("interpolation_mode"))),
      padding(static_cast<Padding>(attributes.Int("padding_mode"))),
      align_corners(attributes.Bool("align_corners")) {}

Sizes::Sizes(const Tensor& image, const Tensor& grid)
    : batch(image.shape()[0]),
      channels(image.shape()[1]),
      input{1, 1, 1},
      axes(static_cast<int64_t>(image.shape().size()) - 2),
      places(1) {
  for (int64_t i = 0; i < axes; ++i) {
    input[i] = image.shape()[image.shape().size() - 1 - i];
    places *= grid.shape()[1 + i];
  }
}

namespace {

Result<void> CheckRank(InputShapes shapes, size_t input) {
  if (!shapes[input]) return {};
  const size_t rank = shapes[input]->size();
  MMDEPLOY_ENSURE(rank == 4 || rank == 5, Code::kInvalidArgument,
                  "input {} has shape {}, expected 4 or 5 dimensions", input, Name(*shapes[input]));
  return {};
}

Result<std::vector<Shape>> Infer(const Attributes& attributes, InputShapes shapes) {
  MMDEPLOY_TRYV(CheckRank(shapes, 0));
  MMDEPLOY_TRYV(CheckRank(shapes, 1));
  MMDEPLOY_ENSURE(!shapes[0] || !shapes[1] || shapes[0]->size() == shapes[1]->size(),
                  Code::kInvalidArgument,
                  "inputs 0 and 1 have shapes {} and {}, expected as many dimensions",
                  Name(*shapes[0]), Name(*shapes[1]));
  // Images, if nothing is known.
  const size_t rank = shapes[0] ? shapes[0]->size() : shapes[1] ? shapes[1]->size() : 4;
  MMDEPLOY_ENSURE(rank == 4 || Options(attributes).interpolation != Interpolation::kCubic,
                  Code::kNotSupported,
                  "interpolation_mode 2 (bicubic) with 5 dimensions, allowed: 0 (linear), 1 "
                  "(nearest), or 4 dimensions");
  Shape output(std::vector<int64_t>(rank, Shape::kDynamic));
  output[1] = Dim(shapes, {0, 1});
  MMDEPLOY_TRYV(ExpectDim(shapes, 1, rank - 1, static_cast<int64_t>(rank - 2),
                          rank == 4 ? "x and y" : "x, y and z"));
  for (size_t i = 1; i + 1 < rank; ++i) output[i + 1] = Dim(shapes, {1, i});
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
// input [N,C,H,W]; grid [N,oH,oW,2] of (x, y), -1 to 1 from edge to edge; output [N,C,oH,oW]. Or
// volumes, bilinear (then trilinear) or nearest: input [N,C,D,H,W]; grid [N,oD,oH,oW,3] of
// (x, y, z); output [N,C,oD,oH,oW].
std::vector<OpDef> grid_sampler_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "grid_sampler"}, {"mmcv", "grid_sampler"}};
  op.inputs = {{"input", kAnyRank, Presence::kRequired, true},
               {"grid", kAnyRank, Presence::kRequired, true}};
  op.outputs = {{"output", true}};
  op.attributes = {
      {"interpolation_mode", AttrType::kInt, int64_t{0}, 0, 2},  // bilinear, nearest, bicubic
      {"padding_mode", AttrType::kInt, int64_t{0}, 0, 2},        // zeros, border, reflection
      {"align_corners", AttrType::kInt, int64_t{0}, 0, 1},  // -1 and 1 are centres of edge pixels
  };
  op.infer = grid_sampler::Infer;
  op.reference = grid_sampler::Reference;
  op.run = grid_sampler::Run;
  op.run_cuda = MMDEPLOY_IF_CUDA(grid_sampler::RunCuda);
  return {op};
}

}  // namespace mmdeploy::op
