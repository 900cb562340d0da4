#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::ncnn_convert {

// Where the images of a batch are in a value.
struct Images {
  // The axis along which they lie; -1: it is the same for all of them. The axis may be larger than
  // the batch, when a Reshape has joined others to it.
  int axis = -1;
  // Whether it is made of the number of images, as shapes are; by element where that is known.
  std::vector<bool> counts;

  bool has_images() const { return axis >= 0; }
  bool has_count() const {
    for (const bool count : counts) {
      if (count) return true;
    }
    return false;
  }
};

// What is known of the values of a graph.
class Tracker {
 public:
  explicit Tracker(graph::Dim batch) : batch_(std::move(batch)) {}

  const graph::Dim& batch() const { return batch_; }
  const Images& Of(const graph::Value* value) const;
  int Axis(const graph::Node& node, size_t input) const { return Of(node.input(input)).axis; }
  // Whether an input of the node has images.
  bool HasImages(const graph::Node& node) const;

  // The images of the result lie along this axis, as many as those of the inputs. Errors:
  // kNotSupported where the type of the output says something else.
  Result<void> Set(const graph::Node& node, int axis, size_t output = 0);
  void SetCounts(const graph::Node& node, std::vector<bool> counts);
  void Put(const graph::Value* value, Images images) { images_[value] = std::move(images); }

 private:
  // The axis of the images of the inputs.
  graph::Dim SizeOf(const graph::Node& node) const;

  graph::Dim batch_;
  std::unordered_map<const graph::Value*, Images> images_;
};

// How images go through an operator. Called if an input has some. Errors: kNotSupported with the
// reason, without the node.
using BatchRule = Result<void> (*)(const graph::Node& node, Tracker* tracker);

// nullptr: nothing is known of the operator.
BatchRule FindBatchRule(const graph::Node& node);

// Shapes that are computed: an operator of few integers, at most one of which is made of the number
// of images. False if it is none of those.
bool FollowCounts(const graph::Node& node, Tracker* tracker);

// Whether an input tells a size only, so that the number of images may be part of it.
bool IsSize(const graph::Node& node, size_t input);

}  // namespace mmdeploy::ncnn_convert
