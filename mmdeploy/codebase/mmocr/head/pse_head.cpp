#include "mmdeploy/codebase/mmocr/head/regions.h"

namespace mmdeploy::mmocr {
namespace {

struct Args {
  RegionArgs regions;
  int min_kernel_area = 0;  // pixels of the map
};

// Kernels of fewer pixels are none, and may be grown over.
void DropSmall(int min_area, Regions* regions) {
  int* labels = regions->labels.ptr<int>();
  std::vector<int> areas(static_cast<size_t>(regions->count) + 1);
  for (size_t i = 0; i < regions->labels.total(); ++i) ++areas[static_cast<size_t>(labels[i])];
  for (size_t i = 0; i < regions->labels.total(); ++i) {
    if (areas[static_cast<size_t>(labels[i])] < min_area) labels[i] = 0;
  }
}

// Texts grow from the smallest kernels, the last of the maps [1,K,H,W] of logits, over the first,
// which is the text (PSENet; sdk interface 16.10). Numbers are those of mmocr's PSEPostprocessor
// for quads: mmcv's contour_expand, which it calls, looks at the first map in every step, so that
// the maps between do not count.
class PseHead : public Module {
 public:
  explicit PseHead(const Args& args) : signature_(HeadSignature<TextDetection>(2)), args_(args) {}

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    MMDEPLOY_TRY(const Maps maps, RequireMaps(inputs[1].tensors(), 4, 1));
    const float threshold = args_.regions.min_kernel_confidence;
    const cv::Mat scores = Sigmoid(maps.channel(0));
    const cv::Mat text = Above(scores, threshold);
    const cv::Mat kernels = Above(Sigmoid(maps.channel(maps.channels - 1)), threshold) & text;
    MMDEPLOY_TRY(Regions regions, FindKernels(kernels));
    DropSmall(args_.min_kernel_area, &regions);
    // A single map is text and kernel at once.
    Grow(
        text, false, [](int, int64_t) { return true; }, &regions);
    MMDEPLOY_TRY(auto texts,
                 ToTexts<double>(regions, scores, args_.regions, inputs[0].sample().meta));
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
    reader.Read("min_kernel_area", &args.min_kernel_area, 0, 1 << 30);
  }));
  MMDEPLOY_TRYV(CheckTakesImage(env, params.path()));
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), {{"output", {DataType::kFloat32}, 4}}));
  return std::make_unique<PseHead>(args);
}

}  // namespace
}  // namespace mmdeploy::mmocr

namespace mmdeploy {
std::vector<HeadType> pse_head_heads() { return {{"mmocr", "PSEHead", mmocr::Create}}; }
}  // namespace mmdeploy
