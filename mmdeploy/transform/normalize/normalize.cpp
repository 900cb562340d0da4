#include "mmdeploy/transform/normalize/normalize.h"

#include "mmdeploy/transform/pixels/pixels.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

// Input channel of output channel `c`.
int Source(int c, int channels, bool swap) { return swap && channels == 3 ? 2 - c : c; }

template <class T>
void NormalizePixels(const T* from, int64_t pixels, const Normalize::Args& args, float* to) {
  const int channels = static_cast<int>(args.channels.size());
  for (int64_t i = 0; i < pixels; ++i) {
    for (int c = 0; c < channels; ++c) {
      const auto value = static_cast<float>(from[Source(c, channels, args.to_rgb)]);
      to[c] = NormalizeValue(value, args.channels[static_cast<size_t>(c)]);
    }
    from += channels;
    to += channels;
  }
}

template <class T>
void SwapRedBlue(const T* from, int64_t pixels, T* to) {
  for (int64_t i = 0; i < pixels; ++i, from += 3, to += 3) {
    to[0] = from[2];
    to[1] = from[1];
    to[2] = from[0];
  }
}

Result<Tensor> SwapOnly(const Tensor& img, const ImageShape& shape, bool swap,
                        const TransformContext& context) {
  if (!swap || shape.channels != 3) return img;
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), shape, context));
  const int64_t pixels = int64_t{shape.height} * shape.width;
  if (img.dtype() == DataType::kUint8) {
    SwapRedBlue(img.data<uint8_t>(), pixels, out.data<uint8_t>());
  } else {
    SwapRedBlue(img.data<float>(), pixels, out.data<float>());
  }
  return out;
}

}  // namespace

Result<void> Normalize::CheckChannels(int channels) const {
  MMDEPLOY_ENSURE(channels == static_cast<int>(args_.channels.size()), Code::kInvalidArgument,
                  "mean and std have {} value{}, the image has {} channel{}", args_.channels.size(),
                  args_.channels.size() == 1 ? "" : "s", channels, channels == 1 ? "" : "s");
  return {};
}

Result<void> Normalize::Run(Sample& sample, const TransformContext& context) const {
  return ForEachImage(sample, [&](Tensor& img) -> Result<void> {
    MMDEPLOY_TRY(const ImageShape shape, CheckPixels(img));
    MMDEPLOY_TRYV(CheckChannels(shape.channels));
    if (!args_.to_float) {
      MMDEPLOY_TRY(img, SwapOnly(img, shape, args_.to_rgb, context));
      return {};
    }
    MMDEPLOY_TRY(Tensor out, AllocatePixels(DataType::kFloat32, shape, context));
    const int64_t pixels = int64_t{shape.height} * shape.width;
    if (img.dtype() == DataType::kUint8) {
      NormalizePixels(img.data<uint8_t>(), pixels, args_, out.data<float>());
    } else {
      NormalizePixels(img.data<float>(), pixels, args_, out.data<float>());
    }
    img = std::move(out);
    return {};
  });
}

Result<StaticSample> Normalize::Infer(const StaticSample& in) const {
  MMDEPLOY_TRYV(ExpectInterleaved(in.img));
  if (in.img.channels >= 0) MMDEPLOY_TRYV(CheckChannels(in.img.channels));
  StaticSample out = in;
  if (args_.to_float) out.img.dtype = DataType::kFloat32;
  out.img.channels = static_cast<int>(args_.channels.size());
  return out;
}

namespace {

// A number for one channel, or an array.
void ReadNumbers(JsonReader& reader, std::string_view key, std::vector<float>* out) {
  reader.Describe(key, "number, or array of 1 or 3");
  const Json* json = reader.Find(key);
  if (json && !json->is_array()) {
    reader.Read(key, &out->emplace_back());
  } else {
    reader.Require(key, out);
  }
}

void ReadChannels(JsonReader& reader, Normalize::Args* args) {
  std::vector<float> mean, std;
  ReadNumbers(reader, "mean", &mean);
  ReadNumbers(reader, "std", &std);
  if (!reader.ok() || !reader.Has("mean") || !reader.Has("std")) return;
  if (mean.size() != 1 && mean.size() != 3) {
    reader.Fail("mean", fmt::format("expected 1 or 3 values, found {}", mean.size()));
  } else if (mean.size() != std.size()) {
    reader.Fail("std", fmt::format("found {} values, mean has {}", std.size(), mean.size()));
  }
  for (size_t c = 0; c < mean.size() && reader.ok(); ++c) {
    if (std[c] == 0) reader.Fail("std", "found 0, allowed: any number but 0");
    args->channels.push_back({mean[c], 1.0 / static_cast<double>(std[c])});
  }
}

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  Normalize::Args args;
  ReadChannels(reader, &args);
  reader.Read("to_rgb", &args.to_rgb);
  reader.Read("to_float", &args.to_float);
  for (const auto& channel : args.channels) {
    if (!args.to_float && (channel.mean != 0 || channel.inverse_std != 1)) {
      reader.Fail("to_float", "false is allowed with mean 0 and std 1 only");
    }
  }
  reader.Ignore({"keys"});
  return MakeStep<Normalize>(reader, std::move(args));
}

}  // namespace

TransformType normalize_transform() { return {"Normalize", Create}; }

}  // namespace mmdeploy
