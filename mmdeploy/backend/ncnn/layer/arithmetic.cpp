#include <algorithm>
#include <array>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// Functions of several numbers: of two blobs, along axes, over all.

namespace mmdeploy::ncnn {
namespace {

bool Broadcasts(const BlobShape& a, const BlobShape& b, int shift) {
  const auto x = a.dims(), y = b.dims();
  for (int i = 0; i < b.rank; ++i) {
    const int p = x[static_cast<size_t>(i) + static_cast<size_t>(shift)];
    const int q = y[static_cast<size_t>(i)];
    if (p != q && p != 1 && q != 1) return false;
  }
  return true;
}

// ncnn aligns a blob of one dimension with the outermost or the innermost one of the other, any
// other with the outermost ones.
Result<void> CheckBinaryInputs(const ParamLayer&, Shapes in) {
  if (in.size() < 2) return {};
  const bool swap = in[0].rank < in[1].rank;
  const BlobShape &a = in[swap], &b = in[!swap];
  const bool inner = b.rank == 1 && Broadcasts(a, b, a.rank - 1);
  MMDEPLOY_ENSURE(inner || Broadcasts(a, b, 0), Code::kFail, "inputs {} and {} do not fit",
                  Name(in[0]), Name(in[1]));
  return {};
}

Result<void> CheckEqualInputs(const ParamLayer& layer, Shapes in) {
  for (const auto& shape : in) {
    MMDEPLOY_ENSURE(shape == in[0], Code::kFail, "inputs {} and {} differ", Name(in[0]),
                    Name(shape));
  }
  const auto coeffs = layer.Array(1).size();
  MMDEPLOY_ENSURE(coeffs == 0 || coeffs == in.size(), Code::kFail, "{} coeffs for {} inputs",
                  coeffs, in.size());
  return {};
}

Result<void> CheckAxisInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_TRYV(ExpectAxis(in[0], layer.Int(0, 0)));
  if (layer.type != "GLU") return {};
  return ExpectDivides(in[0], in[0].dims()[size_t(ResolveAxis(in[0], layer.Int(0, 0)))], 2);
}

Result<void> CheckReductionInput(const ParamLayer& layer, Shapes in) {
  return ExpectAxes(in[0], layer.Array(3));
}

Result<void> CheckArgMaxInput(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_ENSURE(layer.Int(1, 1) <= in[0].count(), Code::kFail, "topk {} of {} elements",
                  layer.Int(1, 1), in[0].count());
  return {};
}

Result<void> CheckBinary(const ParamLayer& layer) {
  const bool scalar = layer.Int(1, 0) != 0;
  MMDEPLOY_ENSURE(layer.inputs.size() == (scalar ? 1u : 2u), Code::kFail,
                  "{} inputs with with_scalar={}", layer.inputs.size(), scalar ? 1 : 0);
  return {};
}

std::vector<BlobShape> GluShape(const ParamLayer& layer, Shapes in) {
  std::vector<int64_t> dims;
  for (int i = 0; i < in[0].rank; ++i) {
    const int extent = in[0].dims()[static_cast<size_t>(i)];
    dims.push_back(i == ResolveAxis(in[0], layer.Int(0, 0)) ? extent / 2 : extent);
  }
  return {ShapeOf(dims)};
}

// Without axes all are reduced; what is left of all of them is one number.
std::vector<BlobShape> ReductionShape(const ParamLayer& layer, Shapes in) {
  const std::vector<double>& axes = layer.Array(3);
  const bool all = layer.Int(1, 1) != 0 && axes.empty();
  std::vector<int64_t> dims;
  for (int i = 0; i < in[0].rank; ++i) {
    const bool reduced = all || std::any_of(axes.begin(), axes.end(), [&](double axis) {
                           return ResolveAxis(in[0], static_cast<int>(axis)) == i;
                         });
    if (!reduced) dims.push_back(in[0].dims()[static_cast<size_t>(i)]);
    if (reduced && layer.Int(4, 0) != 0) dims.push_back(1);
  }
  if (dims.empty()) dims = {1};
  return {ShapeOf(dims)};
}

}  // namespace

Rows arithmetic_rows() {
  return {
      {"BinaryOp",
       {1, 2},
       {},
       {Int(0, "op_type", 0, 18), Flag(1, "with_scalar"), Float(2, "b")},
       {1, 4},
       CheckBinary,
       CheckBinaryInputs,
       BroadcastShape,
       nullptr},
      {"Eltwise",
       {2, kMany},
       {},
       {Int(0, "op_type", 0, 2), Floats(1, "coeffs")},
       {1, 4},
       nullptr,
       CheckEqualInputs,
       SameShape,
       nullptr,
       kForeign},
      {"Softmax",
       {},
       {},
       {Axis(0), Flag(1, "fixbug0")},
       {1, 4},
       nullptr,
       CheckAxisInput,
       SameShape,
       nullptr},
      {"GLU", {}, {}, {Axis(0)}, {1, 4}, nullptr, CheckAxisInput, GluShape, nullptr, kForeign},
      {"CumulativeSum", {}, {}, {Axis(0)}, {1, 4}, nullptr, CheckAxisInput, SameShape, nullptr},
      {"ArgMax",
       {},
       {},
       {Flag(0, "out_max_val"), Int(1, "topk", 1, kCount)},
       {1, 4},
       nullptr,
       CheckArgMaxInput,
       nullptr,
       nullptr,
       kForeign},
      {"Reduction",
       {},
       {},
       {Int(0, "operation", 0, 10), Flag(1, "reduce_all"), Float(2, "coeff"), Axes(3),
        Flag(4, "keepdims"), Flag(5, "fixbug0")},
       {1, 4},
       nullptr,
       CheckReductionInput,
       ReductionShape,
       nullptr},
      {"StatisticsPooling",
       {},
       {},
       {Flag(0, "include_stddev")},
       {1, 4},
       nullptr,
       nullptr,
       nullptr,
       nullptr,
       kForeign},
  };
}

}  // namespace mmdeploy::ncnn
