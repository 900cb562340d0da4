#include <cub/device/device_segmented_radix_sort.cuh>
#include <limits>

#include "mmdeploy/op/cuda/cuda.h"
#include "mmdeploy/op/nms/per_class.h"
#include "mmdeploy/op/nms/rotated_overlap.h"

namespace mmdeploy::op::nms {
namespace {

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

// How many boxes of each class take part.
Result<std::vector<int64_t>> CountCandidates(OpContext& context, const Task& task,
                                             const Sorted& sorted) {
  MMDEPLOY_TRY(const auto counts, cuda::ToHost(context, sorted.counts));
  std::vector<int64_t> candidates;
  for (int64_t i = 0; i < task.images * task.classes; ++i) {
    const int64_t count = counts.data<int32_t>()[i];
    candidates.push_back(task.limit > 0 ? std::min(task.limit, count) : count);
  }
  return candidates;
}

using Word = unsigned long long;
constexpr int64_t kBits = 64;
constexpr int64_t kMaxMaskWords = 1 << 25;  // 256 MB

// The boxes of all classes in order, and for each of them which later ones of its class it overlaps
// too much, as bits: [classes of a batch, most, words].
struct Batch {
  Task task;
  int64_t begin;        // the first class of the batch, counting through the images
  int64_t most, words;  // boxes of a class at most, and words that have a bit for each
  const int32_t *order, *counts;
  Word* masks;
  int* owners;

  __device__ int64_t Count(int64_t segment) const {
    const int64_t count = counts[segment];
    return task.limit > 0 && count > task.limit ? task.limit : count;
  }
  __device__ const float* Box(int64_t segment, int64_t position) const {
    return task.box_data + segment / task.classes * task.box_image +
           segment % task.classes * task.box_class +
           order[segment * task.boxes + position] * task.box_stride;
  }
};

// Pairs are compared all at once: word i of the masks.
template <class Overlap>
__device__ void WriteMask(const Batch& batch, int64_t i) {
  const int64_t first = i % batch.words * kBits, row = i / batch.words % batch.most;
  const int64_t segment = batch.begin + i / batch.words / batch.most;
  const int64_t count = batch.Count(segment);
  if (row >= count) return;
  Word word = 0;
  for (int64_t k = 0; k < kBits; ++k) {
    const int64_t j = first + k;
    if (j <= row || j >= count) continue;
    const bool overlaps =
        Overlap::Exceeds(batch.Box(segment, row), batch.Box(segment, j), batch.task.iou_threshold);
    if (overlaps) word |= Word{1} << k;
  }
  batch.masks[i] = word;
}

// A block per class: goes through its boxes, the best first, and drops what one that stays
// overlaps.
__global__ void WriteOwners(Batch batch) {
  extern __shared__ Word dropped[];
  const int64_t segment = batch.begin + blockIdx.x, count = batch.Count(segment);
  const Word* masks = batch.masks + int64_t{blockIdx.x} * batch.most * batch.words;
  int* owners = batch.owners + segment * batch.task.boxes;
  for (int64_t w = threadIdx.x; w < batch.words; w += blockDim.x) dropped[w] = 0;
  __syncthreads();
  for (int64_t i = 0; i < count; ++i) {
    if (dropped[i / kBits] >> (i % kBits) & 1) continue;  // the same for all threads
    __syncthreads();                                      // until all have looked
    if (threadIdx.x == 0) owners[i] = static_cast<int>(i);
    for (int64_t w = i / kBits + threadIdx.x; w < batch.words; w += blockDim.x) {
      Word now = masks[i * batch.words + w] & ~dropped[w];
      dropped[w] |= now;
      for (; now; now &= now - 1) {
        owners[w * kBits + __ffsll(static_cast<long long>(now)) - 1] = static_cast<int>(i);
      }
    }
    __syncthreads();
  }
}

template <class Overlap>
Result<void> SuppressBatch(OpContext& context, const Batch& batch, int64_t classes) {
  constexpr int kReducers = 128;
  MMDEPLOY_TRYV(cuda::ForEach(context, classes * batch.most * batch.words,
                              [=] __device__(int64_t i) { WriteMask<Overlap>(batch, i); }));
  const size_t shared = static_cast<size_t>(batch.words) * sizeof(Word);
  WriteOwners<<<static_cast<unsigned>(classes), kReducers, shared, cuda::StreamOf(context)>>>(
      batch);
  return cuda::Check(cudaGetLastError(), "start a kernel");
}

// What lies on the device as the host has it.
Result<std::vector<ClassResult>> Download(OpContext& context, const Task& task,
                                          const std::vector<int64_t>& candidates,
                                          const Sorted& sorted, const Tensor& owners) {
  MMDEPLOY_TRY(const auto order, cuda::ToHost(context, sorted.indices));
  MMDEPLOY_TRY(const auto owner, cuda::ToHost(context, owners));
  std::vector<ClassResult> results(candidates.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const int64_t begin = static_cast<int64_t>(i) * task.boxes, end = begin + candidates[i];
    results[i].order.assign(order.data<int32_t>() + begin, order.data<int32_t>() + end);
    results[i].owners.assign(owner.data<int32_t>() + begin, owner.data<int32_t>() + end);
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
    MMDEPLOY_TRY(const auto candidates, CountCandidates(context, task, sorted));
    MMDEPLOY_TRY(const auto owners, cuda::Scratch<int32_t>(context, segments * task.boxes));
    const int64_t most = *std::max_element(candidates.begin(), candidates.end());
    const int64_t words = (most + kBits - 1) / kBits;
    const int64_t step =
        std::clamp<int64_t>(kMaxMaskWords / std::max<int64_t>(most * words, 1), 1, segments);
    MMDEPLOY_TRY(const auto masks, cuda::Scratch<int64_t>(context, step * most * words));
    for (int64_t begin = 0; most > 0 && begin < segments; begin += step) {
      const Batch batch{task,
                        begin,
                        most,
                        words,
                        sorted.indices.data<int32_t>(),
                        sorted.counts.data<int32_t>(),
                        reinterpret_cast<Word*>(masks.raw()),
                        owners.data<int32_t>()};
      MMDEPLOY_TRYV(SuppressBatch<Overlap>(context, batch, std::min(step, segments - begin)));
    }
    return Download(context, task, candidates, sorted, owners);
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
