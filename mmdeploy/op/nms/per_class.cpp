#include "mmdeploy/op/nms/per_class.h"

namespace mmdeploy::op::nms {

Result<std::vector<ClassResult>> SuppressPerClass(OpContext& context, float iou_threshold,
                                                  float score_threshold,
                                                  SuppressFunction suppress) {
  const Tensor &boxes = context.input(0), &scores = context.input(1);
  const int64_t images = scores.shape()[0], classes = scores.shape()[1], count = scores.shape()[2];
  const int64_t size = boxes.shape()[2];
  std::vector<ClassResult> results(static_cast<size_t>(images * classes));
  MMDEPLOY_TRYV(context.ParallelFor(images * classes, [&](int64_t i) -> Result<void> {
    auto& result = results[static_cast<size_t>(i)];
    result.order = BestFirst({scores.data<float>() + i * count, count, 1}, score_threshold, 0);
    const Boxes own{boxes.data<float>() + i / classes * count * size, size};
    result.owners = suppress(own, result.order, iou_threshold);
    return {};
  }));
  return results;
}

}  // namespace mmdeploy::op::nms
