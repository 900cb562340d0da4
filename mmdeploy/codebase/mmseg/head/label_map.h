#pragma once

#include <cstdint>

namespace mmdeploy {

// Scores of all classes, [classes,height,width].
struct ScoreMap {
  const float* scores = nullptr;
  int64_t classes = 0, height = 0, width = 0;
};

// The class with the highest score at every pixel of a map [height,width]; the first one of equal
// ones, and one whose score is not a number before all others, as PyTorch's argmax does. Scores are
// resized as PyTorch's bilinear interpolation does, with its `align_corners`; in the size of the
// map they are taken as they are. Uses up to `num_threads` threads.
void BestClasses(const ScoreMap& map, int64_t height, int64_t width, bool align_corners,
                 int num_threads, int32_t* labels);

// The same, pixel by pixel: what it means.
void BestClassesReference(const ScoreMap& map, int64_t height, int64_t width, bool align_corners,
                          int32_t* labels);

// The scores at every pixel of [height,width], [classes,height,width], resized as above.
void ResizeScores(const ScoreMap& map, int64_t height, int64_t width, bool align_corners,
                  int num_threads, float* scores);

// The nearest pixel's label of a map [in_height,in_width] at every pixel of [height,width], with
// OpenCV's INTER_NEAREST rule. T: int32_t, int64_t, or float (rounded to even). Returns the index
// in `from` of a label outside [0, classes), and -1 where there is none.
template <typename T>
int64_t NearestLabels(const T* from, int64_t in_height, int64_t in_width, int64_t height,
                      int64_t width, int64_t classes, int num_threads, int32_t* labels);

}  // namespace mmdeploy
