#include <cstdint>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// Norms, and factors and summands per channel.

namespace mmdeploy::ncnn {
namespace {

Rules Norm(const char* size) { return {Int(0, size, 1, kChannels), Eps(1), Flag(2, "affine")}; }

Result<void> CheckChannels(const ParamLayer& layer, Shapes in) {
  return ExpectSize(in[0], in[0].outermost(), layer.Int(0, 0), "channels");
}

Result<void> CheckSlopes(const ParamLayer& layer, Shapes in) {
  return layer.Int(0, 1) == 1 ? Result<void>() : CheckChannels(layer, in);
}

Result<void> CheckScaleInputs(const ParamLayer& layer, Shapes in) {
  if (layer.Int(0, 0) != -233) return CheckChannels(layer, in);
  return ExpectSize(in[0], in[0].outermost(), in[1].count(), "channels");
}

Result<void> CheckInstanceNormInput(const ParamLayer& layer, Shapes in) {
  return layer.Int(2, 1) ? CheckChannels(layer, in) : Result<void>();
}

Result<void> CheckGroupNormInput(const ParamLayer& layer, Shapes in) {
  return ExpectSize(in[0], in[0].outermost(), layer.Int(1, 0), "channels");
}

Result<void> CheckNormalizeInput(const ParamLayer& layer, Shapes in) {
  return layer.Int(1, 0) ? Result<void>() : ExpectSize(in[0], in[0].c, layer.Int(3, 0), "channels");
}

Result<void> CheckLayerNormInput(const ParamLayer& layer, Shapes in) {
  const BlobShape& x = in[0];
  if (!layer.Int(2, 1)) return {};
  const int64_t size = layer.Int(0, 0);
  const bool image = x.rank == 3 && int64_t{x.w} * x.h == size;
  return image ? Result<void>() : ExpectSize(x, x.w, size, "columns");
}

Result<void> CheckGroups(const ParamLayer& layer) {
  MMDEPLOY_ENSURE(layer.Int(1, 0) % layer.Int(0, 1) == 0, Code::kFail,
                  "group {} does not divide channels {}", layer.Int(0, 1), layer.Int(1, 0));
  return {};
}

Result<void> CheckScale(const ParamLayer& layer) {
  const bool dynamic = layer.Int(0, 0) == -233;
  MMDEPLOY_ENSURE(layer.inputs.size() == (dynamic ? 2u : 1u) && (dynamic || layer.Int(0, 0) > 0),
                  Code::kFail, "{} inputs with scale_data_size {}", layer.inputs.size(),
                  layer.Int(0, 0));
  return {};
}

// Without factors and summands they have no weights, whatever their size says.
int64_t CountAffine(const ParamLayer& layer) { return layer.Int(2, 1) ? layer.Int(0, 0) : 0; }
int64_t CountGroupNorm(const ParamLayer& layer) { return layer.Int(3, 1) ? layer.Int(1, 0) : 0; }

}  // namespace

Rows norms_rows() {
  return {
      {"BatchNorm",
       {},
       {},
       {Int(0, "channels", 1, kChannels), Eps(1)},
       {1, 4},
       nullptr,
       CheckChannels,
       SameShape,
       CountInParam<0>},
      {"Bias",
       {},
       {},
       {Int(0, "bias_data_size", 1, kChannels)},
       {1, 4},
       nullptr,
       CheckChannels,
       SameShape,
       CountInParam<0>,
       kForeign},
      {"PReLU",
       {},
       {},
       {Int(0, "num_slope", 1, kChannels)},
       {1, 4},
       nullptr,
       CheckSlopes,
       SameShape,
       CountInParam<0>},
      {"Scale",
       {1, 2},
       {},
       {Int(0, "scale_data_size", -233, kChannels), Flag(1, "bias_term")},
       {1, 4},
       CheckScale,
       CheckScaleInputs,
       SameShape,
       CountInParam<0>},
      {"InstanceNorm",
       {},
       {},
       {Int(0, "channels", 0, kChannels), Eps(1), Flag(2, "affine")},
       {3, 4},
       nullptr,
       CheckInstanceNormInput,
       SameShape,
       CountAffine},
      {"GroupNorm",
       {},
       {},
       {Int(0, "group", 1, kChannels), Int(1, "channels", 1, kChannels), Eps(2), Flag(3, "affine")},
       {1, 4},
       CheckGroups,
       CheckGroupNormInput,
       SameShape,
       CountGroupNorm},
      {"LayerNorm",
       {},
       {},
       Norm("affine_size"),
       {1, 4},
       nullptr,
       CheckLayerNormInput,
       SameShape,
       CountAffine},
      {"RMSNorm",
       {},
       {},
       Norm("affine_size"),
       {1, 4},
       nullptr,
       CheckLayerNormInput,
       SameShape,
       CountAffine,
       kForeign},
      {"MVN",
       {},
       {},
       {Flag(0, "normalize_variance"), Flag(1, "across_channels"), Eps(2)},
       {1, 4},
       nullptr,
       nullptr,
       SameShape,
       nullptr,
       kForeign},
      {"Normalize",
       {},
       {},
       {Flag(0, "across_spatial"), Flag(4, "across_channel"), Flag(1, "channel_shared"), Eps(2),
        Int(9, "eps_mode", 0, 2), Int(3, "scale_data_size", 1, kChannels)},
       {1, 3},
       nullptr,
       CheckNormalizeInput,
       SameShape,
       CountInParam<3>},
      {"LRN",
       {},
       {},
       {Flag(0, "region_type"), Int(1, "local_size", 1, kSize), Float(2, "alpha"), Float(3, "beta"),
        Float(4, "bias")},
       {1, 4},
       nullptr,
       nullptr,
       SameShape,
       nullptr},
  };
}

}  // namespace mmdeploy::ncnn
