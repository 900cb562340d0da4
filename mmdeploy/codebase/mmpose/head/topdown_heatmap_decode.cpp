#include <algorithm>
#include <cctype>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/codebase/mmpose/head/box_grid.h"
#include "mmdeploy/codebase/mmpose/head/heatmap.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

using Mode = HeatmapDecoding::Mode;

// The key points of maps [1,K,H,W] in the image (sdk interface 16.11).
class TopdownHeatmapDecode : public Module {
 public:
  TopdownHeatmapDecode(const HeatmapDecoding& decoding, bool use_udp)
      : signature_(HeadSignature<PoseDetection>(2)), decoder_(decoding), use_udp_(use_udp) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* output, RequireOutput(inputs[1].tensors(), "output", 4));
    const Shape& shape = output->shape();
    MMDEPLOY_ENSURE(shape.size() == 4 && shape[0] == 1 && shape[2] > 0 && shape[3] > 0 &&
                        shape[2] * shape[3] <= (1 << 30),
                    Code::kFail, "output 'output' has shape {}, expected 1xKxHxW", Name(shape));
    const auto height = static_cast<int>(shape[2]), width = static_cast<int>(shape[3]);
    MMDEPLOY_TRY(const BoxGrid grid, GridOf(inputs[0].sample().meta, width, height, use_udp_));
    MMDEPLOY_TRY(const auto points,
                 decoder_.Decode(output->data<float>(), static_cast<int>(shape[1]), height, width));
    PoseDetection pose;
    for (const MapPoint& point : points) {
      pose.points.push_back(grid.ToImage(point.place));
      pose.scores.push_back(point.score);
    }
    return Values{Value(std::move(pose))};
  }

 private:
  Signature signature_;
  const HeatmapDecoder decoder_;
  const bool use_udp_;
};

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// `post_process`: a string, or Python's None, False and True of old configs.
std::string ReadPostProcess(JsonReader& params) {
  const Json* value = params.json().is_object() && params.json().contains("post_process")
                          ? &params.json()["post_process"]
                          : nullptr;
  std::string found = "default";
  if (value && (value->is_null() || value->is_boolean())) {
    params.Ignore({"post_process"});
    return value->is_boolean() && value->get<bool>() ? "default" : "null";
  }
  params.ReadEnum<std::string>(
      "post_process",
      {{"default", "default"}, {"unbiased", "unbiased"}, {"megvii", "megvii"}, {"null", "null"}},
      &found);
  return found;
}

// What the keys ask for. Errors: keys that exclude each other, as in mmpose.
Result<Mode> ChooseMode(const JsonReader& params, const std::string& post_process, bool unbiased,
                        bool use_udp, bool with_offsets) {
  MMDEPLOY_ENSURE(!(unbiased && (post_process == "null" || post_process == "megvii")),
                  Code::kInvalidArgument,
                  "{}: unbiased_decoding is true and post_process {}; allowed with it: 'default', "
                  "'unbiased'",
                  params.path().str(), post_process);
  MMDEPLOY_ENSURE(!(use_udp && post_process == "megvii"), Code::kInvalidArgument,
                  "{}: use_udp is true and post_process megvii; allowed is one of them",
                  params.path().str());
  if (use_udp) return with_offsets ? Mode::kUdpOffsets : Mode::kUdp;
  if (unbiased || post_process == "unbiased") return Mode::kTaylor;
  if (post_process == "megvii") return Mode::kMegvii;
  return post_process == "null" ? Mode::kMax : Mode::kQuarter;
}

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  HeatmapDecoding decoding;
  bool use_udp = false, unbiased = false;
  std::string target_type = "GaussianHeatmap";
  const std::string post_process = ReadPostProcess(params);
  params.Read("use_udp", &use_udp);
  params.Read("unbiased_decoding", &unbiased);
  params.Read("target_type", &target_type);
  params.Read("modulate_kernel", &decoding.kernel, 1, 1023);
  params.Read("valid_radius_factor", &decoding.valid_radius_factor, 0.F, 1e3F);
  // Both concern the second look at the flipped image, which a converted network does without.
  params.Ignore({"flip_test", "shift_heatmap"});
  const bool with_offsets = Lower(target_type) == "combinedtarget";
  if (!with_offsets && Lower(target_type) != "gaussianheatmap") {
    params.Fail("target_type",
                fmt::format("found \"{}\", allowed: GaussianHeatmap, CombinedTarget", target_type));
  }
  if (decoding.kernel % 2 == 0) {
    params.Fail("modulate_kernel", fmt::format("found {}, allowed: odd numbers", decoding.kernel));
  }
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRY(decoding.mode, ChooseMode(params, post_process, unbiased, use_udp, with_offsets));
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 4}}));
  return std::make_unique<TopdownHeatmapDecode>(decoding, use_udp);
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
