#include "mmdeploy/transform/fused/fused.h"

#include <array>
#include <cmath>

#include "mmdeploy/transform/default_format_bundle/default_format_bundle.h"
#include "mmdeploy/transform/fused/render.h"
#include "mmdeploy/transform/image_to_tensor/image_to_tensor.h"
#include "mmdeploy/transform/load_image_from_file/load_image_from_file.h"
#include "mmdeploy/transform/normalize/normalize.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

// The steps that are merged, by role; they belong to somebody else.
struct Chain {
  const LoadImageFromFile* load = nullptr;
  std::vector<const GeometricTransform*> geometry;
  const Normalize* normalize = nullptr;
  std::vector<const GeometricTransform*> pad;  // after Normalize
  const DefaultFormatBundle* bundle = nullptr;
  size_t size = 0;  // number of steps, 0 if they are not of the form that we merge

  bool to_float() const {
    return (normalize && normalize->args().to_float) || (bundle && bundle->args().img_to_float);
  }
};

Chain MatchChain(const std::vector<Compose::Step>& steps) {
  Chain chain;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Transform* step = steps[i].transform.get();
    if (i == 0) {
      chain.load = dynamic_cast<const LoadImageFromFile*>(step);
      if (!chain.load || chain.load->args().to_float32) return {};
    } else if (const auto* geometry = dynamic_cast<const GeometricTransform*>(step)) {
      (chain.normalize ? chain.pad : chain.geometry).push_back(geometry);
    } else if (const auto* normalize = dynamic_cast<const Normalize*>(step)) {
      if (chain.normalize) return {};
      chain.normalize = normalize;
    } else {
      chain.bundle = dynamic_cast<const DefaultFormatBundle*>(step);
      if (!chain.bundle && !dynamic_cast<const ImageToTensor*>(step)) return {};
      chain.size = i + 1;
      return chain;
    }
  }
  return {};
}

class FusedTransform : public Transform {
 public:
  FusedTransform(const Chain& chain, std::vector<Compose::Step> steps)
      : chain_(chain), plain_(std::move(steps)) {
    FormatPlanes();
  }

  Result<void> Run(Sample& sample, const TransformContext& context) const override {
    ImageMeta before = sample.meta;
    if (CanFuse(sample)) {
      MergedGeometry geometry;
      if (Merge(sample, &geometry)) {
        const auto& load = chain_.load->args();
        auto out =
            Render(sample.ori_img, load.color == LoadImageFromFile::Color::kGray,
                   load.color == LoadImageFromFile::Color::kRgb, geometry, formatting_, context);
        if (out) {
          if (chain_.bundle) {
            DefaultFormatBundle::Note(geometry.OutputShape(chain_.load->channels()), &sample.meta);
          }
          sample.img = std::move(*out);
          return {};
        }
      }
      sample.meta = std::move(before);
    }
    // The plain steps also word the errors.
    return plain_.Run(sample, context);
  }

  Result<StaticSample> Infer(const StaticSample& in) const override { return plain_.Infer(in); }

 private:
  static bool CanFuse(const Sample& sample) {
    return sample.img.empty() && sample.imgs.empty() && sample.ori_img.dtype == DataType::kUint8;
  }

  // Plans all steps for the sample's picture and notes them in its meta data, in their order.
  bool Merge(Sample& sample, MergedGeometry* merged) const {
    if (!chain_.load->Note(sample.ori_img, &sample.meta)) return false;
    ImageShape shape = sample.meta.img_shape;
    *merged = MergedGeometry::Identity(shape);
    const auto append = [&](const GeometricTransform* step) {
      const auto geometry = step->Plan(shape, sample);
      if (!geometry || !merged->Append(*geometry)) return false;
      step->Note(*geometry, shape, &sample.meta);
      shape = geometry->OutputShape(shape.channels);
      return true;
    };
    for (const auto* step : chain_.geometry) {
      if (!append(step)) return false;
    }
    const bool padded = !merged->borders.empty();
    const int scaled_height = merged->scaled_height;
    const int scaled_width = merged->scaled_width;
    for (const auto* step : chain_.pad) {
      if (!append(step)) return false;
    }
    // After Normalize pixels are no longer bytes, and scaling them is something else.
    if (merged->scaled_height != scaled_height || merged->scaled_width != scaled_width) {
      return false;
    }
    merged->pad_is_normalized = !padded && !merged->borders.empty();
    return !merged->pad_is_normalized || chain_.normalize->args().to_float;
  }

  // Plane p of the output is channel `source` of the loaded image, through a table.
  void FormatPlanes() {
    const int channels = chain_.load->channels();
    tables_.resize(static_cast<size_t>(channels));
    formatting_.to_float = chain_.to_float();
    for (int p = 0; p < channels; ++p) {
      Normalize::Channel channel;
      bool swap = false;
      if (chain_.normalize) {
        const auto& args = chain_.normalize->args();
        if (args.to_float) channel = args.channels[static_cast<size_t>(p)];
        swap = args.to_rgb && channels == 3;
      }
      const int source = swap ? 2 - p : p;
      auto& table = tables_[static_cast<size_t>(p)];
      formatting_.planes.push_back(MakePlane(source, channel, &table));
      formatting_.pad_channel.push_back(source);
    }
  }

  // The formula is used when it gives the very table, which is true of nearly all constants.
  static Plane MakePlane(int byte, const Normalize::Channel& channel,
                         std::array<float, 256>* table) {
    Plane plane{byte, table->data(), true, channel.mean};
    plane.scale = static_cast<float>(channel.inverse_std);
    plane.scale_rest = static_cast<float>(channel.inverse_std - static_cast<double>(plane.scale));
    for (size_t i = 0; i < table->size(); ++i) {
      (*table)[i] = NormalizeValue(static_cast<float>(i), channel);
      const float value = static_cast<float>(i) - plane.mean;
      plane.use_formula &= std::fma(value, plane.scale, value * plane.scale_rest) == (*table)[i];
    }
    return plane;
  }

  Chain chain_;
  Compose plain_;
  std::vector<std::array<float, 256>> tables_;
  PixelFormatting formatting_;
};

}  // namespace

std::vector<Compose::Step> FuseSteps(std::vector<Compose::Step> steps) {
  const Chain chain = MatchChain(steps);
  if (chain.size == 0) return steps;
  std::vector<Compose::Step> merged, fused(1);
  for (size_t i = 0; i < steps.size(); ++i) {
    (i < chain.size ? merged : fused).push_back(std::move(steps[i]));
  }
  fused.front().transform = std::make_unique<FusedTransform>(chain, std::move(merged));
  return fused;
}

}  // namespace mmdeploy
