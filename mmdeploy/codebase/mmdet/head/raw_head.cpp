#include "mmdeploy/codebase/mmdet/head/raw_head.h"

#include <limits>

#include "mmdeploy/codebase/mmdet/head/boxes.h"

namespace mmdeploy {

Result<RawHeadArgs> ReadRawHeadArgs(JsonReader& params) {
  RawHeadArgs args;
  params.Read("score_thr", &args.score_thr);
  params.Read("min_bbox_size", &args.min_bbox_size, 0.f, 1e9f);
  params.Ignore({"nms_pre", "max_per_img"});
  params.Describe("nms", "object: `iou_threshold`", "0.45");
  if (const Json* nms = params.Find("nms")) {
    MMDEPLOY_TRYV(ExpectObject(*nms, params.path() / "nms"));
    JsonReader reader(*nms, params.path() / "nms", nullptr);
    reader.AcceptAnyKey();
    reader.Read("iou_threshold", &args.iou_threshold, 0.f, 1.f);
    MMDEPLOY_TRYV(reader.Finish());
  }
  return args;
}

Result<std::vector<Value>> AnswerRawBoxes(RawBoxes boxes, const RawHeadArgs& args,
                                          const ImageMeta& meta) {
  const auto selected =
      SelectAcrossClasses(boxes.corners, std::move(boxes.candidates), args.iou_threshold);
  MMDEPLOY_TRY(const auto dets,
               ToDets(boxes.corners.empty() ? nullptr : boxes.corners[0].data(), selected));
  // The threshold was looked at before.
  constexpr float kAnyScore = -std::numeric_limits<float>::infinity();
  return MapDets(dets, meta, {kAnyScore, args.min_bbox_size});
}

BestClass::BestClass(const float* scores, int64_t count, int64_t stride) : score(scores[0]) {
  for (int64_t i = 1; i < count; ++i) {
    if (scores[i * stride] > score) {
      score = scores[i * stride];
      label = static_cast<int>(i);
    }
  }
}

}  // namespace mmdeploy
