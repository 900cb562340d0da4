#pragma once

#include <vector>

#include "mmdeploy/codebase/mmdet/head/selection.h"

// What the heads of 1.x for networks without post-processing share (sdk interface 16.12): the best
// class of each box counts, and boxes suppress each other whatever their class.

namespace mmdeploy {

struct RawHeadArgs {
  float score_thr = 0.02f;      // boxes need it at least
  float iou_threshold = 0.45f;  // `nms.iou_threshold`: overlap above which the worse box is dropped
  float min_bbox_size = 0;      // boxes with a shorter side are dropped, pixels of the image
};

// Reads them, and marks those as known that 1.x does not use either (`nms_pre`, `max_per_img`).
Result<RawHeadArgs> ReadRawHeadArgs(JsonReader& params);

// The boxes, as they are gathered.
struct RawBoxes {
  Corners corners;                    // pixels of the network's input
  std::vector<Candidate> candidates;  // one per box

  void Add(const std::array<float, 4>& box, int label, float score) {
    candidates.push_back({label, score, static_cast<int64_t>(corners.size())});
    corners.push_back(box);
  }
};

// Selects them and maps them to the image, by falling score.
Result<std::vector<Value>> AnswerRawBoxes(RawBoxes boxes, const RawHeadArgs& args,
                                          const ImageMeta& meta);

// The largest of `count` numbers, `stride` apart; the first of equal ones.
struct BestClass {
  int label = 0;
  float score = 0;

  BestClass(const float* scores, int64_t count, int64_t stride);
};

}  // namespace mmdeploy
