#include "mmdeploy/backend/ncnn/guarded_net.h"

#include <memory>

#include "mmdeploy/backend/guard.h"
#include "mmdeploy/backend/ncnn/layer/row.h"
#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"
#include "mmdeploy/backend/ncnn/ops/op_layer.h"

namespace mmdeploy::ncnn {
namespace {

std::string& RunError() {
  thread_local std::string error;
  return error;
}

// In blobs of several numbers per element the packed dimension is the outermost one.
BlobShape ShapeOf(const ::ncnn::Mat& mat) {
  BlobShape shape{mat.dims, mat.c, mat.d, mat.h, mat.w};
  int& packed = mat.dims == 1 ? shape.w : mat.dims == 2 ? shape.h : shape.c;
  packed *= mat.elempack;
  return shape;
}

std::string Explain(int code) {
  if (code == -100) return "ncnn ran out of memory";
  if (code == kRounded) {
    return "its inputs hold whole numbers of 16777216 or more, which float32 rounds; compare "
           "smaller ones";
  }
  return fmt::format("ncnn answered {}", code);
}

}  // namespace

class GuardedLayer : public ::ncnn::Layer {
 public:
  GuardedLayer(GuardedNet* net, size_t index, ::ncnn::Layer* layer)
      : net_(net), layer_(layer), params_(net->file_.layers[index]), row_(*FindRow(params_.type)) {
    typeindex = ::ncnn::layer_to_index(IsCustomLayer(params_.type) ? "Noop" : params_.type.c_str());
    CopyProperties();
  }

  int load_param(const ::ncnn::ParamDict& params) override {
    const int code = layer_->load_param(params);
    CopyProperties();
    if (code) Report("cannot take its parameters", code);
    return 0;  // told by Report; ncnn would print
  }

  int load_model(const ::ncnn::ModelBin& weights) override {
    if (net_->problem_) return 0;
    const int code = layer_->load_model(weights);
    if (code) Report("cannot read its weights", code);
    if (net_->weights_->ran_out())
      net_->problem_ = "the first that lacks some is " + Describe(params_);
    return 0;
  }

  int create_pipeline(const ::ncnn::Option& option) override {
    if (net_->problem_) return 0;
    layer_->bottom_shapes = bottom_shapes;
    layer_->top_shapes = top_shapes;
    const int code = layer_->create_pipeline(option);
    is_created_ = true;
    CopyProperties();
    if (code) Report("cannot be prepared", code);
    return 0;
  }

  int destroy_pipeline(const ::ncnn::Option& option) override {
    return is_created_ ? layer_->destroy_pipeline(option) : 0;
  }

  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    if (!Check(bottoms.data(), bottoms.size())) return -1;
    return Finish(layer_->forward(bottoms, tops, option), tops.data(), tops.size());
  }

  int forward(const ::ncnn::Mat& bottom, ::ncnn::Mat& top,
              const ::ncnn::Option& option) const override {
    if (!Check(&bottom, 1)) return -1;
    return Finish(layer_->forward(bottom, top, option), &top, 1);
  }

  int forward_inplace(std::vector<::ncnn::Mat>& blobs,
                      const ::ncnn::Option& option) const override {
    if (!Check(blobs.data(), blobs.size())) return -1;
    return Finish(layer_->forward_inplace(blobs, option), blobs.data(), blobs.size());
  }

  int forward_inplace(::ncnn::Mat& blob, const ::ncnn::Option& option) const override {
    if (!Check(&blob, 1)) return -1;
    return Finish(layer_->forward_inplace(blob, option), &blob, 1);
  }

 private:
  void CopyProperties() {
    one_blob_only = layer_->one_blob_only;
    support_inplace = layer_->support_inplace;
    support_packing = layer_->support_packing;
    support_any_packing = layer_->support_any_packing;
    support_bf16_storage = layer_->support_bf16_storage;
    support_fp16_storage = layer_->support_fp16_storage;
    support_int8_storage = layer_->support_int8_storage;
    support_batch = layer_->support_batch;
  }

  void Report(const char* what, int code) const {
    if (net_->problem_) return;
    const std::string reason = TakeOpError();
    net_->problem_ =
        fmt::format("{} {}: {}", Describe(params_), what, reason.empty() ? Explain(code) : reason);
  }

  bool Check(const ::ncnn::Mat* blobs, size_t count) const {
    std::vector<BlobShape> shapes(count);
    for (size_t i = 0; i < count; ++i) {
      shapes[i] = ShapeOf(blobs[i]);
      if (blobs[i].empty() || shapes[i].count() <= 0) {
        RunError() = fmt::format("{}: input {} is empty", Describe(params_), i);
        return false;
      }
    }
    const auto checked = CheckInputs(params_, row_, shapes);
    if (!checked) RunError() = fmt::format("{}: {}", Describe(params_), checked.error().message());
    return checked.has_value();
  }

  int Finish(int code, const ::ncnn::Mat* outputs, size_t count) const {
    for (size_t i = 0; code == 0 && i < count; ++i) {
      if (outputs[i].empty()) code = -1;
    }
    if (code && RunError().empty()) {
      std::string reason = TakeOpError();
      if (reason.empty()) reason = Explain(code);
      // Our own layers have one reason, see dense.h.
      if (code == -1 && IsCustomLayer(params_.type)) reason += "; its result is empty, or no blob";
      RunError() = fmt::format("{}: {}", Describe(params_), reason);
    }
    return code;
  }

  GuardedNet* net_;
  std::unique_ptr<::ncnn::Layer> layer_;
  const ParamLayer& params_;
  const LayerRow& row_;
  bool is_created_ = false;
};

::ncnn::Layer* GuardedNet::create_overwrite_builtin_layer(const char* type) {
  ::ncnn::Layer* layer =
      IsCustomLayer(type) ? CreateCustomLayer(type) : ::ncnn::create_layer_cpu(type);
  return layer ? new GuardedLayer(this, num_created_++, layer) : nullptr;
}

std::string GuardedNet::TakeRunError() { return std::exchange(RunError(), {}); }

Result<void> GuardedNet::Load(ParamFile file, const WeightsReader& weights,
                              const std::string& weights_name) {
  file_ = std::move(file);
  const std::string text = PrintForNcnn(file_);
  const auto explain = [](const std::exception& error) { return JoinLines(error.what()); };
  return Catch(explain, [&]() -> Result<void> {
    const int code = load_param_mem(text.c_str());
    MMDEPLOY_ENSURE(!problem_, Code::kFail, "{}", *problem_);
    MMDEPLOY_ENSURE(code == 0 && num_created_ == file_.layers.size(), Code::kFail,
                    "{} of {} layers were accepted ({})", num_created_, file_.layers.size(),
                    Explain(code));
    weights_ = &weights;
    const int loaded = load_model(weights);
    weights_ = nullptr;
    MMDEPLOY_ENSURE(!weights.ran_out(), Code::kFail,
                    "'{}' ends after {} bytes, the layers need more, {}; copy it again, and "
                    "check that both files belong together",
                    weights_name, weights.size(), problem_.value_or(""));
    MMDEPLOY_ENSURE(!problem_, Code::kFail, "{}", *problem_);
    MMDEPLOY_ENSURE(loaded == 0, Code::kFail, "{}", Explain(loaded));
    MMDEPLOY_ENSURE(weights.consumed() == weights.size(), Code::kFail,
                    "'{}' has {} bytes, the layers take {}; check that both files belong together",
                    weights_name, weights.size(), weights.consumed());
    return {};
  });
}

}  // namespace mmdeploy::ncnn
