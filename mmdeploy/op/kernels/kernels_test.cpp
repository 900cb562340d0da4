#include <gmock/gmock.h>
#include <hwy/targets.h>

#include <cmath>
#include <vector>

#include "mmdeploy/op/host_context.h"
#include "mmdeploy/op/kernels/bilinear.h"
#include "mmdeploy/op/kernels/channels_last.h"
#include "mmdeploy/op/kernels/gather.h"
#include "mmdeploy/op/kernels/gemm.h"
#include "mmdeploy/op/kernels/transpose.h"
#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

constexpr float kUntouched = 1234;

class Kernels : public ::testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

std::string TargetName(const ::testing::TestParamInfo<int64_t>& info) {
  return hwy::TargetName(info.param);
}

TEST_P(Kernels, TransposeMovesEveryElementAndNoOther) {
  for (const int64_t rows : {0, 1, 3, 4, 7, 16, 21, 49, 64}) {
    for (const int64_t columns : {0, 1, 3, 4, 5, 31, 32, 33, 70}) {
      const int64_t in_stride = columns + 3, out_stride = rows + 2;
      const Tensor in = testing::Random({rows, in_stride});
      std::vector<float> out(static_cast<size_t>(columns * out_stride), kUntouched);
      Transpose(in.data<float>(), in_stride, rows, columns, out.data(), out_stride);
      for (int64_t c = 0; c < columns; ++c) {
        for (int64_t r = 0; r < out_stride; ++r) {
          const float expected = r < rows ? in.data<float>()[r * in_stride + c] : kUntouched;
          ASSERT_EQ(out[static_cast<size_t>(c * out_stride + r)], expected)
              << rows << "x" << columns << " at " << r << ", " << c;
        }
      }
    }
  }
}

TEST_P(Kernels, GemmAddsTheProduct) {
  const int64_t panel_columns = GemmPanelColumns();
  ASSERT_EQ(kGemmMaxPanelColumns % panel_columns, 0);
  for (const int64_t rows : {1, 14, 42, 50}) {
    for (const int64_t depth : {0, 1, 7, 256}) {
      for (const int64_t columns : {32, 96}) {
        const Tensor a = testing::Random({GemmPadRows(rows), kGemmStride});
        const Tensor panels = testing::Random({columns / panel_columns, depth, panel_columns});
        const Tensor c = testing::Random({GemmPadRows(rows), columns}, -1, 1, 2);
        std::vector<float> sums(c.data<float>(), c.data<float>() + c.num_elements());
        GemmAdd({a.data<float>(), rows, depth, panels.data<float>(), depth * panel_columns, columns,
                 sums.data(), columns});
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t n = 0; n < columns; ++n) {
            const float* panel = panels.data<float>() + n / panel_columns * depth * panel_columns +
                                 n % panel_columns;
            double expected = c.data<float>()[r * columns + n];
            for (int64_t k = 0; k < depth; ++k) {
              expected += double{a.data<float>()[r * kGemmStride + k]} * panel[k * panel_columns];
            }
            ASSERT_NEAR(sums[static_cast<size_t>(r * columns + n)], expected, 1e-4)
                << rows << "x" << depth << "x" << columns << " at " << r << ", " << n;
          }
        }
      }
    }
  }
}

// Lists of taps of 6 points over an image of 9 pixels.
struct TapLists {
  std::vector<int32_t> pixels;
  std::vector<float> weights;
  Taps taps;

  TapLists(int64_t points, int64_t count, bool points_first) {
    const Tensor random = testing::Random({points * count});
    for (int64_t i = 0; i < points * count; ++i) {
      pixels.push_back(static_cast<int32_t>(i * 7 % 9));
      weights.push_back(random.data<float>()[i]);
    }
    taps = {pixels.data(), weights.data(), points_first ? 1 : count, points_first ? points : 1,
            count};
  }

  float Sum(const float* image, int64_t stride, int64_t point, int64_t first, int64_t end) const {
    float sum = 0;
    for (int64_t t = first; t < end; ++t) {
      const int64_t at = point * taps.point_step + t * taps.tap_step;
      const auto i = static_cast<size_t>(at);
      if (pixels[i] >= 0) sum += weights[i] * image[pixels[i] * stride];
    }
    return sum;
  }
};

TEST_P(Kernels, GatherSumsAndMaxima) {
  constexpr int64_t kPoints = 6;
  for (const int64_t channels : {16, 144}) {
    const int64_t stride = channels + 16;
    const Tensor image = testing::Random({9, stride});
    for (const int64_t count : {0, 1, 3, 4, 16}) {
      for (const bool points_first : {false, true}) {
        const TapLists lists(kPoints, count, points_first);
        const PixelRows rows{image.data<float>(), stride, channels};
        std::vector<float> sums(static_cast<size_t>(kPoints * stride), kUntouched), maxima = sums;
        GatherSum(rows, lists.taps, kPoints, sums.data(), stride);
        if (count % 4 == 0 && count > 0) {
          GatherMax(rows, lists.taps, kPoints, maxima.data(), stride);
        }
        for (int64_t i = 0; i < kPoints; ++i) {
          for (int64_t c = 0; c < channels; ++c) {
            const float* channel = image.data<float>() + c;
            const auto at = static_cast<size_t>(i * stride + c);
            ASSERT_NEAR(sums[at], lists.Sum(channel, stride, i, 0, count), 1e-5);
            if (count % 4 != 0 || count == 0) continue;
            float largest = -1e30f;
            for (int64_t t = 0; t < count; t += 4) {
              largest = std::max(largest, lists.Sum(channel, stride, i, t, t + 4));
            }
            ASSERT_NEAR(maxima[at], largest, 1e-5);
          }
          EXPECT_EQ(sums[static_cast<size_t>(i * stride + channels)], kUntouched);
        }
      }
    }
  }
}

TEST_P(Kernels, GatherPlaneLeavesOutPixelsBelowZero) {
  const Tensor plane = testing::Random({9});
  for (const int64_t points : {1, 16, 45}) {
    TapLists lists(PadChannels(points), 4, true);
    lists.pixels[0] = -1;
    std::vector<float> out(static_cast<size_t>(points));
    GatherPlane(plane.data<float>(), lists.taps, points, out.data());
    for (int64_t i = 0; i < points; ++i) {
      ASSERT_NEAR(out[static_cast<size_t>(i)], lists.Sum(plane.data<float>(), 1, i, 0, 4), 1e-5);
    }
  }
}

// The weight of a pixel is the product of 1 - distance along both axes.
TEST_P(Kernels, BilinearTapsAreThePixelsAround) {
  constexpr int64_t kHeight = 3, kWidth = 4, kCount = 21, kStep = 32;
  const Tensor y = testing::Random({kCount}, -1, 2, 1), x = testing::Random({kCount}, -1, 3, 2);
  Tensor offset_y = testing::Random({kCount}, -1, 1, 3);
  const Tensor offset_x = testing::Random({kCount}, -1, 1, 4);
  const Tensor factors = testing::Random({kCount}, 0, 2, 5);
  offset_y.data<float>()[0] = std::nanf("");
  offset_y.data<float>()[1] = 1e30f;
  std::vector<int32_t> pixels(4 * kStep);
  std::vector<float> weights(4 * kStep);
  BilinearTaps({y.data<float>(), x.data<float>(), 0.25f, -0.5f, offset_y.data<float>(),
                offset_x.data<float>()},
               factors.data<float>(), kCount, kHeight, kWidth, kStep, pixels.data(),
               weights.data());
  for (int64_t i = 0; i < kCount; ++i) {
    std::vector<float> sums(kHeight * kWidth + 1);
    for (int64_t t = 0; t < 4; ++t) {
      const auto at = static_cast<size_t>(t * kStep + i);
      sums[static_cast<size_t>(pixels[at])] += weights[at];
    }
    const float place_y = y.data<float>()[i] + 0.25f + offset_y.data<float>()[i];
    const float place_x = x.data<float>()[i] - 0.5f + offset_x.data<float>()[i];
    for (int64_t p = 0; p < kHeight * kWidth; ++p) {
      const float dy = std::fabs(place_y - static_cast<float>(p / kWidth));
      const float dx = std::fabs(place_x - static_cast<float>(p % kWidth));
      const bool near = dy < 1 && dx < 1;
      EXPECT_NEAR(sums[static_cast<size_t>(p)],
                  near ? (1 - dy) * (1 - dx) * factors.data<float>()[i] : 0, 1e-5);
    }
    EXPECT_EQ(sums.back(), 0);
  }
}

TEST_P(Kernels, ChannelsLastHasZerosAround) {
  HostContext context(Ops()[0], {}, 2);
  for (const int64_t channels : {0, 1, 16, 19}) {
    for (const int64_t width : {0, 1, 300}) {
      const Tensor images = testing::Random({2, channels, 2, width});
      const auto last = ToChannelsLast(context, images);
      ASSERT_TRUE(last);
      for (int64_t n = 0; n < 2; ++n) {
        for (int64_t p = 0; p <= 2 * width; ++p) {
          for (int64_t c = 0; c < last->stride; ++c) {
            const bool inside = p < 2 * width && c < channels;
            ASSERT_EQ(last->image(n).image[p * last->stride + c],
                      inside ? images.data<float>()[(n * channels + c) * 2 * width + p] : 0);
          }
        }
      }
    }
  }
}

TEST(ChannelsLast, HasWantedPixels) {
  constexpr int64_t kPixels = 1000, kChannels = 5;
  const Tensor images = testing::Random({2, kChannels, kPixels});
  WantedPixels wanted(2, kPixels);
  wanted.Add(1, 63, 64);
  wanted.Add(0, 999, 999);
  HostContext context(Ops()[0], {});
  const auto last = ToChannelsLast(context, images, &wanted);
  ASSERT_TRUE(last);
  for (const auto& [n, p] : {std::pair{1, 63}, {1, 64}, {0, 999}}) {
    for (int64_t c = 0; c < kChannels; ++c) {
      EXPECT_EQ(last->image(n).image[p * last->stride + c],
                images.data<float>()[(n * kChannels + c) * kPixels + p]);
    }
  }
  for (int64_t n = 0; n < 2; ++n) EXPECT_EQ(last->image(n).image[kPixels * last->stride], 0);
}

INSTANTIATE_TEST_SUITE_P(Targets, Kernels, ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         TargetName);

}  // namespace
}  // namespace mmdeploy::op
