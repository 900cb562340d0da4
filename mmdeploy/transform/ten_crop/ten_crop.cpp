#include "mmdeploy/transform/ten_crop/ten_crop.h"

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<std::vector<MultiCrop::Place>> TenCrop::Places(const ImageShape& in) const {
  // Quarters of the margin, rounded down: the far corners are up to three pixels short of the edge.
  const int down = (in.height - args().height) / 4;
  const int across = (in.width - args().width) / 4;
  std::vector<Place> places;
  for (const auto& [y, x] : {std::pair{0, 0}, {0, 4}, {4, 0}, {4, 4}, {2, 2}}) {
    places.push_back({y * down, x * across, false});
    places.push_back({y * down, x * across, true});
  }
  return places;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  return MakeStep<TenCrop>(reader, ReadMultiCropArgs(reader));
}

}  // namespace

TransformType ten_crop_transform() { return {"TenCrop", Create}; }

}  // namespace mmdeploy
