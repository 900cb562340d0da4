#include "mmdeploy/transform/pad/pad.h"

#include <algorithm>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

int RoundUp(int value, int divisor) { return (value + divisor - 1) / divisor * divisor; }

}  // namespace

ImageShape Pad::Target(const ImageShape& in) const {
  ImageShape out = in;
  if (args_.square) {
    out.height = out.width = std::max(in.height, in.width);
  } else if (args_.height > 0 && args_.width > 0) {
    out.height = args_.height;
    out.width = args_.width;
    if (args_.orientation_agnostic && (in.height > in.width) != (out.height > out.width)) {
      std::swap(out.height, out.width);
    }
  } else if (args_.centered) {
    out.height = (in.height | args_.centered->logical_or) + args_.centered->add;
    out.width = (in.width | args_.centered->logical_or) + args_.centered->add;
  } else {
    out.height = RoundUp(in.height, args_.divisor_height);
    out.width = RoundUp(in.width, args_.divisor_width);
  }
  return out;
}

Result<Geometry> Pad::Plan(const ImageShape& in, const Sample&) const {
  const ImageShape target = Target(in);
  MMDEPLOY_ENSURE(target.height >= in.height && target.width >= in.width, Code::kOutOfRange,
                  "the image is {}x{} (height x width), more than the size {}x{} it is to be "
                  "padded to; resize it before",
                  in.height, in.width, target.height, target.width);
  MMDEPLOY_TRYV(CheckSize(target.height, target.width));
  Geometry geometry = Geometry::Identity(in);
  geometry.padding_mode = args_.mode;
  geometry.pad_value = args_.value;
  if (args_.centered) {
    geometry.borders.top = (target.height - in.height) / 2;
    geometry.borders.left = (target.width - in.width) / 2;
  }
  geometry.borders.bottom = target.height - in.height - geometry.borders.top;
  geometry.borders.right = target.width - in.width - geometry.borders.left;
  return geometry;
}

void Pad::Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const {
  meta->pad_shape = geometry.OutputShape(in.channels);
  if (args_.centered) {
    const auto top = static_cast<float>(geometry.borders.top);
    const auto left = static_cast<float>(geometry.borders.left);
    meta->border = {top, left, top + static_cast<float>(in.height),
                    left + static_cast<float>(in.width)};
  }
}

std::pair<int, int> Pad::FixedSize() const {
  const bool fixed = args_.height > 0 && args_.width > 0 && !args_.square &&
                     (!args_.orientation_agnostic || args_.height == args_.width);
  return fixed ? std::pair{args_.height, args_.width} : std::pair{-1, -1};
}

namespace {

// size_divisor 0 and null mean "no divisor" in real configurations.
void ReadDivisor(JsonReader& reader, Pad::Args* args) {
  const auto divisor = ReadIntPair(reader, "size_divisor", 0, Image::kMaxSide);
  if (!divisor) return;
  args->divisor_height = std::max(divisor->first, 1);
  args->divisor_width = std::max(divisor->second, 1);
}

void ReadCentered(JsonReader& reader, Pad::Args* args) {
  const bool given = reader.Has("logical_or_val") || reader.Has("add_pix_val");
  Pad::Centered centered;
  reader.Read("logical_or_val", &centered.logical_or, 0, Image::kMaxSide);
  reader.Read("add_pix_val", &centered.add, 0, Image::kMaxSide);
  if (given && (centered.logical_or || centered.add)) args->centered = centered;
}

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions& options) {
  Pad::Args args;
  if (const auto size = ReadIntPair(reader, "size", 0, Image::kMaxSide)) {
    const bool width_first = options.version.size_is_width_height();
    args.height = width_first ? size->second : size->first;
    args.width = width_first ? size->first : size->second;
  }
  ReadDivisor(reader, &args);
  ReadCentered(reader, &args);
  reader.Read("pad_to_square", &args.square);
  reader.Read("orientation_agnostic", &args.orientation_agnostic);
  reader.ReadEnum<PaddingMode>("padding_mode",
                               {{"constant", PaddingMode::kConstant},
                                {"edge", PaddingMode::kEdge},
                                {"reflect", PaddingMode::kReflect},
                                {"symmetric", PaddingMode::kSymmetric}},
                               &args.mode);
  args.value = ReadPadValue(reader, "pad_val", options.version.pad_number_is_for_all_channels());
  reader.Ignore({"keys"});
  return MakeStep<Pad>(reader, args);
}

}  // namespace

TransformType pad_transform() { return {"Pad", Create}; }

}  // namespace mmdeploy
