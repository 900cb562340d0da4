#include <algorithm>
#include <cmath>
#include <functional>

#include "mmdeploy/backend/ncnn/layers/broadcast.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// a, b -> 1 where they compare as asked for, else 0; both are broadcast. Parameters: 0 comparison
// (0 equal, 1 less, 2 less or equal, 3 greater, 4 greater or equal, 5 not equal), 1 whole (0; 1:
// both are whole numbers, which are refused where float32 may have rounded them).
class Compare : public ::ncnn::Layer {
 public:
  int load_param(const ::ncnn::ParamDict& params) override {
    comparison_ = params.get(0, 0);
    whole_ = params.get(1, 0) != 0;
    return comparison_ >= 0 && comparison_ <= 5 ? 0 : -1;
  }

  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const Dense a = ToDense(bottoms[0]), b = ToDense(bottoms[1]);
    if (whole_ && (MayBeRounded(a) || MayBeRounded(b))) return kRounded;
    const auto result = Compared(a, b);
    return result ? FromDense(*result, option.blob_allocator, &tops[0]) : -1;
  }

 private:
  static bool MayBeRounded(const Dense& data) {
    constexpr float kFirst = 1 << 24;
    return std::any_of(data.values.begin(), data.values.end(),
                       [](float value) { return std::abs(value) >= kFirst; });
  }

  std::optional<Dense> Compared(const Dense& a, const Dense& b) const {
    const auto with = [&](auto compare) {
      return Broadcast(a, b, [&](float x, float y) { return compare(x, y) ? 1.f : 0.f; });
    };
    if (comparison_ == 0) return with(std::equal_to<float>());
    if (comparison_ == 1) return with(std::less<float>());
    if (comparison_ == 2) return with(std::less_equal<float>());
    if (comparison_ == 3) return with(std::greater<float>());
    if (comparison_ == 4) return with(std::greater_equal<float>());
    return with(std::not_equal_to<float>());
  }

  int comparison_ = 0;
  bool whole_ = false;
};

}  // namespace

::ncnn::Layer* Compare_layer_creator(void*) { return new Compare; }

}  // namespace mmdeploy::ncnn
