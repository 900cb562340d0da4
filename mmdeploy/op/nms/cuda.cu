#include <cub/device/device_segmented_radix_sort.cuh>
#include <limits>

#include "mmdeploy/op/cuda/cuda.h"
#include "mmdeploy/op/nms/per_class.h"
#include "mmdeploy/op/nms/rotated_overlap.h"

namespace mmdeploy::op::nms {
namespace {

constexpr int kStays = -1;
constexpr double kNoArea = 1e-14;

// As Iou of nms.h.
struct UprightOverlap {
  __device__ static bool Exceeds(const float* a, const float* b, float threshold) {
    const float width = fmaxf(fminf(a[2], b[2]) - fmaxf(a[0], b[0]), 0.f);
    const float height = fmaxf(fminf(a[3], b[3]) - fmaxf(a[1], b[1]), 0.f);
    const float intersection = width * height;
    const float area_a = (a[2] - a[0]) * (a[3] - a[1]), area_b = (b[2] - b[0]) * (b[3] - b[1]);
    return intersection / (area_a + area_b - intersection) > threshold;
  }
};

struct RotatedOverlap {
  __device__ static bool Exceeds(const float* a, const float* b, float threshold) {
    // Circles around the boxes: far cheaper, and most boxes are apart.
    const float dx = a[0] - b[0], dy = a[1] - b[1];
    const float reach = (hypotf(a[2], a[3]) + hypotf(b[2], b[3])) * 0.5001f + 1e-3f;
    if (dx * dx + dy * dy > reach * reach) return false;
    const Rotated box_a(a), box_b(b);
    return box_a.area >= kNoArea && box_b.area >= kNoArea &&
           OverlapExceeds(box_a, box_b, threshold);
  }
};

// Arrays [classes of all images, boxes] on the device.
struct Sorted {
  Tensor keys, indices, counts;  // counts: how many take part
};

// Scores of those that take part; minus infinity for the others.
Result<void> WriteKeys(OpContext& context, const Task& task, Sorted* unsorted) {
  auto* keys = unsorted->keys.data<float>();
  auto *indices = unsorted->indices.data<int32_t>(), *counts = unsorted->counts.data<int32_t>();
  const int64_t segments = task.images * task.classes;
  MMDEPLOY_TRYV(
      cuda::Check(cudaMemsetAsync(counts, 0, static_cast<size_t>(segments) * sizeof(int32_t),
                                  cuda::StreamOf(context)),
                  "clear memory"));
  return cuda::ForEach(context, segments * task.boxes, [=] __device__(int64_t i) {
    const int64_t box = i % task.boxes, segment = i / task.boxes;
    const int64_t label = segment % task.classes;
    const float score = task.score_data[segment / task.classes * task.score_image +
                                        label * task.score_class + box * task.score_box];
    const bool part = score > task.score_threshold && label != task.background;
    keys[i] = part ? score : -INFINITY;
    indices[i] = static_cast<int32_t>(box);
    if (part) atomicAdd(counts + segment, 1);
  });
}

Result<Sorted> Allocate(OpContext& context, int64_t segments, int64_t boxes) {
  Sorted arrays;
  MMDEPLOY_TRY(arrays.keys, cuda::Scratch<float>(context, segments * boxes));
  MMDEPLOY_TRY(arrays.indices, cuda::Scratch<int32_t>(context, segments * boxes));
  MMDEPLOY_TRY(arrays.counts, cuda::Scratch<int32_t>(context, segments));
  return arrays;
}

// Best first; equal scores in their order, because the sort is stable.
Result<Sorted> Sort(OpContext& context, const Task& task) {
  const int64_t segments = task.images * task.classes, boxes = task.boxes;
  MMDEPLOY_TRY(auto unsorted, Allocate(context, segments, boxes));
  MMDEPLOY_TRY(auto sorted, Allocate(context, segments, boxes));
  MMDEPLOY_TRYV(WriteKeys(context, task, &unsorted));
  sorted.counts = unsorted.counts;
  MMDEPLOY_TRY(auto offsets, cuda::Scratch<int32_t>(context, segments + 1));
  auto* begin = offsets.data<int32_t>();
  MMDEPLOY_TRYV(cuda::ForEach(context, segments + 1, [=] __device__(int64_t i) {
    begin[i] = static_cast<int32_t>(i * boxes);
  }));
  size_t bytes = 0;
  const auto sort = [&](void* storage) {
    return cub::DeviceSegmentedRadixSort::SortPairsDescending(
        storage, bytes, unsorted.keys.data<float>(), sorted.keys.data<float>(),
        unsorted.indices.data<int32_t>(), sorted.indices.data<int32_t>(), segments * boxes,
        segments, begin, begin + 1, 0, 32, cuda::StreamOf(context));
  };
  MMDEPLOY_TRYV(cuda::Check(sort(nullptr), "size its sort"));
  MMDEPLOY_TRY(auto storage, cuda::Scratch<uint8_t>(context, static_cast<int64_t>(bytes)));
  MMDEPLOY_TRYV(cuda::Check(sort(storage.raw()), "sort"));
  return sorted;
}

__device__ int64_t NumCandidates(const Task& task, int32_t count) {
  return task.limit > 0 && count > task.limit ? task.limit : count;
}

// A block goes through the boxes of one class; its threads compare the others with each.
template <class Overlap>
__global__ void SuppressClasses(Task task, const int32_t* order, const int32_t* counts,
                                int* owners) {
  const int64_t segment = blockIdx.x;
  const Boxes boxes{task.box_data + segment / task.classes * task.box_image +
                        segment % task.classes * task.box_class,
                    task.box_stride};
  order += segment * task.boxes;
  owners += segment * task.boxes;
  const int64_t count = NumCandidates(task, counts[segment]);
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) owners[i] = kStays;
  __syncthreads();
  for (int64_t i = 0; i < count; ++i) {
    if (owners[i] != kStays) continue;  // the same for all threads
    const float* box = boxes.data + order[i] * boxes.stride;
    for (int64_t j = i + 1 + threadIdx.x; j < count; j += blockDim.x) {
      const float* other = boxes.data + order[j] * boxes.stride;
      if (owners[j] == kStays && Overlap::Exceeds(box, other, task.iou_threshold)) {
        owners[j] = static_cast<int>(i);
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) owners[i] = static_cast<int>(i);
  }
}

// What lies on the device as the host has it.
Result<std::vector<ClassResult>> Download(OpContext& context, const Task& task,
                                          const Sorted& sorted, const Tensor& owners) {
  MMDEPLOY_TRY(const auto order, cuda::ToHost(context, sorted.indices));
  MMDEPLOY_TRY(const auto owner, cuda::ToHost(context, owners));
  MMDEPLOY_TRY(const auto counts, cuda::ToHost(context, sorted.counts));
  std::vector<ClassResult> results(static_cast<size_t>(task.images * task.classes));
  for (size_t i = 0; i < results.size(); ++i) {
    const int64_t found = counts.data<int32_t>()[i];
    const int64_t count = task.limit > 0 ? std::min(task.limit, found) : found;
    const auto begin = static_cast<int64_t>(i) * task.boxes;
    results[i].order.assign(order.data<int32_t>() + begin, order.data<int32_t>() + begin + count);
    results[i].owners.assign(owner.data<int32_t>() + begin, owner.data<int32_t>() + begin + count);
  }
  return results;
}

template <class Overlap>
class DeviceSuppressor : public Suppressor {
 public:
  Result<std::vector<ClassResult>> Run(OpContext& context, const Task& task) const override {
    const int64_t segments = task.images * task.classes;
    MMDEPLOY_ENSURE(segments * task.boxes <= std::numeric_limits<int32_t>::max(), Code::kOutOfRange,
                    "{} images of {} classes of {} boxes are too many", task.images, task.classes,
                    task.boxes);
    if (segments * task.boxes == 0) {
      return std::vector<ClassResult>(static_cast<size_t>(segments));
    }
    MMDEPLOY_TRY(const auto sorted, Sort(context, task));
    MMDEPLOY_TRY(const auto owners, cuda::Scratch<int32_t>(context, segments * task.boxes));
    SuppressClasses<Overlap>
        <<<static_cast<unsigned>(segments), cuda::kThreads, 0, cuda::StreamOf(context)>>>(
            task, sorted.indices.data<int32_t>(), sorted.counts.data<int32_t>(),
            owners.data<int32_t>());
    MMDEPLOY_TRYV(cuda::Check(cudaGetLastError(), "start a kernel"));
    return Download(context, task, sorted, owners);
  }

  Result<Tensor> ToHost(const OpContext& context, const Tensor& tensor) const override {
    return cuda::ToHost(context, tensor);
  }

  Result<void> Fill(const OpContext& context, const Tensor& output,
                    const void* data) const override {
    if (output.num_bytes() == 0) return {};
    return cuda::CopyAndWait(context, output.raw(), data, output.num_bytes());
  }
};

}  // namespace

const Suppressor& CudaSuppressor(bool rotated) {
  static const DeviceSuppressor<UprightOverlap> upright_suppressor;
  static const DeviceSuppressor<RotatedOverlap> rotated_suppressor;
  return rotated ? static_cast<const Suppressor&>(rotated_suppressor) : upright_suppressor;
}

}  // namespace mmdeploy::op::nms
