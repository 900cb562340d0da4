#pragma once

#include <cstring>
#include <vector>

#include "mmdeploy/op/nms/nms.h"
#include "mmdeploy/op/op.h"

// Suppression of each class of each image, on the processor or a CUDA device.

namespace mmdeploy::op::nms {

// Where boxes and scores lie, and what takes part.
struct Task {
  int64_t images = 0, classes = 0, boxes = 0;
  const float* score_data = nullptr;
  int64_t score_image = 0, score_class = 0, score_box = 0;  // distances of neighbours
  const float* box_data = nullptr;
  int64_t box_image = 0, box_class = 0, box_stride = 0;  // box_class 0: shared by the classes
  float iou_threshold = 0, score_threshold = 0;
  int64_t limit = 0;        // boxes of a class that take part, the best; 0 or less: all
  int64_t background = -1;  // a class that does not take part

  Strided ScoresOf(int64_t image, int64_t label) const {
    return {score_data + image * score_image + label * score_class, boxes, score_box};
  }
  Boxes BoxesOf(int64_t image, int64_t label) const {
    return {box_data + image * box_image + label * box_class, box_stride};
  }
};

// Checks boxes [B,N,numbers], input 0, against scores [B,C,N], input 1. Errors: kInvalidArgument.
Result<void> CheckBoxesAndScores(InputShapes shapes, int64_t numbers, std::string_view meaning);

// boxes [B,N,D], inputs 0 of the call, and scores [B,C,N], input 1.
Task TaskOfInputs(const OpContext& context, float iou_threshold, float score_threshold);

// What happened to the boxes of one class: `order` as of BestFirst, `owners` as of
// SuppressFunction.
struct ClassResult {
  std::vector<int> order, owners;

  bool IsKept(size_t position) const { return owners[position] == static_cast<int>(position); }
};

// Who suppresses, and where the tensors of a call are.
class Suppressor {
 public:
  virtual ~Suppressor() = default;
  // Results of all classes, in the order of images and classes.
  virtual Result<std::vector<ClassResult>> Run(OpContext& context, const Task& task) const = 0;
  // A tensor of the call, in host memory.
  virtual Result<Tensor> ToHost(const OpContext& context, const Tensor& tensor) const = 0;
  // Fills an output of the call from host memory.
  virtual Result<void> Fill(const OpContext& context, const Tensor& output,
                            const void* data) const = 0;
};

// On the processor, by one of the functions of nms.h.
class HostSuppressor : public Suppressor {
 public:
  explicit HostSuppressor(SuppressFunction suppress) : suppress_(suppress) {}
  Result<std::vector<ClassResult>> Run(OpContext& context, const Task& task) const override;
  Result<Tensor> ToHost(const OpContext&, const Tensor& tensor) const override { return tensor; }
  Result<void> Fill(const OpContext&, const Tensor& output, const void* data) const override {
    if (output.num_bytes() > 0) std::memcpy(output.raw(), data, output.num_bytes());
    return {};
  }

 private:
  SuppressFunction suppress_;
};

// On a CUDA device; upright or rotated boxes. Only in builds with CUDA.
const Suppressor& CudaSuppressor(bool rotated);

// An operator's three functions, from its code that takes a Suppressor.
template <Result<void> (*kRun)(const Attributes&, OpContext&, const Suppressor&),
          SuppressFunction kSuppress>
Result<void> RunOnHost(const Attributes& attributes, OpContext& context) {
  return kRun(attributes, context, HostSuppressor(kSuppress));
}

template <Result<void> (*kRun)(const Attributes&, OpContext&, const Suppressor&), bool kRotated>
Result<void> RunOnCuda(const Attributes& attributes, OpContext& context) {
  return kRun(attributes, context, CudaSuppressor(kRotated));
}

// Output `index` of int64 rows of `columns` numbers.
Result<void> PutRows(OpContext& context, size_t index, const std::vector<int64_t>& rows,
                     int64_t columns, const Suppressor& suppressor);

}  // namespace mmdeploy::op::nms
