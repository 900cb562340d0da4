#include "mmdeploy/transform/fused/render.h"

#include <algorithm>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/transform/fused/scaler.h"
#include "mmdeploy/transform/load_image_from_file/load_image_from_file.h"

namespace mmdeploy {

MergedGeometry MergedGeometry::Identity(const ImageShape& shape) {
  MergedGeometry merged;
  merged.source = merged.keep = {0, 0, shape.height, shape.width};
  merged.scaled_height = shape.height;
  merged.scaled_width = shape.width;
  return merged;
}

ImageShape MergedGeometry::OutputShape(int channels) const {
  return {borders.top + keep.height + borders.bottom, borders.left + keep.width + borders.right,
          channels};
}

bool MergedGeometry::Append(const Geometry& step) {
  const ImageShape before = OutputShape(0);
  const bool crops = !step.crop.Covers(before);
  const bool scaled = scaled_height != source.height || scaled_width != source.width;
  if (!borders.empty() && (crops || step.scales() || !step.borders.empty())) return false;
  if (step.scales() && scaled) return false;
  if (!step.borders.empty() && step.padding_mode != PaddingMode::kConstant) return false;
  if (crops) {
    keep = {keep.top + step.crop.top, keep.left + step.crop.left, step.crop.height,
            step.crop.width};
  }
  if (step.scales()) {  // what was kept so far is the source
    source = keep;
    scaled_height = step.height;
    scaled_width = step.width;
    resampling = step.resampling;
    keep = {0, 0, step.height, step.width};
  }
  if (!step.borders.empty()) {
    borders = step.borders;
    pad_value = step.pad_value;
  }
  return true;
}

namespace {

using Color = LoadImageFromFile::Color;

// The window of the picture as pixels that the kernels can read, and which of their bytes are
// blue, green and red (or the first, second and third channel of `owner`).
struct Source {
  PixelView pixels;
  std::array<int, 3> bytes{0, 1, 2};  // of each channel of the loaded image
  Tensor owner;                       // of converted pixels
};

void SetWindow(Source* source, const uint8_t* data, int64_t stride, int image_height,
               int image_width, int pixel_bytes, const Window& window) {
  const int64_t offset = window.top * stride + int64_t{window.left} * pixel_bytes;
  const int64_t size = (image_height - 1) * stride + int64_t{image_width} * pixel_bytes;
  source->pixels = {data + offset, stride, size - offset, window.height, window.width, pixel_bytes};
}

// Only the rows of the window are converted; NV12 needs pairs of rows.
Result<void> ConvertRows(const Image& image, Color color, const Window& window, Source* source,
                         const TransformContext& context) {
  const bool yuv = image.format == PixelFormat::kNv12 || image.format == PixelFormat::kNv21;
  const int top = yuv ? window.top / 2 * 2 : window.top;
  const int bottom = window.top + window.height;
  const int height = (yuv ? (bottom + 1) / 2 * 2 : bottom) - top;
  MMDEPLOY_TRY(source->owner, ConvertColor(image, color, top, height, context));
  const int channels = color == Color::kGray ? 1 : 3;
  Window moved = window;
  moved.top -= top;
  SetWindow(source, source->owner.data<uint8_t>(), int64_t{image.width} * channels, height,
            image.width, channels, moved);
  return {};
}

Result<Source> OpenSource(const Image& image, Color color, const Window& window,
                          const TransformContext& context) {
  Source source;
  const bool gray_picture = image.format == PixelFormat::kGray;
  const bool yuv = image.format == PixelFormat::kNv12 || image.format == PixelFormat::kNv21;
  if (gray_picture || (yuv && color == Color::kGray)) {
    SetWindow(&source, image.data, image.stride(), image.height, image.width, 1, window);
    source.bytes = {0, 0, 0};
  } else if (yuv || color == Color::kGray) {
    MMDEPLOY_TRYV(ConvertRows(image, color, window, &source, context));
    if (color == Color::kGray) source.bytes = {0, 0, 0};
  } else {
    SetWindow(&source, image.data, image.stride(), image.height, image.width,
              NumChannels(image.format), window);
    const bool rgb_picture = image.format == PixelFormat::kRgb;
    if (rgb_picture != (color == Color::kRgb)) source.bytes = {2, 1, 0};
  }
  return source;
}

float PadFloat(const MergedGeometry& geometry, const PixelFormatting& formatting, size_t plane) {
  if (geometry.pad_is_normalized) return static_cast<float>(geometry.pad_value[plane]);
  const double value = geometry.pad_value[static_cast<size_t>(formatting.pad_channel[plane])];
  const uint8_t byte = ToByte(value);
  return formatting.to_float ? formatting.planes[plane].table[byte] : static_cast<float>(byte);
}

// Writes the planes of the output.
template <class T>
class Painter {
 public:
  Painter(const MergedGeometry& geometry, const PixelFormatting& formatting,
          std::array<int, 3> bytes, Tensor* out)
      : geometry_(geometry), formatting_(formatting), shape_(geometry.OutputShape(0)) {
    for (size_t p = 0; p < formatting.planes.size(); ++p) {
      planes_.push_back(formatting.planes[p]);
      planes_[p].byte = bytes[static_cast<size_t>(planes_[p].byte)];
      data_.push_back(out->data<T>() + static_cast<int64_t>(p) * shape_.height * shape_.width);
      pad_.push_back(static_cast<T>(PadFloat(geometry, formatting, p)));
    }
  }

  // Row `y` of the window that is kept, with the borders beside it.
  void PaintRow(int y, const uint32_t* row) const {
    const Borders& borders = geometry_.borders;
    for (size_t p = 0; p < planes_.size(); ++p) {
      T* to = data_[p] + int64_t{borders.top + y} * shape_.width;
      std::fill_n(to, borders.left, pad_[p]);
      Emit(row, geometry_.keep.width, planes_[p], to + borders.left);
      std::fill_n(to + borders.left + geometry_.keep.width, borders.right, pad_[p]);
    }
  }

  void PaintBorders() const {
    const Borders& borders = geometry_.borders;
    for (size_t p = 0; p < planes_.size(); ++p) {
      std::fill_n(data_[p], int64_t{borders.top} * shape_.width, pad_[p]);
      std::fill_n(data_[p] + int64_t{borders.top + geometry_.keep.height} * shape_.width,
                  int64_t{borders.bottom} * shape_.width, pad_[p]);
    }
  }

 private:
  static void Emit(const uint32_t* row, int count, const Plane& plane, float* out) {
    EmitFloat(row, count, plane, out);
  }
  static void Emit(const uint32_t* row, int count, const Plane& plane, uint8_t* out) {
    EmitBytes(row, count, plane, out);
  }

  const MergedGeometry& geometry_;
  const PixelFormatting& formatting_;
  ImageShape shape_;
  std::vector<Plane> planes_;
  std::vector<T*> data_;
  std::vector<T> pad_;
};

// Rows are independent, so blocks of them give the same result for any number of threads.
template <class T>
Result<void> Paint(const Scaler& scaler, int height, const Painter<T>& painter,
                   const TransformContext& context) {
  constexpr int kMinRows = 32;  // per block, less is not worth a thread
  const int blocks =
      context.num_threads == 1
          ? 1
          : std::clamp(height / kMinRows, 1,
                       context.num_threads > 0 ? context.num_threads : NumProcessors());
  std::vector<std::optional<Error>> errors(static_cast<size_t>(blocks));
  ParallelFor(blocks, context.num_threads, [&](int64_t block) {
    RowMaker rows(scaler, context.pool);
    if (auto result = rows.Init(); !result) {
      errors[static_cast<size_t>(block)] = result.error();
      return;
    }
    const int begin = static_cast<int>(height * block / blocks);
    const int end = static_cast<int>(height * (block + 1) / blocks);
    for (int y = begin; y < end; ++y) painter.PaintRow(y, rows.Row(y));
  });
  for (auto& error : errors) {
    if (error) return MakeError(std::move(*error));
  }
  painter.PaintBorders();
  return {};
}

}  // namespace

Result<Tensor> Render(const Image& image, bool gray, bool rgb, const MergedGeometry& geometry,
                      const PixelFormatting& formatting, const TransformContext& context) {
  const Color color = gray ? Color::kGray : rgb ? Color::kRgb : Color::kBgr;
  MMDEPLOY_TRY(const Source source, OpenSource(image, color, geometry.source, context));
  MMDEPLOY_TRY(const Scaler scaler,
               Scaler::Make(source.pixels, geometry.scaled_height, geometry.scaled_width,
                            geometry.resampling, geometry.keep));
  const ImageShape shape = geometry.OutputShape(static_cast<int>(formatting.planes.size()));
  MMDEPLOY_TRYV(CheckSize(shape.height, shape.width));
  const auto dtype = formatting.to_float ? DataType::kFloat32 : DataType::kUint8;
  MMDEPLOY_TRY(Tensor out, Tensor::Allocate(dtype, {1, shape.channels, shape.height, shape.width},
                                            context.pool));
  const int height = geometry.keep.height;
  if (formatting.to_float) {
    const Painter<float> painter(geometry, formatting, source.bytes, &out);
    MMDEPLOY_TRYV(Paint(scaler, height, painter, context));
  } else {
    const Painter<uint8_t> painter(geometry, formatting, source.bytes, &out);
    MMDEPLOY_TRYV(Paint(scaler, height, painter, context));
  }
  return out;
}

}  // namespace mmdeploy
