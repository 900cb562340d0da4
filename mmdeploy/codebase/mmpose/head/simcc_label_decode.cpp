#include <algorithm>
#include <cmath>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/codebase/mmpose/head/box_grid.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

struct SimccArgs {
  std::vector<int> input_size{192, 256};
  float split_ratio = 2;
  bool is_decoded = false;
};

// A point in pixels of the network's input.
struct InputPoint {
  Point place;
  float score = 0;
};

// The key points of SimCC (Li et al. 2022): scores of each column `simcc_x` [1,K,Nx] and of each
// row `simcc_y` [1,K,Ny]; or, if the network has found the maxima itself, points [1,K,2] and their
// scores [1,K] (sdk interface 16.11).
class SimccLabelDecode : public Module {
 public:
  explicit SimccLabelDecode(SimccArgs args) : args_(std::move(args)) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Tensor* x, RequireOutput(inputs[1].tensors(), "simcc_x", 3));
    MMDEPLOY_TRY(const Tensor* y, RequireOutput(inputs[1].tensors(), "simcc_y", 2));
    MMDEPLOY_TRYV(CheckSizes(inputs[0].sample().meta.img_shape));
    MMDEPLOY_TRY(const auto points, args_.is_decoded ? Read(*x, *y) : Decode(*x, *y));
    MMDEPLOY_TRY(const BoxGrid grid,
                 GridOf(inputs[0].sample().meta, args_.input_size[0], args_.input_size[1], false));
    PoseDetection pose;
    for (const InputPoint& point : points) {
      pose.points.push_back(grid.ToImage(point.place));
      pose.scores.push_back(point.score);
    }
    return Values{Value(std::move(pose))};
  }

 private:
  // Every point would lie at the wrong place if the network had seen another size.
  Result<void> CheckSizes(const ImageShape& seen) const {
    const auto& size = args_.input_size;
    MMDEPLOY_ENSURE(seen.width == size[0] && seen.height == size[1], Code::kFail,
                    "input_size is {}x{} (width x height), but preprocessing made an image of "
                    "{}x{}; set input_size to image_size of TopDownAffine",
                    size[0], size[1], seen.width, seen.height);
    return {};
  }

  // SimCC has `split_ratio` columns a pixel; where that is no whole number, exporters cut or round.
  Result<void> CheckLength(const char* name, int64_t found, int pixels) const {
    const double expected = static_cast<double>(pixels) * args_.split_ratio;
    MMDEPLOY_ENSURE(std::abs(static_cast<double>(found) - expected) < 1, Code::kFail,
                    "output '{}' has {} values a point, but input_size {}x{} (width x height) and "
                    "simcc_split_ratio {} make {}; set both as the network was trained",
                    name, found, args_.input_size[0], args_.input_size[1], args_.split_ratio,
                    expected);
    return {};
  }

  Result<std::vector<InputPoint>> Decode(const Tensor& x, const Tensor& y) const {
    const Shape &of_x = x.shape(), &of_y = y.shape();
    MMDEPLOY_ENSURE(of_x.size() == 3 && of_y.size() == 3 && of_x[0] == 1 && of_y[0] == 1 &&
                        of_x[1] == of_y[1] && of_x[2] > 0 && of_y[2] > 0,
                    Code::kFail,
                    "outputs 'simcc_x' and 'simcc_y' have shapes {} and {}, expected 1xKxNx and "
                    "1xKxNy",
                    Name(of_x), Name(of_y));
    MMDEPLOY_TRYV(CheckLength("simcc_x", of_x[2], args_.input_size[0]));
    MMDEPLOY_TRYV(CheckLength("simcc_y", of_y[2], args_.input_size[1]));
    std::vector<InputPoint> points;
    for (int64_t i = 0; i < of_x[1]; ++i) {
      const float* columns = x.data<float>() + i * of_x[2];
      const float* rows = y.data<float>() + i * of_y[2];
      const float* best_x = std::max_element(columns, columns + of_x[2]);
      const float* best_y = std::max_element(rows, rows + of_y[2]);
      InputPoint& point = points.emplace_back(InputPoint{{-1, -1}, std::min(*best_x, *best_y)});
      if (point.score > 0) {
        point.place = {static_cast<float>(best_x - columns), static_cast<float>(best_y - rows)};
      }
      point.place.x /= args_.split_ratio;
      point.place.y /= args_.split_ratio;
    }
    return points;
  }

  static Result<std::vector<InputPoint>> Read(const Tensor& places, const Tensor& scores) {
    const Shape& shape = places.shape();
    MMDEPLOY_ENSURE(
        shape.size() == 3 && shape[0] == 1 && shape[2] == 2 && scores.num_elements() == shape[1],
        Code::kFail,
        "outputs 'simcc_x' and 'simcc_y' have shapes {} and {}, with export_postprocess expected "
        "1xKx2 and 1xK",
        Name(shape), Name(scores.shape()));
    std::vector<InputPoint> points;
    for (int64_t i = 0; i < shape[1]; ++i) {
      const float* place = places.data<float>() + 2 * i;
      points.push_back({{place[0], place[1]}, scores.data<float>()[i]});
    }
    return points;
  }

  Signature signature_ = HeadSignature<PoseDetection>(2);
  const SimccArgs args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  SimccArgs args;
  bool use_dark = false;
  params.Read("input_size", &args.input_size);
  params.Read("simcc_split_ratio", &args.split_ratio, 1e-3F, 1e3F);
  params.Read("export_postprocess", &args.is_decoded);
  params.Read("use_dark", &use_dark);
  // The second look at the flipped image, and how the targets of training are made.
  params.Ignore({"flip_test", "type", "sigma", "normalize", "smoothing_type", "label_smooth_weight",
                 "shift_coords", "shift_heatmap", "flip_mode"});
  const auto& size = args.input_size;
  if (size.size() != 2 || size[0] < 1 || size[1] < 1) {
    params.Fail("input_size", "expected [width, height] of the network, both above 0");
  }
  if (use_dark) params.Fail("use_dark", "found true, allowed: false");
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(
      CheckOutputs(env, params.path(),
                   {{"simcc_x", {DataType::kFloat32}, 3}, {"simcc_y", {DataType::kFloat32}, 2}}));
  return std::make_unique<SimccLabelDecode>(std::move(args));
}

}  // namespace

std::vector<HeadType> simcc_label_decode_heads() {
  return {{"mmpose", "SimCCLabelDecode", Create}};
}

}  // namespace mmdeploy
