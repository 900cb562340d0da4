#include "mmdeploy/base/suggest.h"
#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

// The largest value of one map.
struct Peak {
  int x = -1, y = -1;  // -1 without a positive value
  float value = 0;
};

Peak FindPeak(const float* map, int height, int width) {
  int best = 0;
  for (int i = 1; i < height * width; ++i) {
    if (map[i] > map[best]) best = i;
  }
  if (map[best] <= 0) return {-1, -1, map[best]};
  return {best % width, best / width, map[best]};
}

float Sign(float value) { return static_cast<float>((value > 0) - (value < 0)); }

// A quarter of a pixel towards the larger neighbour, where both lie inside by a pixel.
Point Refine(const float* map, int height, int width, const Peak& peak) {
  Point point{static_cast<float>(peak.x), static_cast<float>(peak.y)};
  if (peak.x > 1 && peak.x < width - 1 && peak.y > 1 && peak.y < height - 1) {
    const float* at = map + peak.y * width + peak.x;
    point.x += 0.25f * Sign(at[1] - at[-1]);
    point.y += 0.25f * Sign(at[width] - at[-width]);
  }
  return point;
}

// The place of the maximum of each map [1,K,H,W] in the image (sdk interface 16.11: the modes
// "null" and "default").
class TopdownHeatmapDecode : public Module {
 public:
  explicit TopdownHeatmapDecode(bool refine)
      : signature_(HeadSignature<PoseDetection>(2)), refine_(refine) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(inputs[1].tensors(), "output", 4));
    const Shape& shape = output->shape();
    MMDEPLOY_ENSURE(shape.size() == 4 && shape[0] == 1 && shape[2] > 0 && shape[3] > 0 &&
                        shape[2] * shape[3] <= (1 << 30),
                    Code::kFail, "output 'output' has shape {}, expected 1xKxHxW", Name(shape));
    const ImageMeta& meta = inputs[0].sample().meta;
    MMDEPLOY_ENSURE(meta.center && meta.scale, Code::kFail,
                    "the preprocessed image has no center and scale; put TopDownGetBboxCenterScale "
                    "or TopDownAffine into its transforms");
    const auto height = static_cast<int>(shape[2]), width = static_cast<int>(shape[3]);
    PoseDetection pose;
    for (int64_t k = 0; k < shape[1]; ++k) {
      const float* map = output->data<float>() + k * height * width;
      const Peak peak = FindPeak(map, height, width);
      Point point{static_cast<float>(peak.x), static_cast<float>(peak.y)};
      if (refine_) point = Refine(map, height, width, peak);
      pose.points.push_back(ToImage(point, meta, height, width));
      pose.scores.push_back(peak.value);
    }
    return Values{Value(std::move(pose))};
  }

 private:
  static Point ToImage(const Point& point, const ImageMeta& meta, int height, int width) {
    const Point& scale = *meta.scale;
    const float sx = scale.x * 200 / static_cast<float>(width);
    const float sy = scale.y * 200 / static_cast<float>(height);
    return {point.x * sx + meta.center->x - scale.x * 100,
            point.y * sy + meta.center->y - scale.y * 100};
  }

  Signature signature_;
  const bool refine_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  std::string post_process = "default";
  bool use_udp = false;
  params.Read("post_process", &post_process);
  params.Read("use_udp", &use_udp);
  params.Ignore({"flip_test", "unbiased_decoding", "shift_heatmap", "modulate_kernel",
                 "target_type", "valid_radius_factor"});
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_ENSURE(!use_udp && post_process != "unbiased" && post_process != "megvii",
                  Code::kNotSupported,
                  "{}: decoding with post_process '{}', use_udp {} is not part of this release; "
                  "allowed: 'default', 'null' without use_udp",
                  params.path().str(), post_process, use_udp);
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 4}}));
  return std::make_unique<TopdownHeatmapDecode>(post_process != "null");
}

}  // namespace

// Heads of mmpose whose maps mean the same.
std::vector<HeadType> topdown_heatmap_decode_heads() {
  std::vector<HeadType> heads;
  for (const char* name : {"TopdownHeatmapBaseHeadDecode", "TopdownHeatmapSimpleHeadDecode",
                           "TopdownHeatmapMultiStageHeadDecode", "ViPNASHeatmapSimpleHeadDecode",
                           "TopdownHeatmapMSMUHeadDecode"}) {
    heads.push_back({"mmpose", name, Create});
  }
  return heads;
}

}  // namespace mmdeploy
