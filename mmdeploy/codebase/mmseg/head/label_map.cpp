#include "mmdeploy/codebase/mmseg/head/label_map.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "mmdeploy/base/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/codebase/mmseg/head/label_map.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

#ifndef MMDEPLOY_MMSEG_LABEL_MAP_ONCE
#define MMDEPLOY_MMSEG_LABEL_MAP_ONCE
namespace mmdeploy {

constexpr int64_t kLanes = 64;  // a multiple of every vector's

// Where pixels of a side lie between those of the side that is resized.
struct SourcePixels {
  std::vector<int32_t> low, high;
  std::vector<float> weight;  // of `high`

  SourcePixels(int64_t in, int64_t out, bool align_corners) {
    const float scale =
        align_corners ? (out > 1 ? float(in - 1) / float(out - 1) : 0.f) : float(in) / float(out);
    // Whole vectors: those behind the last pixel repeat it.
    const int64_t padded = (out + kLanes - 1) / kLanes * kLanes;
    for (int64_t i = 0; i < padded; ++i) {
      const float pixel = static_cast<float>(std::min(i, out - 1));
      const float place =
          align_corners ? scale * pixel : std::max(0.f, scale * (pixel + 0.5f) - 0.5f);
      const auto at = std::min(static_cast<int32_t>(place), static_cast<int32_t>(in - 1));
      low.push_back(at);
      high.push_back(std::min(at + 1, static_cast<int32_t>(in - 1)));
      weight.push_back(std::min(place - static_cast<float>(at), 1.f));
    }
  }
};

}  // namespace mmdeploy
#endif

HWY_BEFORE_NAMESPACE();
namespace mmdeploy {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Where scores are better than the best ones so far.
template <class V>
auto IsBetter(V score, V best) {
  return hn::Or(hn::Gt(score, best), hn::AndNot(hn::IsNaN(best), hn::IsNaN(score)));
}

// Takes the scores of a class into the best of a vector of pixels.
template <class D, class V>
void Take(D d, V score, int32_t label, float* best, int32_t* labels) {
  const hn::RebindToSigned<D> di;
  const auto old = hn::LoadU(d, best);
  const auto better = IsBetter(score, old);
  hn::StoreU(hn::IfThenElse(better, score, old), d, best);
  hn::StoreU(hn::IfThenElse(hn::RebindMask(di, better), hn::Set(di, label), hn::LoadU(di, labels)),
             di, labels);
}

// Takes a class into the best of `count` pixels, a multiple of all lanes.
void TakeBetter(const float* scores, int32_t label, int64_t count, float* best, int32_t* labels) {
  const hn::ScalableTag<float> d;
  for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(d))) {
    Take(d, hn::LoadU(d, scores + i), label, best + i, labels + i);
  }
}

// Interpolates a row along y, then along x, and takes the class into the best of its pixels.
void TakeBetterResized(const float* upper, const float* lower, float weight, int64_t in_width,
                       const SourcePixels& x, int32_t label, float* line, float* best,
                       int32_t* labels) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  for (int64_t i = 0; i < in_width; ++i) line[i] = upper[i] * (1 - weight) + lower[i] * weight;
  const auto one = hn::Set(d, 1.f);
  for (size_t i = 0; i < x.low.size(); i += hn::Lanes(d)) {
    const auto of_high = hn::LoadU(d, &x.weight[i]);
    const auto low = hn::GatherIndex(d, line, hn::LoadU(di, &x.low[i]));
    const auto high = hn::GatherIndex(d, line, hn::LoadU(di, &x.high[i]));
    const auto score = hn::Add(hn::Mul(low, hn::Sub(one, of_high)), hn::Mul(high, of_high));
    Take(d, score, label, best + i, labels + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(TakeBetter);
HWY_EXPORT(TakeBetterResized);

namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

void BestClassesOfSize(const ScoreMap& map, int num_threads, int32_t* labels) {
  constexpr int64_t kBlock = 4096;  // pixels whose best scores stay in the cache
  const int64_t area = map.height * map.width;
  ParallelFor((area + kBlock - 1) / kBlock, num_threads, [&](int64_t block) {
    const int64_t begin = block * kBlock, count = std::min(kBlock, area - begin);
    const int64_t whole = count / kLanes * kLanes;
    float best[kBlock];
    std::fill(best, best + count, kLowest);
    std::fill(labels + begin, labels + begin + count, 0);
    for (int64_t c = 0; c < map.classes; ++c) {
      const float* scores = map.scores + c * area + begin;
      HWY_DYNAMIC_DISPATCH(TakeBetter)
      (scores, static_cast<int32_t>(c), whole, best, labels + begin);
      for (int64_t i = whole; i < count; ++i) {
        if (scores[i] > best[i] || (std::isnan(scores[i]) && !std::isnan(best[i]))) {
          best[i] = scores[i];
          labels[begin + i] = static_cast<int32_t>(c);
        }
      }
    }
  });
}

// OpenCV's INTER_NEAREST.
std::vector<int32_t> NearestPixels(int64_t in, int64_t out) {
  std::vector<int32_t> pixels(static_cast<size_t>(out));
  const double step = 1. / (static_cast<double>(out) / static_cast<double>(in));
  for (int64_t i = 0; i < out; ++i) {
    const auto at = static_cast<int64_t>(std::floor(static_cast<double>(i) * step));
    pixels[static_cast<size_t>(i)] = static_cast<int32_t>(std::min(at, in - 1));
  }
  return pixels;
}

// Out of every range where a number has no label.
inline int64_t LabelOf(int32_t value) { return value; }
inline int64_t LabelOf(int64_t value) { return value; }
inline int64_t LabelOf(float value) {
  return std::abs(value) < 1e9f ? static_cast<int64_t>(std::nearbyint(value)) : -1;
}

}  // namespace

void BestClasses(const ScoreMap& map, int64_t height, int64_t width, bool align_corners,
                 int num_threads, int32_t* labels) {
  if (map.height == height && map.width == width) {
    BestClassesOfSize(map, num_threads, labels);
    return;
  }
  const SourcePixels y(map.height, height, align_corners), x(map.width, width, align_corners);
  constexpr int64_t kRows = 8;  // that share the memory of a task
  ParallelFor((height + kRows - 1) / kRows, num_threads, [&](int64_t block) {
    const size_t padded = x.low.size();
    std::vector<float> line(static_cast<size_t>(map.width)), best(padded);
    std::vector<int32_t> row(padded);
    for (int64_t i = block * kRows; i < std::min(height, (block + 1) * kRows); ++i) {
      const auto at = static_cast<size_t>(i);
      std::fill(best.begin(), best.end(), kLowest);
      std::fill(row.begin(), row.end(), 0);
      for (int64_t c = 0; c < map.classes; ++c) {
        const float* plane = map.scores + c * map.height * map.width;
        HWY_DYNAMIC_DISPATCH(TakeBetterResized)
        (plane + y.low[at] * map.width, plane + y.high[at] * map.width, y.weight[at], map.width, x,
         static_cast<int32_t>(c), line.data(), best.data(), row.data());
      }
      std::copy(row.begin(), row.begin() + width, labels + i * width);
    }
  });
}

void BestClassesReference(const ScoreMap& map, int64_t height, int64_t width, bool align_corners,
                          int32_t* labels) {
  const bool same = map.height == height && map.width == width;
  const SourcePixels y(map.height, height, align_corners), x(map.width, width, align_corners);
  const auto score = [&](int64_t c, size_t i, size_t k) {
    const float* plane = map.scores + c * map.height * map.width;
    if (same) return plane[i * static_cast<size_t>(map.width) + k];
    const auto along = [&](int32_t column) {
      return plane[y.low[i] * map.width + column] * (1 - y.weight[i]) +
             plane[y.high[i] * map.width + column] * y.weight[i];
    };
    return along(x.low[k]) * (1 - x.weight[k]) + along(x.high[k]) * x.weight[k];
  };
  for (size_t i = 0; i < static_cast<size_t>(height); ++i) {
    for (size_t k = 0; k < static_cast<size_t>(width); ++k) {
      float best = kLowest;
      int32_t label = 0;
      for (int64_t c = 0; c < map.classes; ++c) {
        const float found = score(c, i, k);
        if (found > best || (std::isnan(found) && !std::isnan(best))) {
          best = found;
          label = static_cast<int32_t>(c);
        }
      }
      *labels++ = label;
    }
  }
}

void ResizeScores(const ScoreMap& map, int64_t height, int64_t width, bool align_corners,
                  int num_threads, float* scores) {
  if (map.height == height && map.width == width) {
    std::copy_n(map.scores, map.classes * height * width, scores);
    return;
  }
  const SourcePixels y(map.height, height, align_corners), x(map.width, width, align_corners);
  ParallelFor(map.classes, num_threads, [&](int64_t c) {
    const float* plane = map.scores + c * map.height * map.width;
    std::vector<float> line(static_cast<size_t>(map.width));
    for (int64_t i = 0; i < height; ++i) {
      const auto at = static_cast<size_t>(i);
      const float *upper = plane + y.low[at] * map.width, *lower = plane + y.high[at] * map.width;
      for (size_t k = 0; k < line.size(); ++k) {
        line[k] = upper[k] * (1 - y.weight[at]) + lower[k] * y.weight[at];
      }
      float* row = scores + (c * height + i) * width;
      for (size_t k = 0; k < static_cast<size_t>(width); ++k) {
        row[k] = line[static_cast<size_t>(x.low[k])] * (1 - x.weight[k]) +
                 line[static_cast<size_t>(x.high[k])] * x.weight[k];
      }
    }
  });
}

template <typename T>
int64_t NearestLabels(const T* from, int64_t in_height, int64_t in_width, int64_t height,
                      int64_t width, int64_t classes, int num_threads, int32_t* labels) {
  const auto rows = NearestPixels(in_height, height), columns = NearestPixels(in_width, width);
  const bool same_width = in_width == width;
  std::atomic<int64_t> wrong{-1};
  constexpr int64_t kRows = 32;
  ParallelFor((height + kRows - 1) / kRows, num_threads, [&](int64_t block) {
    for (int64_t i = block * kRows; i < std::min(height, (block + 1) * kRows); ++i) {
      const T* source = from + rows[static_cast<size_t>(i)] * in_width;
      int32_t* row = labels + i * width;
      bool fits = true;
      const auto take = [&](int64_t k, T value) {
        const int64_t label = LabelOf(value);
        fits &= static_cast<uint64_t>(label) < static_cast<uint64_t>(classes);
        row[k] = static_cast<int32_t>(label);
      };
      if (same_width) {
        for (int64_t k = 0; k < width; ++k) take(k, source[k]);
      } else {
        for (int64_t k = 0; k < width; ++k) take(k, source[columns[static_cast<size_t>(k)]]);
      }
      if (fits) continue;
      for (int64_t k = 0; k < width; ++k) {
        const T* at = source + columns[static_cast<size_t>(k)];
        if (static_cast<uint64_t>(LabelOf(*at)) >= static_cast<uint64_t>(classes))
          wrong = at - from;
      }
    }
  });
  return wrong;
}

template int64_t NearestLabels(const int32_t*, int64_t, int64_t, int64_t, int64_t, int64_t, int,
                               int32_t*);
template int64_t NearestLabels(const int64_t*, int64_t, int64_t, int64_t, int64_t, int64_t, int,
                               int32_t*);
template int64_t NearestLabels(const float*, int64_t, int64_t, int64_t, int64_t, int64_t, int,
                               int32_t*);

}  // namespace mmdeploy
#endif  // HWY_ONCE
