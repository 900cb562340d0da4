#include "mmdeploy/pipeline/modules/modules.h"

namespace mmdeploy {
namespace {

// Coordinates as a tensor of [number, 2].
Result<Tensor> AsTensor(const Value::Points& points, BufferPool* pool) {
  const Shape shape{static_cast<int64_t>(points.size()), 2};
  MMDEPLOY_TRY(Tensor tensor, Tensor::Allocate(DataType::kFloat32, shape, pool));
  float* out = tensor.data<float>();
  for (const Point& point : points) {
    *out++ = point.x;
    *out++ = point.y;
  }
  return tensor;
}

Result<Sample> AsSample(const Value& value, BufferPool* pool) {
  Sample sample;
  if (value.kind() == Kind::kSample) {
    sample = value.sample();
  } else if (value.kind() == Kind::kTensors) {
    sample.tensors = value.tensors();
  } else if (value.kind() == Kind::kPoints) {
    MMDEPLOY_TRY(sample.tensors.emplace_back("points", Tensor()).second,
                 AsTensor(value.points(), pool));
  } else {
    sample.ori_img = value.image();
  }
  // Images that a video brings in frames are checked by the step that takes them.
  const bool has_picture = sample.frames.empty() && sample.tensors.empty();
  if (has_picture) MMDEPLOY_TRYV(Check(sample.ori_img));
  return sample;
}

// What is known of the samples that arrive over an edge.
StaticSample Arriving(const EdgeType& edge) {
  const auto may_be = [&](Kind kind) { return edge.kinds.Has(kind); };
  StaticSample sample;
  sample.has_picture = may_be(Kind::kImage) || may_be(Kind::kSample);
  sample.may_have_img = sample.may_have_bbox = may_be(Kind::kSample);
  if (edge.tensors) {
    sample.tensors = edge.tensors;
  } else if (!may_be(Kind::kTensors) && !may_be(Kind::kPoints)) {
    sample.tensors.emplace();  // callers give pictures and boxes only
  } else if (!may_be(Kind::kTensors) && !sample.has_picture) {
    sample.tensors.emplace({StaticTensor{"points", DataType::kFloat32, {-1, 2}, {}}});
  }
  return sample;
}

// The preprocessing steps of a pipeline as one node.
class TransformModule : public Module {
 public:
  TransformModule(std::unique_ptr<Transform> transform,
                  std::optional<std::vector<StaticTensor>> made)
      : transform_(std::move(transform)) {
    signature_.inputs = {
        EdgeType{{Kind::kImage, Kind::kSample, Kind::kTensors, Kind::kPoints}, 0, {}}};
    signature_.outputs = {EdgeType{Kind::kSample, 0, std::move(made)}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(Sample sample, AsSample(inputs[0], context.pool));
    MMDEPLOY_TRYV(transform_->Run(sample, {context.pool, std::max(1, context.num_threads)}));
    return Values{Value(std::move(sample))};
  }

 private:
  std::unique_ptr<Transform> transform_;
  Signature signature_;
};

}  // namespace

Result<std::unique_ptr<Module>> CreateTransformModule(JsonReader& args, const ModuleEnv& env) {
  args.Describe("transforms", "array of steps");
  const Json* transforms = args.RequireMember("transforms");
  MMDEPLOY_TRYV(args.Finish());
  const auto path = args.path() / "transforms";
  MMDEPLOY_TRYV(ExpectArray(*transforms, path));
  TransformOptions options;
  if (env.model) options.version = env.model->deploy().version;
  MMDEPLOY_TRY(auto transform, CompileTransforms(*transforms, path, options, env.notes,
                                                 env.options->fuse_transforms));
  auto made = transform->Infer(Arriving(env.inputs.empty() ? EdgeType() : env.inputs[0]));
  if (!made) return MakeError(made.error().In(path.str()));
  return std::make_unique<TransformModule>(std::move(transform), std::move(made->tensors));
}

}  // namespace mmdeploy
