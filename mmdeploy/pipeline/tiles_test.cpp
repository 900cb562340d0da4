#include <gmock/gmock.h>

#include <numeric>

#include "mmdeploy/pipeline/modules/tiles.h"
#include "mmdeploy/pipeline/pipeline.h"
#include "tests/support/model_files.h"

// Networks that run tile by tile.

namespace mmdeploy {
namespace {

using testing::ExampleClassifier;
using ::testing::HasSubstr;
using testing::LoadFiles;
using testing::Replace;

Tensor Image(const Shape& shape) {
  Tensor image = *Tensor::Allocate(DataType::kFloat32, shape);
  std::iota(image.data<float>(), image.data<float>() + image.num_elements(), 0.f);
  return image;
}

// Each pixel twice along both sides, the sum of the 3x3 pixels around it; zeros around the image.
Result<std::vector<Tensor>> SumAndEnlarge(const Tensor& image) {
  const Shape& s = image.shape();
  const int64_t h = s[2], w = s[3];
  Tensor out = *Tensor::Allocate(DataType::kFloat32, {s[0], s[1], 2 * h, 2 * w});
  for (int64_t p = 0; p < s[0] * s[1]; ++p) {
    for (int64_t i = 0; i < 2 * h; ++i) {
      for (int64_t k = 0; k < 2 * w; ++k) {
        float sum = 0;
        for (int64_t y = std::max<int64_t>(i / 2 - 1, 0); y <= std::min(i / 2 + 1, h - 1); ++y)
          for (int64_t x = std::max<int64_t>(k / 2 - 1, 0); x <= std::min(k / 2 + 1, w - 1); ++x)
            sum += image.data<float>()[(p * h + y) * w + x];
        out.data<float>()[(p * 2 * h + i) * 2 * w + k] = sum;
      }
    }
  }
  return std::vector<Tensor>{out};
}

std::vector<float> Numbers(const Result<std::vector<Tensor>>& found) {
  EXPECT_TRUE(found) << found.error().message();
  const Tensor& tensor = (*found)[0];
  return {tensor.data<float>(), tensor.data<float>() + tensor.num_elements()};
}

TEST(Tiles, GiveWhatTheWholeImageGives) {
  for (const Shape& shape :
       {Shape{1, 1, 1, 1}, Shape{1, 3, 5, 5}, Shape{2, 3, 6, 5}, Shape{1, 1, 5, 6},
        Shape{1, 2, 13, 29}, Shape{1, 1, 1, 40}, Shape{1, 1, 11, 4}}) {
    const Tensor image = Image(shape);
    for (const TileSpec& spec : {TileSpec{5, 5, 1}, TileSpec{3, 7, 1}, TileSpec{6, 5, 2}}) {
      const auto found = RunTiles(image, spec, nullptr, SumAndEnlarge);
      EXPECT_EQ(Numbers(found), Numbers(SumAndEnlarge(image))) << Name(shape);
      EXPECT_EQ((*found)[0].shape(), (Shape{shape[0], shape[1], 2 * shape[2], 2 * shape[3]}));
    }
  }
}

TEST(Tiles, AreOfOneSizeAndNoMoreThanNeeded) {
  int count = 0;
  const auto run = [&](const Tensor& tile) {
    EXPECT_EQ(tile.shape(), (Shape{1, 1, 4, 4}));
    ++count;
    return SumAndEnlarge(tile);
  };
  ASSERT_TRUE(RunTiles(Image({1, 1, 6, 7}), {4, 4, 1}, nullptr, run));
  EXPECT_EQ(count, 2 * 3);
}

// The largest of each 4x4 block that begins at a multiple of 4, at each of its pixels.
Result<std::vector<Tensor>> BlockMaxima(const Tensor& image) {
  const int64_t h = image.shape()[2], w = image.shape()[3];
  Tensor out = *Tensor::Allocate(DataType::kFloat32, image.shape());
  for (int64_t y = 0; y < h; ++y) {
    for (int64_t x = 0; x < w; ++x) {
      const int64_t last_y = std::min(y / 4 * 4 + 3, h - 1),
                    last_x = std::min(x / 4 * 4 + 3, w - 1);
      out.data<float>()[y * w + x] = image.data<float>()[last_y * w + last_x];
    }
  }
  return std::vector<Tensor>{out};
}

TEST(Tiles, BeginAtMultiplesOfTheStrideOfTheNetwork) {
  for (const Shape& shape : {Shape{1, 1, 16, 16}, Shape{1, 1, 17, 40}, Shape{1, 1, 30, 51}}) {
    const Tensor image = Image(shape);
    for (const TileSpec& spec : {TileSpec{13, 16, 3, 4}, TileSpec{16, 12, 4, 4}}) {
      EXPECT_EQ(Numbers(RunTiles(image, spec, nullptr, BlockMaxima)), Numbers(BlockMaxima(image)))
          << Name(shape);
    }
  }
}

TEST(Tiles, OutputsOfOtherSizesAreRefused) {
  const auto run = [](const Tensor& tile) -> Result<std::vector<Tensor>> {
    return std::vector<Tensor>{Image({1, 1, tile.shape()[2] + 1, tile.shape()[3]})};
  };
  EXPECT_THAT(RunTiles(Image({1, 1, 9, 9}), {4, 4, 0}, nullptr, run).error().message(),
              HasSubstr("output #0 has shape 1x1x5x4 for a tile of 4x4"));
  const auto failing = [](const Tensor&) -> Result<std::vector<Tensor>> {
    return MakeError(Code::kFail, "no");
  };
  EXPECT_FALSE(RunTiles(Image({1, 1, 9, 9}), {4, 4, 0}, nullptr, failing));
}

std::string LoadError(const std::string& keys) {
  auto files = ExampleClassifier();
  files["pipeline.json"] =
      Replace(files["pipeline.json"], R"("module": "Net",)", R"("module": "Net", )" + keys + ",");
  auto model = LoadFiles(files);
  const auto pipeline = Pipeline::Load(*model, {});
  return pipeline ? "" : pipeline.error().message();
}

TEST(Tiles, KeysAreChecked) {
  EXPECT_EQ(LoadError(R"("tile": 8, "overlap": 1)"), "");
  EXPECT_EQ(LoadError(R"("tile": [8, 8])"), "");
  EXPECT_THAT(LoadError(R"("tile": "8")"), HasSubstr("tile: expected a number of pixels or"));
  EXPECT_THAT(LoadError(R"("tile": [8])"), HasSubstr("expected a number of pixels or [height"));
  EXPECT_THAT(LoadError(R"("tile": 0)"), HasSubstr("tile: found 0, allowed: 1 to 1048576"));
  EXPECT_THAT(LoadError(R"("overlap": 2)"), HasSubstr("only if `tile` says"));
  EXPECT_THAT(LoadError(R"("tile": 8, "overlap": 4)"), HasSubstr("leave nothing of a tile of 8x8"));
  EXPECT_THAT(LoadError(R"("tile_stride": 2)"), HasSubstr("only if `tile` says"));
  EXPECT_THAT(LoadError(R"("tile": 8, "overlap": 2, "tile_stride": 5)"),
              HasSubstr("5 is more than the 4 pixels that `overlap` leaves of a tile"));
  EXPECT_THAT(LoadError(R"("tile": 8, "tile_stride": 2)"),
              HasSubstr("the last tile may then be smaller than the others"));
  EXPECT_THAT(LoadError(R"("tile": [8, 9])"),
              HasSubstr("tiles of 8x9 do not fit the network's input"));
}

}  // namespace
}  // namespace mmdeploy
