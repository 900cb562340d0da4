#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mmdeploy/base/buffer_pool.h"
#include "mmdeploy/base/geometry.h"
#include "mmdeploy/base/image.h"
#include "mmdeploy/base/json.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/model/format_version.h"

namespace mmdeploy {

// Height, width and channels of an image, pixels.
struct ImageShape {
  int height = 0, width = 0, channels = 0;
};

// What the steps have noted about a sample; post-processing maps results back with it.
struct ImageMeta {
  ImageShape ori_shape;                               // as the caller gave it
  ImageShape img_shape;                               // after resizing and cropping
  std::optional<ImageShape> pad_shape;                // after padding
  std::optional<std::array<double, 4>> scale_factor;  // {x, y, x, y}: working size / original
  std::vector<float> offset;                          // CenterCrop appends {x, y}, original pixels
  std::array<float, 4> pad_param{};                   // LetterResize: {top, left, bottom, right}
  std::array<float, 4> border{};                      // Pad: {top, left, top + h, left + w}
  std::optional<double> valid_ratio;                  // ResizeOCR: share of the width that is text
  std::optional<Point> center;                        // TopDown*: of the box, original pixels
  std::optional<Point> scale;                         // TopDown*: size of the box / 200
  float rotation = 0;                                 // TopDownAffine, degrees
  bool keep_ratio = false;
};

// Tensors by name, in the order they were added; few, so a vector is the map.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

const Tensor* Find(const NamedTensors& tensors, std::string_view name);

// What belongs together on its way through the steps, by names: a picture (`img`), the box of an
// object in it (`bbox`), tensors (points, voxels, what an earlier node has made).
//
// `img` starts empty. LoadImageFromFile makes it a [H,W,C] tensor (uint8 or float32), which may
// still be a view of the caller's memory and must then not be written to: a step that changes
// pixels allocates from the pool. ImageToTensor and DefaultFormatBundle make it [1,C,H,W].
// TenCrop, ThreeCrop and Lift fill `imgs` (crop by crop, within a crop frame by frame) and empty
// `img`; the steps after them work on each; FormatShape joins them to `img` again. `tensors` are
// what came with the sample and what steps have made; Collect leaves those in it that the network
// is to see.
struct Sample {
  Image ori_img;
  std::vector<Image> frames;         // of a video clip, which Lift takes instead of ori_img
  int clip_len = 1;                  // frames of one clip
  std::optional<Rect> bbox;          // of one object, for top-down models, original pixels;
                                     // all four sides belong to it
  std::optional<ImageShape> target;  // given size that Resize uses instead of its own ("scale")
  Tensor img;
  std::vector<Tensor> imgs;
  ImageMeta meta;
  NamedTensors tensors;
};

// What is known of a sample's image before any pixel is: -1 and nullopt mean "at run time only".
struct StaticImage {
  std::optional<DataType> dtype;
  int channels = -1;
  int height = -1;
  int width = -1;
  bool planar = false;   // [1,C,H,W] instead of [H,W,C]
  bool several = false;  // crops or frames, which FormatShape joins
};

// What is known of a tensor before there is one.
struct StaticTensor {
  std::string name;
  std::optional<DataType> dtype;
  Shape shape;         // -1: at run time only; empty: nothing is known
  Device device = {};  // where it lies, or is to lie
};

// What is known of a sample before there is one.
struct StaticSample {
  bool has_picture = true;   // the caller's; false: something else is preprocessed
  bool may_have_img = true;  // a step has loaded it, or an earlier node may have
  bool may_have_bbox = true;
  StaticImage img;
  std::optional<std::vector<StaticTensor>> tensors;  // nullopt: any may be there
};

// What a run of steps may use.
struct TransformContext {
  BufferPool* pool = &BufferPool::Shared();
  int num_threads = 1;  // inside one step
};

// One preprocessing step. Immutable: any number of threads call Run at the same time.
class Transform {
 public:
  virtual ~Transform() = default;

  // Errors: kInvalidArgument for a sample that this step cannot take (it says why).
  virtual Result<void> Run(Sample& sample, const TransformContext& context) const = 0;

  // The sample behind this step, as far as `in` lets us know; used to check a pipeline when it is
  // loaded. Errors: what can never work (a mean of 3 values for a gray image).
  virtual Result<StaticSample> Infer(const StaticSample& in) const = 0;
};

// What a step may ask of the model while it reads its arguments.
struct TransformOptions {
  FormatVersion version;       // decides [h,w] or [w,h]
  JsonNotes* notes = nullptr;  // for steps that hold steps (Compose, Lift)
  bool fuse = true;            // likewise
};

// The row of the table of steps that a folder of mmdeploy/transform contributes.
struct TransformType {
  std::string name;  // `type` in pipeline.json
  // Reads the arguments (everything in the JSON object but `type`) and calls args.Finish().
  Result<std::unique_ptr<Transform>> (*create)(JsonReader& args, const TransformOptions& options);
};

// All steps that are built in, in the order of mmdeploy/transform/CMakeLists.txt.
const std::vector<TransformType>& TransformTypes();

// Makes the step of one element of `transforms`. Errors (kFail) have the JSON path; an unknown
// type lists the known ones and the nearest match.
Result<std::unique_ptr<Transform>> CreateTransform(const Json& json, const JsonPath& path,
                                                   const TransformOptions& options,
                                                   JsonNotes* notes);

// Compiles a whole `transforms` array to one step, fusing what can be fused (see transform/fused;
// `fuse` false keeps the plain steps, which define the result).
Result<std::unique_ptr<Transform>> CompileTransforms(const Json& transforms, const JsonPath& path,
                                                     const TransformOptions& options,
                                                     JsonNotes* notes, bool fuse = true);

}  // namespace mmdeploy
