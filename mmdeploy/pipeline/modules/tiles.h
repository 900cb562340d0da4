#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "mmdeploy/base/json.h"
#include "mmdeploy/base/tensor.h"

namespace mmdeploy {

// How a network sees an image that is too large for it: piece by piece.
struct TileSpec {
  int height = 0, width = 0;  // pixels of a tile; 0: images are not cut
  int overlap = 0;  // pixels at the borders of a tile, inside the image, that are not used
  int stride = 1;   // of the network: tiles begin at its multiples

  bool enabled() const { return height > 0; }
};

// Reads `tile` (n, or [height, width]), `overlap` and `tile_stride`.
Result<TileSpec> ReadTileSpec(JsonReader& args);

// Where tiles of `size` pixels lie in `total` pixels, and where the part of each that is used
// begins. All are of `size` and the last one ends at the border; with a stride it begins at a
// multiple and may be smaller. A single one of `total` pixels where they fit into it.
struct TileAxis {
  struct Tile {
    int64_t begin = 0, size = 0;           // what the network sees
    int64_t used_begin = 0, used_end = 0;  // what of the image comes from it
  };
  std::vector<Tile> tiles;

  TileAxis(int64_t total, int64_t size, const TileSpec& spec);
};

// Runs a network of one input [N,C,H,W] tile by tile and puts its outputs, [N,C',s*H,s*W] with a
// whole s each, together. Where `overlap` is as large as what a pixel of the result looks around,
// and `stride` is the network's, the result is that of the whole image. Memory: the image, the
// results, and one tile's run.
Result<std::vector<Tensor>> RunTiles(
    const Tensor& image, const TileSpec& spec, BufferPool* pool,
    const std::function<Result<std::vector<Tensor>>(const Tensor& tile)>& run);

}  // namespace mmdeploy
