#include "mmdeploy/verify/verify.h"

#include <algorithm>
#include <map>
#include <opencv2/imgcodecs.hpp>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/module/place.h"

namespace mmdeploy {
namespace {

using Values = std::vector<Value>;

Result<Image> Decode(const Bytes& bytes) {
  try {
    auto mat = std::make_shared<cv::Mat>(cv::imdecode(*bytes, cv::IMREAD_COLOR));
    MMDEPLOY_ENSURE(!mat->empty(), Code::kFail, "the golden image cannot be decoded");
    Image image;
    image.data = mat->data;
    image.height = mat->rows;
    image.width = mat->cols;
    image.row_stride = static_cast<int64_t>(mat->step);
    image.owner = std::move(mat);
    return image;
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "the golden image cannot be decoded: {}", e.what());
  }
}

// The one element of a list over images.
const Value& Single(const Value& value) { return value.is_list() ? value.list().at(0) : value; }

const NamedTensors* TensorsOf(const Value& value) {
  if (value.is_list()) return nullptr;
  if (value.kind() == Kind::kSample) return &value.sample().tensors;
  return value.kind() == Kind::kTensors ? &value.tensors() : nullptr;
}

// What one image has: a record, or a list of them; others are left out.
std::vector<Record> RecordsOf(const Value& value) {
  if (value.is_record()) return {value.record()};
  std::vector<Record> records;
  if (!value.is_list()) return records;
  for (const Value& item : value.list()) {
    if (item.is_record()) records.push_back(item.record());
  }
  return records;
}

// What every step of one run from the image gave, by slot.
class Recorder : public RunObserver {
 public:
  void OnStep(const Step& step, std::chrono::nanoseconds, Span<const Value> outputs) override {
    for (size_t i = 0; i < outputs.size(); ++i) slots[step.outputs[i]] = outputs[i];
  }
  std::map<int, Value> slots;
};

class Verifier {
 public:
  Verifier(const Golden& golden, const Pipeline& pipeline) : golden_(golden), pipeline_(pipeline) {}

  Result<VerifyReport> Run() {
    MMDEPLOY_TRY(Image image, Decode(golden_.image));
    MMDEPLOY_ENSURE(pipeline_.inputs().size() == 1, Code::kNotSupported,
                    "golden data are for pipelines of one input, this one has {}",
                    pipeline_.inputs().size());
    const Value input(Value::List{Value(std::move(image))});
    recorder_.slots[0] = input;
    // A chain that breaks off is a finding of a stage, which is replayed below.
    auto chain = pipeline_.Run({input}, &recorder_);
    VerifyReport report;
    report.reference = golden_.reference;
    inputs_ = recorder_.slots;
    for (const auto& stage : golden_.stages) {
      MMDEPLOY_TRYV(ReplayStage(stage, &report));
    }
    for (const auto& stage : golden_.stages) {
      MMDEPLOY_TRY(const Step* step, FindStep(stage.node));
      MMDEPLOY_TRY(const Value output,
                   Bring(recorder_.slots[step->outputs[0]], EdgeType{}, pipeline_.context().pool));
      CompareStage(stage, output, true, &report.chain);
    }
    if (!chain && report.passed()) return MakeError(chain.error());
    return report;
  }

 private:
  Result<const Step*> FindStep(const std::string& node) const {
    std::vector<std::string> known;
    for (const auto& step : pipeline_.steps()) {
      if (step.name == node) return &step;
      known.push_back(step.name);
    }
    return MakeError(Code::kFail, "golden/golden.json: no node '{}' in pipeline.json, found: {}",
                     node, ListAllowed(node, known));
  }

  Result<void> ReplayStage(const GoldenStage& stage, VerifyReport* report) {
    MMDEPLOY_TRY(const Step* step, FindStep(stage.node));
    Values inputs;
    bool replayed = true;
    for (const int slot : step->sources) {
      inputs.push_back(inputs_[slot]);
      replayed &= slot == 0 || golden_slots_.count(slot) > 0;
    }
    const auto outputs = pipeline_.RunStep(*step, std::move(inputs));
    if (!outputs) {
      Comparison failure;
      failure.stage = stage.name;
      failure.what = stage.node;
      failure.message = outputs.error().message();
      report->stages.push_back(std::move(failure));
    } else {
      CompareStage(stage, (*outputs)[0], replayed, &report->stages);
      inputs_[step->outputs[0]] = (*outputs)[0];
    }
    PutGolden(stage, *step);
    return {};
  }

  static void CompareStage(const GoldenStage& stage, const Value& output, bool replayed,
                           std::vector<Comparison>* comparisons) {
    const auto add = [&](Comparison comparison) {
      comparison.stage = stage.name;
      comparison.replayed = replayed;
      comparisons->push_back(std::move(comparison));
    };
    const bool present = output.is_list() && !output.list().empty();
    const NamedTensors* tensors = present ? TensorsOf(Single(output)) : nullptr;
    for (const auto& expected : stage.tensors) {
      const Tensor* found = tensors ? Find(*tensors, expected.name) : nullptr;
      if (found) {
        add(CompareTensor(expected, *found, stage.tolerance));
      } else {
        Comparison missing;
        missing.what = expected.name;
        missing.message = fmt::format("no tensor '{}' was made", expected.name);
        add(std::move(missing));
      }
    }
    if (stage.result_type) {
      add(CompareResults(stage, present ? RecordsOf(Single(output)) : std::vector<Record>()));
    }
  }

  // The next stage starts from the golden tensors, where they are stored completely.
  void PutGolden(const GoldenStage& stage, const Step& step) {
    NamedTensors tensors;
    for (const auto& tensor : stage.tensors) {
      if (!tensor.complete()) return;
      tensors.emplace_back(tensor.name, tensor.data.Reshaped(tensor.shape));
    }
    if (tensors.empty()) return;
    const int slot = step.outputs[0];
    const Value& ran = recorder_.slots[slot];
    const bool is_sample = ran.is_list() && !ran.list().empty() && !Single(ran).is_list() &&
                           Single(ran).kind() == Kind::kSample;
    Value value(tensors);
    if (is_sample) {
      Sample sample = Single(ran).sample();
      sample.tensors = std::move(tensors);
      value = Value(std::move(sample));
    }
    inputs_[slot] = Value(Value::List{std::move(value)});
    golden_slots_[slot] = true;
  }

  const Golden& golden_;
  const Pipeline& pipeline_;
  Recorder recorder_;
  std::map<int, Value> inputs_;
  std::map<int, bool> golden_slots_;
};

}  // namespace

bool VerifyReport::passed() const { return first_failure() == nullptr; }

const Comparison* VerifyReport::first_failure() const {
  for (const auto* list : {&stages, &chain}) {
    for (const auto& comparison : *list) {
      if (!comparison.passed) return &comparison;
    }
  }
  return nullptr;
}

Result<VerifyReport> Verify(const Model& model, const Pipeline& pipeline) {
  MMDEPLOY_TRY(const Golden golden, ReadGolden(model));
  return Verifier(golden, pipeline).Run();
}

}  // namespace mmdeploy
