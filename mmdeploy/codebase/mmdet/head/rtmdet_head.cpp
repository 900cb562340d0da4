#include "mmdeploy/codebase/mmdet/head/maps.h"
#include "mmdeploy/codebase/mmdet/head/raw_head.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

constexpr int64_t kSides = 4;  // distances to the left, top, right and bottom

// Whether all maps of a half may be distances.
bool AreDistances(Span<const Map> maps) {
  for (const Map& map : maps) {
    if (map.channels() != kSides) return false;
  }
  return true;
}

// RTMDet without decoding (sdk interface 16.12): for each stride a map of class scores [1,C,h,w]
// before the sigmoid and one of distances [1,4,h,w] in pixels of the network's input. By name, the
// first half of the outputs are classes, unless only they can be distances.
class RtmdetHead : public Module {
 public:
  RtmdetHead(std::vector<float> strides, float offset, RawHeadArgs args)
      : signature_(HeadSignature<Detection>(2)),
        strides_(std::move(strides)),
        offset_(offset),
        args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const ImageMeta& meta = inputs[0].sample().meta;
    MMDEPLOY_TRY(const auto maps, RequireMaps(inputs[1].tensors(), 2 * strides_.size()));
    const auto middle = maps.begin() + static_cast<std::ptrdiff_t>(strides_.size());
    std::vector<Map> classes(maps.begin(), middle), distances(middle, maps.end());
    if (!AreDistances(distances)) std::swap(classes, distances);
    MMDEPLOY_ENSURE(AreDistances(distances), Code::kFail,
                    "no half of the outputs are maps of distances [1,4,h,w]: '{}' is {}, '{}' {}",
                    maps[0].name, Name(maps[0].tensor.shape()), maps.back().name,
                    Name(maps.back().tensor.shape()));
    MMDEPLOY_TRY(classes, MatchStrides(std::move(classes), strides_, InputShape(meta)));
    MMDEPLOY_TRY(distances, MatchStrides(std::move(distances), strides_, InputShape(meta)));
    RawBoxes boxes;
    for (size_t level = 0; level < strides_.size(); ++level) {
      MMDEPLOY_TRYV(AddLevel(classes[level], distances[level], strides_[level], &boxes));
    }
    return AnswerRawBoxes(std::move(boxes), args_, meta);
  }

 private:
  Result<void> AddLevel(const Map& classes, const Map& distances, float stride,
                        RawBoxes* boxes) const {
    MMDEPLOY_ENSURE(classes.channels() >= 1 && classes.height() == distances.height() &&
                        classes.width() == distances.width(),
                    Code::kFail, "outputs '{}' {} and '{}' {} of stride {} do not belong together",
                    classes.name, Name(classes.tensor.shape()), distances.name,
                    Name(distances.tensor.shape()), stride);
    for (int64_t place = 0; place < classes.plane(); ++place) {
      const BestClass best(classes.data() + place, classes.channels(), classes.plane());
      const float score = Sigmoid(best.score);
      if (score < args_.score_thr) continue;
      const float x = (offset_ + static_cast<float>(place % classes.width())) * stride;
      const float y = (offset_ + static_cast<float>(place / classes.width())) * stride;
      const float* side = distances.data() + place;
      const int64_t plane = distances.plane();
      boxes->Add({x - side[0], y - side[plane], x + side[2 * plane], y + side[3 * plane]},
                 best.label, score);
    }
    return {};
  }

  Signature signature_;
  const std::vector<float> strides_;
  const float offset_;
  const RawHeadArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  MMDEPLOY_TRY(const auto args, ReadRawHeadArgs(params));
  params.Describe("anchor_generator", "object: `strides`, `offset`");
  const Json* generator = params.RequireMember("anchor_generator");
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(ExpectObject(*generator, params.path() / "anchor_generator"));
  JsonReader reader(*generator, params.path() / "anchor_generator", nullptr);
  reader.AcceptAnyKey();
  float offset = 0;
  reader.Read("offset", &offset);
  auto strides = ReadStrides(reader);
  MMDEPLOY_TRYV(reader.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(
      CheckMaps(env, params.path(), 2 * strides.size(), [](int64_t) { return Result<void>(); }));
  return std::make_unique<RtmdetHead>(std::move(strides), offset, args);
}

}  // namespace

std::vector<HeadType> rtmdet_head_heads() { return {{"mmdet", "RTMDetSepBNHead", Create}}; }

}  // namespace mmdeploy
