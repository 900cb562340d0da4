#pragma once

#include <array>
#include <vector>

#include "mmdeploy/codebase/mmdet/head/maps.h"

// What the heads of YOLOv3 and YOLOv5 share: maps [1, A * (5 + C), h, w] per stride, whose numbers
// are of each of A anchors x, y, width, height, objectness and C classes (Redmon and Farhadi,
// "YOLOv3: An Incremental Improvement", 2018).

namespace mmdeploy {

// Of each stride the sizes of its anchors: width and height, in pixels of the network's input.
struct YoloAnchors {
  std::vector<float> strides;
  std::vector<std::vector<std::array<float, 2>>> sizes;
  int num_classes = 0;  // 0: as the maps say

  // Reads `anchor_generator` (`strides`, `base_sizes`) and `num_classes`.
  static Result<YoloAnchors> Read(JsonReader& params);
  // Checks the network's outputs when the model is loaded.
  Result<void> Check(const ModuleEnv& env, const JsonPath& path) const;
  // Number of classes of a map of a stride. Errors: kFail for channels that do not fit.
  Result<int> ClassesOf(int64_t channels, size_t level) const;
};

// One anchor at one place.
struct YoloPrediction {
  const float* numbers;  // x, y, width, height, objectness, classes: `plane` floats apart
  int64_t plane;
  float column, row;  // of the map
  float stride;
  std::array<float, 2> anchor;

  float operator[](int i) const { return numbers[i * plane]; }
  // Corners in pixels of the network's input.
  std::array<float, 4> BoxOfV3() const;
  std::array<float, 4> BoxOfV5() const;
};

// The maps of a network, found by the strides of its anchors.
class YoloMaps {
 public:
  static Result<YoloMaps> FromOutputs(const NamedTensors& outputs, const YoloAnchors& anchors,
                                      const ImageMeta& meta);

  int num_classes() const { return num_classes_; }
  int64_t num_predictions() const;

  // Calls visit(prediction) by stride, row, column and anchor: the order of mmdet's rows.
  template <class Visit>
  void ForEach(const Visit& visit) const {
    for (size_t level = 0; level < maps_.size(); ++level) {
      const Map& map = maps_[level];
      const auto& sizes = anchors_->sizes[level];
      for (int64_t place = 0; place < map.plane(); ++place) {
        const float* numbers = map.data() + place;
        for (const auto& size : sizes) {
          visit(YoloPrediction{numbers, map.plane(), static_cast<float>(place % map.width()),
                               static_cast<float>(place / map.width()), anchors_->strides[level],
                               size});
          numbers += (5 + num_classes_) * map.plane();
        }
      }
    }
  }

 private:
  const YoloAnchors* anchors_ = nullptr;
  std::vector<Map> maps_;
  int num_classes_ = 0;
};

}  // namespace mmdeploy
