#include "mmdeploy/pipeline/modules/tiles.h"

#include <algorithm>
#include <cstring>

namespace mmdeploy {
namespace {

// A rectangle of every plane of [N,C,H,W].
struct Area {
  int64_t top = 0, left = 0, height = 0, width = 0;
};

// Copies `area` of all planes to (top, left) of those of `to`.
void CopyArea(const Tensor& from, const Area& area, Tensor* to, int64_t top, int64_t left) {
  const auto element = static_cast<int64_t>(SizeOf(from.dtype()));
  const Shape &a = from.shape(), &b = to->shape();
  const auto* source = static_cast<const uint8_t*>(from.raw());
  auto* target = static_cast<uint8_t*>(to->raw());
  for (int64_t plane = 0; plane < a[0] * a[1]; ++plane) {
    for (int64_t row = 0; row < area.height; ++row) {
      const int64_t read = (plane * a[2] + area.top + row) * a[3] + area.left;
      const int64_t written = (plane * b[2] + top + row) * b[3] + left;
      std::memcpy(target + written * element, source + read * element,
                  static_cast<size_t>(area.width * element));
    }
  }
}

// How many times as large an output of a tile is.
Result<int64_t> ScaleOf(const Tensor& output, size_t index, const Area& tile) {
  const Shape& shape = output.shape();
  const bool fits = shape.size() == 4 && shape[2] > 0 && shape[2] % tile.height == 0 &&
                    shape[3] % tile.width == 0 && shape[2] / tile.height == shape[3] / tile.width;
  MMDEPLOY_ENSURE(
      fits, Code::kNotSupported,
      "output #{} has shape {} for a tile of {}x{}; tiles are put together where it is "
      "NxCxHxW, with a height and width that are the same multiple of the tile's: leave "
      "out `tile`",
      index, Name(shape), tile.height, tile.width);
  return shape[2] / tile.height;
}

// Puts the part of a tile's outputs that is used into the outputs of the image.
Result<void> Paste(const std::vector<Tensor>& found, const TileAxis::Tile& y,
                   const TileAxis::Tile& x, int64_t height, int64_t width, BufferPool* pool,
                   std::vector<Tensor>* whole) {
  whole->resize(found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    MMDEPLOY_TRY(const int64_t scale, ScaleOf(found[i], i, {0, 0, y.size, x.size}));
    Tensor& output = (*whole)[i];
    const Shape& own = found[i].shape();
    const Shape shape{own[0], own[1], height * scale, width * scale};
    if (output.empty()) {
      MMDEPLOY_TRY(output, Tensor::Allocate(found[i].dtype(), shape, pool));
    }
    MMDEPLOY_ENSURE(output.shape() == shape && output.dtype() == found[i].dtype(), Code::kFail,
                    "output #{} of a tile is {}, those before it made {}", i, Describe(found[i]),
                    Describe(output));
    const Area used{(y.used_begin - y.begin) * scale, (x.used_begin - x.begin) * scale,
                    (y.used_end - y.used_begin) * scale, (x.used_end - x.used_begin) * scale};
    CopyArea(found[i], used, &output, y.used_begin * scale, x.used_begin * scale);
  }
  return {};
}

}  // namespace

Result<TileSpec> ReadTileSpec(JsonReader& args) {
  TileSpec spec;
  args.Describe("tile", "n or [height, width]", "");
  if (const Json* tile = args.Find("tile")) {
    const bool is_pair = tile->is_array() && tile->size() == 2 && (*tile)[0].is_number_integer() &&
                         (*tile)[1].is_number_integer();
    MMDEPLOY_ENSURE(tile->is_number_integer() || is_pair, Code::kInvalidArgument,
                    "{}: expected a number of pixels or [height, width], found {}",
                    (args.path() / "tile").str(), DescribeJson(*tile));
    const auto height = is_pair ? (*tile)[0].get<int64_t>() : tile->get<int64_t>();
    const auto width = is_pair ? (*tile)[1].get<int64_t>() : height;
    MMDEPLOY_ENSURE(height > 0 && width > 0 && height <= 1 << 20 && width <= 1 << 20,
                    Code::kInvalidArgument, "{}: found {}, allowed: 1 to 1048576 pixels",
                    (args.path() / "tile").str(), tile->dump());
    spec.height = static_cast<int>(height);
    spec.width = static_cast<int>(width);
  }
  args.Read("overlap", &spec.overlap, 0, 1 << 20);
  args.Read("tile_stride", &spec.stride, 1, 1 << 20);
  if (!spec.enabled()) {
    for (const char* key : {"overlap", "tile_stride"}) {
      MMDEPLOY_ENSURE(!args.Has(key), Code::kInvalidArgument,
                      "{}: images are cut only if `tile` says how large the pieces are",
                      (args.path() / key).str());
    }
    return spec;
  }
  MMDEPLOY_ENSURE(2 * spec.overlap < std::min(spec.height, spec.width), Code::kInvalidArgument,
                  "{}: {} pixels on both sides leave nothing of a tile of {}x{}",
                  (args.path() / "overlap").str(), spec.overlap, spec.height, spec.width);
  MMDEPLOY_ENSURE(
      spec.stride <= std::min(spec.height, spec.width) - 2 * spec.overlap, Code::kInvalidArgument,
      "{}: {} is more than the {} pixels that `overlap` leaves of a tile; make the tile "
      "larger",
      (args.path() / "tile_stride").str(), spec.stride,
      std::min(spec.height, spec.width) - 2 * spec.overlap);
  return spec;
}

TileAxis::TileAxis(int64_t total, int64_t size, const TileSpec& spec) {
  if (total <= size) {
    tiles.push_back({0, total, 0, total});
    return;
  }
  const int64_t step = (size - 2 * spec.overlap) / spec.stride * spec.stride;
  for (int64_t begin = 0;; begin += step) {
    const bool is_last = begin + size >= total;
    const int64_t at = is_last && spec.stride == 1 ? total - size : begin;
    const int64_t used = tiles.empty() ? 0 : at + spec.overlap;
    if (!tiles.empty()) tiles.back().used_end = used;
    tiles.push_back({at, std::min(size, total - at), used, total});
    if (is_last) return;
  }
}

Result<std::vector<Tensor>> RunTiles(
    const Tensor& image, const TileSpec& spec, BufferPool* pool,
    const std::function<Result<std::vector<Tensor>>(const Tensor& tile)>& run) {
  const Shape& shape = image.shape();
  MMDEPLOY_ENSURE(shape.size() == 4 && image.num_elements() > 0, Code::kInvalidArgument,
                  "tiles are cut out of NxCxHxW, found {}", Describe(image));
  const TileAxis rows(shape[2], spec.height, spec), columns(shape[3], spec.width, spec);
  if (rows.tiles.size() == 1 && columns.tiles.size() == 1) return run(image);
  std::vector<Tensor> whole;
  for (const auto& y : rows.tiles) {
    for (const auto& x : columns.tiles) {
      MMDEPLOY_TRY(Tensor tile,
                   Tensor::Allocate(image.dtype(), {shape[0], shape[1], y.size, x.size}, pool));
      CopyArea(image, {y.begin, x.begin, y.size, x.size}, &tile, 0, 0);
      MMDEPLOY_TRY(const auto found, run(tile));
      MMDEPLOY_TRYV(Paste(found, y, x, shape[2], shape[3], pool, &whole));
    }
  }
  return whole;
}

}  // namespace mmdeploy
