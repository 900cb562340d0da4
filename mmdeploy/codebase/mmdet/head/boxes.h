#pragma once

#include <vector>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {

// How boxes of a network become boxes of the image that was given (sdk interface 16.2).
struct BoxArgs {
  float score_thr = 0;      // boxes need a higher score; `conf_thr` counts when it is there
  float min_bbox_size = 0;  // boxes with a shorter side are dropped, pixels of the original image
};

// Reads both from the parameters of a head.
BoxArgs ReadBoxArgs(JsonReader& params);

// Checks, when the model is loaded, that its network gives boxes. Errors: CheckOutputs'.
Result<void> CheckBoxOutputs(const ModuleEnv& env, const JsonPath& path);

// A box that passed, and the row of the network's output that it comes from.
struct MappedBox {
  Detection detection;  // without mask
  int64_t row = 0;
};

// The boxes of one image in the order of the network: `dets` [1,n,4 or 5] with `labels` [1,n], or
// `detection_output` [1,n,6] (label + 1, score, corners in 0..1; ncnn). A box of 4 numbers has
// score 0 and is not filtered by it. Errors: kFail for outputs of other names, types or shapes.
Result<std::vector<MappedBox>> MapBoxes(const NamedTensors& outputs, const ImageMeta& meta,
                                        const BoxArgs& args);

// MapBoxes as the answer of a head without masks: one list.
Result<std::vector<Value>> MapDets(const NamedTensors& outputs, const ImageMeta& meta,
                                   const BoxArgs& args);

}  // namespace mmdeploy
