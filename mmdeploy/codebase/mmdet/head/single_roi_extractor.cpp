#include "mmdeploy/codebase/mmdet/head/selection.h"
#include "mmdeploy/op/host_context.h"

namespace mmdeploy {
namespace {

// Values of the operator's attributes, by name.
using AttributeValues = std::vector<std::pair<std::string, op::AttrValue>>;

// Between the two networks of a two-stage detector (partition `two_stage`), as mmdet's
// SingleRoIExtractor does it: `boxes` [1,N,4] and `scores` [1,N,L] (of L levels, which suppress
// each for itself) become proposals, whose features are cropped out of the maps `feat.0`, `feat.1`,
// ... [1,C,h,w]. Only the `nms_pre` best of a level take part: networks of engines that cannot
// choose them give all.
//
// Gives `rois` float32 [R,5] (0, x1, y1, x2, y2 in pixels of the network's input, by falling score)
// and `bbox_feats` float32 [R,C,height,width]. As in the exported graph, a row of zeros stands
// behind the proposals where `keep_top_k` leaves room for it: engines need one at least.
class SingleRoiExtractor : public Module {
 public:
  SingleRoiExtractor(const op::OpDef& op, op::Attributes attributes, SelectionArgs selection)
      : op_(op), attributes_(std::move(attributes)), selection_(selection) {
    constexpr int64_t kOpen = Shape::kDynamic;
    signature_.inputs = {EdgeType{Kind::kTensors, 0, {}}};
    signature_.outputs = {EdgeType{
        Kind::kTensors,
        0,
        {{{"rois", DataType::kFloat32, {kOpen, 5}, {}},
          {"bbox_feats",
           DataType::kFloat32,
           {kOpen, kOpen, attributes_.Int("output_height"), attributes_.Int("output_width")},
           {}}}}}};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    const NamedTensors& outputs = inputs[0].tensors();
    MMDEPLOY_TRY(const auto scored, ScoredBoxes::FromOutputs(outputs));
    MMDEPLOY_TRY(const Tensor rois, ToRois(scored, context));
    std::vector<std::optional<Tensor>> arguments{rois};
    for (size_t level = 0; level < attributes_.Floats("featmap_strides").size(); ++level) {
      MMDEPLOY_TRY(const Tensor* map, FindMap(outputs, level));
      arguments.emplace_back(*map);
    }
    op::HostContext call(op_, std::move(arguments), context.num_threads);
    MMDEPLOY_TRY(const auto features, call.Run(attributes_, op_.run));
    return Values{Value(NamedTensors{{"rois", rois}, {"bbox_feats", features[0]}})};
  }

 private:
  // Engines give the maps the one or the other name.
  static Result<const Tensor*> FindMap(const NamedTensors& outputs, size_t level) {
    const std::string slashed = fmt::format("feat/{}", level);
    if (Find(outputs, slashed)) return RequireOutput(outputs, slashed, 4);
    return RequireOutput(outputs, fmt::format("feat.{}", level), 4);
  }

  Result<Tensor> ToRois(const ScoredBoxes& scored, const RunContext& context) const {
    const auto proposals = SelectPerClass(scored, selection_);
    const auto count = static_cast<int64_t>(proposals.size());
    const bool is_full = selection_.keep_top_k > 0 && count == selection_.keep_top_k;
    const int64_t rows = is_full ? count : count + 1;
    MMDEPLOY_TRY(Tensor rois, Tensor::Allocate(DataType::kFloat32, {rows, 5}, context.pool));
    std::fill_n(rois.data<float>(), rois.num_elements(), 0.f);
    for (int64_t i = 0; i < count; ++i) {
      const float* box = scored.boxes.data<float>() + 4 * proposals[static_cast<size_t>(i)].row;
      std::copy_n(box, 4, rois.data<float>() + 5 * i + 1);
    }
    return rois;
  }

  Signature signature_;
  const op::OpDef& op_;
  const op::Attributes attributes_;
  const SelectionArgs selection_;
};

// A number, or two of them: height and width.
Result<std::pair<int64_t, int64_t>> ReadSize(JsonReader& reader, std::string_view key) {
  std::vector<int> sides;
  int side = 0;
  const Json* json = reader.Find(key);
  if (json && json->is_array()) {
    reader.Read(key, &sides);
  } else {
    reader.Require(key, &side, 1, 1 << 16);
    sides = {side, side};
  }
  if (!reader.ok()) return MakeError(reader.Finish().error());
  MMDEPLOY_ENSURE(sides.size() == 2 && sides[0] > 0 && sides[1] > 0, Code::kFail,
                  "{}: expected a positive number, or two of them (height, width)",
                  (reader.path() / key).str());
  return std::pair<int64_t, int64_t>(sides[0], sides[1]);
}

// `roi_layer`: what crops.
Result<AttributeValues> ReadRoiLayer(JsonReader& reader) {
  std::string type = "RoIAlign", mode = "avg";
  int sampling_ratio = 0;
  bool aligned = true;
  reader.ReadEnum<std::string>("type", {{"RoIAlign", "RoIAlign"}}, &type);
  reader.ReadEnum<std::string>("pool_mode", {{"avg", "avg"}, {"max", "max"}}, &mode);
  reader.Read("sampling_ratio", &sampling_ratio, 0, 1024);
  reader.Read("aligned", &aligned);
  MMDEPLOY_TRY(const auto size, ReadSize(reader, "output_size"));
  reader.AcceptAnyKey();
  MMDEPLOY_TRYV(reader.Finish());
  return AttributeValues{{"output_height", size.first},
                         {"output_width", size.second},
                         {"sampling_ratio", int64_t{sampling_ratio}},
                         {"pool_mode", int64_t{mode == "avg"}},
                         {"aligned", int64_t{aligned}}};
}

Result<op::Attributes> ReadAttributes(JsonReader& params, const op::OpDef& op) {
  int finest_scale = 56;
  std::vector<float> strides;
  params.Describe("roi_layer", "object: `output_size`, `sampling_ratio`, `pool_mode`, `aligned`");
  params.Require("featmap_strides", &strides);
  params.Read("finest_scale", &finest_scale, 1, 1 << 20);
  const Json* layer = params.RequireMember("roi_layer");
  MMDEPLOY_TRYV(params.Finish());
  MMDEPLOY_TRYV(ExpectObject(*layer, params.path() / "roi_layer"));
  JsonReader reader(*layer, params.path() / "roi_layer", nullptr);
  MMDEPLOY_TRY(AttributeValues known, ReadRoiLayer(reader));
  known.emplace_back("finest_scale", int64_t{finest_scale});
  known.emplace_back("featmap_strides", strides);
  std::vector<std::optional<op::AttrValue>> values;
  for (const auto& definition : op.attributes) {
    auto& value = values.emplace_back();
    for (const auto& [name, given] : known) {
      if (name == definition.name) value = given;
    }
  }
  auto attributes = op::MakeAttributes(op, values);
  if (!attributes) return MakeError(attributes.error().In(params.path().str()));
  return attributes;
}

Result<std::unique_ptr<Module>> Create(JsonReader& params, const ModuleEnv& env) {
  const op::OpDef* op = op::FindOp("mmdeploy", "MMCVMultiLevelRoiAlign");
  MMDEPLOY_ENSURE(op, Code::kNotSupported, "{}: this build has no operator to crop features with",
                  params.path().str());
  SelectionArgs selection = ReadSelectionArgs(params);
  params.Read("nms_pre", &selection.nms_pre, -1, 1 << 24);
  MMDEPLOY_TRY(auto attributes, ReadAttributes(params, *op));
  MMDEPLOY_ENSURE(env.inputs.size() == 1, Code::kFail,
                  "{}: {} inputs, expected the outputs of the first network", params.path().str(),
                  env.inputs.size());
  MMDEPLOY_TRYV(CheckOutputs(env, params.path(), ScoredBoxes::Specs()));
  return std::make_unique<SingleRoiExtractor>(*op, std::move(attributes), selection);
}

}  // namespace

std::vector<HeadType> single_roi_extractor_heads() {
  return {{"mmdet", "SingleRoIExtractor", Create}};
}

}  // namespace mmdeploy
