#pragma once

#include <array>
#include <vector>

#include "mmdeploy/codebase/head.h"

// How the boxes of a network that was cut before its non-maximum suppression are selected. Heads
// that end in it make `dets` and `labels`, and go on with MapBoxes (boxes.h).

namespace mmdeploy {

// A box of one class.
struct Candidate {
  int label = 0;
  float score = 0;
  int64_t row = 0;  // of 4 numbers in the boxes
};

// What NonMaxSuppression of the exported graph would get; the names are those of
// codebase_config.post_processing.
struct SelectionArgs {
  float score_threshold = 0.05f;         // scores must be above it
  float iou_threshold = 0.5f;            // overlap above which the worse box of a class is dropped
  int max_output_boxes_per_class = 200;  //
  int pre_top_k = -1;                    // boxes that take part, by their best class; below 1: all
  int keep_top_k = -1;                   // boxes that stay; below 1: all
  int nms_pre = -1;                      // boxes of a class that take part; below 1: all
};

// Reads all but `nms_pre`.
SelectionArgs ReadSelectionArgs(JsonReader& params);

// Boxes [1,N,4], or [1,N,C,4] where each class has its own, with scores [1,N,C] of one network.
// Errors: kFail for outputs that are missing or do not belong together.
struct ScoredBoxes {
  Tensor boxes, scores;

  // Of the box that a score belongs to.
  int64_t RowOf(int64_t box, int64_t label) const {
    return boxes.shape().size() == 3 ? box : box * scores.shape()[2] + label;
  }

  static Result<ScoredBoxes> FromOutputs(const NamedTensors& outputs);
  // What CheckOutputs is to look for, and what a step in front of the head makes.
  static std::vector<OutputSpec> Specs();
};

// The best boxes of each class, by falling score; equal ones in the order of classes and rows.
std::vector<Candidate> SelectPerClass(const ScoredBoxes& input, const SelectionArgs& args);

// Corners of boxes one behind the other: x1, y1, x2, y2.
using Corners = std::vector<std::array<float, 4>>;

// Of candidates of any class those that overlap no better one by more than the threshold, by
// falling score; equal ones in their order. Rows are those of `boxes`.
std::vector<Candidate> SelectAcrossClasses(const Corners& boxes, std::vector<Candidate> candidates,
                                           float iou_threshold);

// `dets` float32 [1,K,5] and `labels` int32 [1,K] of the candidates; `boxes` are rows of 4 numbers.
Result<NamedTensors> ToDets(const float* boxes, const std::vector<Candidate>& candidates);

}  // namespace mmdeploy
