#include "mmdeploy/codebase/mmocr/head/regions.h"

namespace mmdeploy::mmocr {
namespace {

struct Args {
  RegionArgs regions;
  float min_text_confidence = 0.5F;
};

// What tells texts apart: a vector per pixel, and the mean of each kernel.
class Embeddings {
 public:
  // The maps behind the first two.
  Embeddings(const Maps& maps, const Regions& kernels)
      : area_(static_cast<int64_t>(maps.height) * maps.width),
        size_(maps.channels - 2),
        data_(maps.data + 2 * area_),
        means_(static_cast<size_t>((kernels.count + 1) * size_)) {
    const int* labels = kernels.labels.ptr<int>();
    std::vector<float> counts(static_cast<size_t>(kernels.count) + 1);
    for (int64_t i = 0; i < area_; ++i) {
      if (labels[i] == 0) continue;
      counts[static_cast<size_t>(labels[i])] += 1;
      for (int d = 0; d < size_; ++d) mean(labels[i])[d] += data_[d * area_ + i];
    }
    for (int label = 1; label <= kernels.count; ++label) {
      for (int d = 0; d < size_; ++d) mean(label)[d] /= counts[static_cast<size_t>(label)];
    }
  }

  // The squared distance of a pixel from the kernel of a region.
  float Distance(int label, int64_t pixel) const {
    const float* center = means_.data() + label * size_;
    float distance = 0;
    for (int d = 0; d < size_; ++d) {
      const double difference = center[d] - data_[d * area_ + pixel];
      distance = static_cast<float>(distance + difference * difference);
    }
    return distance;
  }

 private:
  float* mean(int label) { return means_.data() + label * size_; }

  const int64_t area_;
  const int size_;
  const float* data_;
  std::vector<float> means_;
};

// Texts grow from kernels over pixels of text whose embedding is like the kernel's. Maps
// [1,2+E,H,W]: logits of text and of kernels, E of the embedding (PANet; sdk interface 16.9).
// Numbers are those of mmocr's PANPostprocessor for quads, which takes min_text_avg_confidence as
// the largest distance, too.
class PanHead : public Module {
 public:
  explicit PanHead(const Args& args) : signature_(HeadSignature<TextDetection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Maps maps, RequireMaps(inputs[1].tensors(), 4, 2));
    const cv::Mat scores = Sigmoid(maps.channel(0));
    const cv::Mat text = Above(scores, args_.min_text_confidence);
    const cv::Mat kernel =
        Above(Sigmoid(maps.channel(1)), args_.regions.min_kernel_confidence) & text;
    MMDEPLOY_TRY(Regions regions, FindKernels(kernel));
    const Embeddings embeddings(maps, regions);
    const auto limit = static_cast<float>(args_.regions.min_text_avg_confidence);
    Grow(
        text, true,
        [&](int label, int64_t pixel) { return embeddings.Distance(label, pixel) < limit * limit; },
        &regions);
    MMDEPLOY_TRY(auto texts,
                 ToTexts<float>(regions, scores, args_.regions, inputs[0].sample().meta));
    return Values{Value(std::move(texts))};
  }

 private:
  Signature signature_;
  const Args args_;
};

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  Args args;
  MMDEPLOY_TRYV(ReadParams(params, env, [&](JsonReader& reader) {
    ReadRegionArgs(reader, &args.regions);
    reader.Read("min_text_confidence", &args.min_text_confidence);
  }));
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 4}}));
  return std::make_unique<PanHead>(args);
}

}  // namespace
}  // namespace mmdeploy::mmocr

namespace mmdeploy {
std::vector<HeadType> pan_head_heads() { return {{"mmocr", "PANHead", mmocr::Create}}; }
}  // namespace mmdeploy
