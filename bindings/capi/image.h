#pragma once

#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/common.h"
#include "mmdeploy/module/value.h"
#include "mmdeploy/text_detector.h"

namespace mmdeploy::capi {

// The caller's pictures as a list of views; no pixel is copied. Errors name the picture's index.
Result<Value> ToImages(const mmdeploy_mat_t* mats, int count);

// What a task takes beside pictures.
enum class TaskInputs : uint8_t { kImages, kBoxes, kQuads };

// The inputs of a pipeline for boxes of pictures: a flat list of samples, picture by picture.
// Without `boxes` or `counts` each picture is one box; a picture of no boxes is left out.
// Errors: kInvalidArgument for a negative count, a box that is no number or has no area.
Result<std::vector<Value>> ToInputs(const mmdeploy_mat_t* mats, int count,
                                    const mmdeploy_rect_t* boxes, const int* counts);

// The same for quads: a list with the picture of each quad, and the quads. Without `quads` or
// `counts` each picture is read as it is. Errors: kInvalidArgument for a negative count, a corner
// that is no number.
Result<std::vector<Value>> ToInputs(const mmdeploy_mat_t* mats, int count,
                                    const mmdeploy_text_detection_t* quads, const int* counts);

// The same for whole pictures.
Result<std::vector<Value>> ToInputs(const mmdeploy_mat_t* mats, int count, TaskInputs inputs);

// Errors: kInvalidArgument for a box [left, top, right, bottom] whose sides are in a wrong order,
// or that lies too far away to be calculated with.
Result<void> CheckBox(const Rect& box);

}  // namespace mmdeploy::capi
