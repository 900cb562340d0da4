#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "mmdeploy/codebase/mmpose/head/heat_map.h"

// Heat maps under a Gaussian blur, of which only the cells are computed that are needed.
namespace mmdeploy {

Peak FindPeak(const HeatMap& map);

// What lies beyond a map.
enum class Border {
  kZero,
  kMirror,  // its mirror image, whose axis is the last cell
};

// The cell of a side that stands at a position, also beyond it; -1 for none.
inline int CellAt(int at, int size, Border border) {
  if (border == Border::kZero) return at >= 0 && at < size ? at : -1;
  if (size == 1) return 0;
  while (at < 0 || at >= size) at = at < 0 ? -at : 2 * (size - 1) - at;
  return at;
}

// The weights of a blur, whose deviation follows from its odd side as in OpenCV.
class Kernel {
 public:
  // The largest radius of kernels whose taps OpenCV adds in another order than Blur.
  static constexpr int kSmall = 2;

  explicit Kernel(int side);

  int radius() const { return radius_; }
  const float* weights() const { return weights_.data(); }  // [2 * radius + 1]

  // The blurred value of a cell of the map [1, 3 or 5 cells around (x, y)], all of them at once:
  // what a parabola needs.
  template <int kSide>
  std::array<float, kSide * kSide> Blur(const HeatMap& map, int x, int y, Border border) const {
    constexpr int kHalf = kSide / 2;
    std::array<float, kSide * kSide> out{};
    for (int row = y - kHalf - radius_; row <= y + kHalf + radius_; ++row) {
      const int from = CellAt(row, map.height, border);
      if (from < 0) continue;
      std::array<float, kSide> line{};
      for (int i = 0; i < kSide; ++i)
        line[std::size_t(i)] = AlongRow(map, x - kHalf + i, from, border);
      for (int j = 0; j < kSide; ++j) {
        const int tap = row - (y - kHalf + j) + radius_;
        if (tap < 0 || tap > 2 * radius_) continue;
        for (int i = 0; i < kSide; ++i) {
          out[std::size_t(j * kSide + i)] += weights_[std::size_t(tap)] * line[std::size_t(i)];
        }
      }
    }
    return out;
  }

 private:
  float AlongRow(const HeatMap& map, int x, int y, Border border) const {
    const float* row = map.data + y * map.width;
    const int begin = x - radius_;
    float sum = 0;
    if (begin >= 0 && x + radius_ < map.width) {
      for (int i = 0; i <= 2 * radius_; ++i) sum += weights_[std::size_t(i)] * row[begin + i];
      return sum;
    }
    for (int i = 0; i <= 2 * radius_; ++i) {
      const int from = CellAt(begin + i, map.width, border);
      if (from >= 0) sum += weights_[std::size_t(i)] * row[from];
    }
    return sum;
  }

  int radius_;
  std::vector<float> weights_;
};

// Some cells of a map.
struct Part {
  int left = 0, top = 0, width = 0, height = 0;
};

// Blurred cells of a map, in memory of who blurred it.
struct BlurredPart {
  Part part;
  float* values = nullptr;  // [part.height, part.width]
  float largest = 0;        // of them

  // Places are those of the whole map.
  float At(int x, int y) const { return values[(y - part.top) * part.width + x - part.left]; }
  Peak FindPeak() const;
  void Scale(float factor);
};

// Blurs parts of maps of one size. Not for several threads at once.
class PartialBlur {
 public:
  PartialBlur(const Kernel& kernel, int height, int width, Border border);

  // The blurred values of a part, bit by bit those of cv::GaussianBlur on the whole map. They stay
  // until the next call.
  BlurredPart Of(const HeatMap& map, const Part& part);

  // The part of the blurred map in which its largest values lie, with those that are smaller by
  // rounding errors and `margin` cells more on each side; all of it where no value is positive.
  // `largest` becomes the largest value of the map before it is blurred.
  BlurredPart AroundPeak(const HeatMap& map, int margin, float* largest);

  // What the functions for processors work with.
  struct Memory {
    Memory(const Kernel& kernel, Border border) : kernel(kernel), border(border) {}

    const Kernel& kernel;
    const Border border;

    // Of Of: the rows of the map that a part is made of, those beyond it as well; the columns, -1
    // for 0; all of these after one blur; after both.
    std::vector<const float*> lines;
    std::vector<int> columns;
    std::vector<float> rows, values;
    std::vector<float> weights;  // with zeros before and behind
    std::vector<float> no_line;  // zeros

    // Of AroundPeak: blocks of cells, how many along a side; the most that a cell of a block gives
    // to one of another, per side and pair [blocks, blocks]; values per block.
    int blocks_down = 0, blocks_across = 0;
    int stride = 0;        // of what has a value per block across: whole vectors
    float across_all = 0;  // the most that all blocks of a row give to one of them
    std::vector<float> down, across, line, sums, one_way, along;
  };

 private:
  Memory memory_;
  int height_, width_;
};

}  // namespace mmdeploy
