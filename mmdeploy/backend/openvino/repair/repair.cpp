#include "mmdeploy/backend/openvino/repair/repair.h"

#include <algorithm>
#include <filesystem>

#include "mmdeploy/backend/openvino/borders.h"
#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/backend/openvino/inputs.h"
#include "mmdeploy/backend/openvino/repair/doubts.h"
#include "mmdeploy/backend/openvino/ties.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/save.h"

namespace mmdeploy::openvino {

namespace fs = std::filesystem;
using graph::Dim;
using graph::Graph;
using graph::Model;
using graph::Node;
using graph::Value;

namespace {

struct Repair {
  std::string_view op;
  Result<bool> (*run)(Node* node);
};

constexpr Repair kRepairs[] = {
    {"Add", RepairArithmetic},
    {"Attention", RepairAttention},
    {"AveragePool", RepairAveragePool},
    {"BitShift", RepairWidth},
    {"BitwiseNot", RepairWidth},
    {"Compress", RepairCompress},
    {"Conv", RepairConv},
    {"ConvTranspose", RepairConvTranspose},
    {"CumSum", RepairWidth},
    {"DFT", RepairDft},
    {"Dropout", RepairPassOn},
    {"Einsum", RepairPassOn},
    {"Equal", RepairCompare},
    {"GRU", RepairRecurrent},
    {"Gather", RepairGather},
    {"GatherElements", RepairGather},
    {"GatherND", RepairGather},
    {"Greater", RepairCompare},
    {"GreaterOrEqual", RepairCompare},
    {"Hardmax", RepairSoftmax},
    {"LRN", RepairLrn},
    {"LSTM", RepairRecurrent},
    {"Less", RepairCompare},
    {"LessOrEqual", RepairCompare},
    {"LogSoftmax", RepairSoftmax},
    {"MatMul", RepairMatMul},
    {"MatMulInteger", RepairQuantizedMatMul},
    {"Max", RepairPassOn},
    {"MaxPool", RepairMaxPool},
    {"Mean", RepairPassOn},
    {"Min", RepairPassOn},
    {"Mul", RepairArithmetic},
    {"Neg", RepairWidth},
    {"NonZero", RepairNonZero},
    {"QLinearMatMul", RepairQuantizedMatMul},
    {"RNN", RepairRecurrent},
    {"ReduceL1", RepairReduce},
    {"ReduceL2", RepairReduce},
    {"ReduceLogSum", RepairReduce},
    {"ReduceLogSumExp", RepairReduce},
    {"ReduceMax", RepairReduce},
    {"ReduceMean", RepairReduce},
    {"ReduceMin", RepairReduce},
    {"ReduceProd", RepairReduce},
    {"ReduceSum", RepairReduce},
    {"ReduceSumSquare", RepairReduce},
    {"Resize", RepairResize},
    {"RoiAlign", RepairRoiAlign},
    {"Slice", RepairSlice},
    {"Softmax", RepairSoftmax},
    {"Sub", RepairArithmetic},
    {"Sum", RepairPassOn},
    {"Tile", RepairTile},
};

const Repair* Find(const Node& node) {
  for (const Repair& repair : kRepairs) {
    if (node.Is(repair.op)) return &repair;
  }
  return nullptr;
}

bool IsEmpty(const Value& value) {
  if (!value.type.dims) return false;
  const auto& dims = *value.type.dims;
  return std::any_of(dims.begin(), dims.end(), [](const auto& dim) { return dim == Dim(0); });
}

// Floats of 8 and 4 bits by the numbers that ONNX gives them, which we have no names for.
Result<void> CheckType(const Value* value) {
  const int type = value ? static_cast<int>(value->type.element) : 0;
  MMDEPLOY_ENSURE((type < 17 || type > 20) && type < 23, Code::kNotSupported,
                  "'{}' has floats of less than 16 bits ({}), which are taken for whole numbers",
                  value->name(), Name(value->type.element));
  return {};
}

Result<void> CheckTypes(const Node& node) {
  for (size_t i = 0; i < node.num_inputs(); ++i) MMDEPLOY_TRYV(CheckType(node.input(i)));
  for (size_t i = 0; i < node.num_outputs(); ++i) MMDEPLOY_TRYV(CheckType(node.output(i)));
  return {};
}

// Whether its result is empty because a constant is, or gets another shape then.
bool LeavesNothing(const Node& node) {
  if (!IsEmpty(*node.output())) return false;
  if (node.Is("Expand") || node.Is("Flatten")) return true;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Value* value = node.input(i);
    if (value && value->constant() && value->constant()->num_elements() == 0) return true;
  }
  return false;
}

Result<bool> RepairNode(Node* node) {
  MMDEPLOY_TRYV(CheckTypes(*node));
  const bool is_empty = LeavesNothing(*node);
  const Repair* repair = Find(*node);
  MMDEPLOY_TRY(const bool changed, repair ? repair->run(node) : Result<bool>(false));
  MMDEPLOY_ENSURE(!is_empty, Code::kNotSupported,
                  "its result is empty, which is calculated in another way; remove the node");
  return changed;
}

void RepairGraph(Graph* graph, int64_t* changes, std::string* problems) {
  for (Node* node : graph->Nodes()) {
    for (Graph* inner : node->Subgraphs()) RepairGraph(inner, changes, problems);
    const std::string where = Describe(*node);
    const Result<bool> changed = RepairNode(node);
    if (!changed) {
      *problems +=
          fmt::format("{}{}: {}", problems->empty() ? "" : "; ", where, changed.error().message());
    } else if (*changed) {
      Log(LogLevel::kInfo, "openvino: {} is written in another way", where);
      ++*changes;
    }
  }
}

using ModelPtr = std::shared_ptr<ov::Model>;

Result<ModelPtr> ReadAsItIs(ov::Core& core, const NetFile& ir, const std::string& what) {
  if (!ir.path.empty()) {
    return Guard(what, [&] { return core.read_model(ir.path, std::string()); });
  }
  MMDEPLOY_TRY(const Bytes bytes, ir.Content());
  return Guard(what, [&] { return core.read_model(std::string(AsText(bytes)), ov::Tensor()); });
}

// nullptr: not a file that we understand; what is wrong with it is OpenVINO's to say.
Result<std::unique_ptr<Model>> LoadGraph(const NetFile& ir) {
  if (!ir.path.empty()) {
    std::error_code error;
    MMDEPLOY_ENSURE(fs::exists(ir.path, error), Code::kFileNotExist, "file '{}' does not exist",
                    ir.path);
  }
  MMDEPLOY_TRY(const Bytes bytes, ir.path.empty() ? ir.Content() : Result<Bytes>(nullptr));
  Result<std::unique_ptr<Model>> model =
      bytes ? graph::ParseModel(AsText(bytes), "", ir.name) : graph::LoadModel(ir.path);
  if (!model) return std::unique_ptr<Model>();
  // A type that we do not know is no reason to let nodes pass that are wrong without it.
  const auto inferred = graph::InferTypes(model->get());
  if (!inferred) Log(LogLevel::kInfo, "openvino: '{}': {}", ir.name, inferred.error().message());
  return model;
}

}  // namespace

Result<int64_t> RepairModel(Model* model) {
  int64_t changes = 0;
  std::string problems;
  RepairGraph(model->graph(), &changes, &problems);
  MMDEPLOY_ENSURE(problems.empty(), Code::kNotSupported, "OpenVINO would calculate it wrongly: {}",
                  problems);
  return changes;
}

Result<ModelPtr> ReadOnnx(ov::Core& core, const NetFile& ir, std::string_view verb) {
  const auto what = fmt::format("{} '{}'", verb, ir.name);
  MMDEPLOY_TRY(const auto model, LoadGraph(ir));
  int64_t changes = 0;
  if (model) {
    Result<int64_t> repaired = RepairModel(model.get());
    if (!repaired) return MakeError(repaired.error().In(fmt::format("openvino cannot {}", what)));
    changes = *repaired;
  }
  ModelPtr read;
  if (changes == 0) {
    MMDEPLOY_TRY(read, ReadAsItIs(core, ir, what));
  } else {
    MMDEPLOY_TRY(const std::string bytes, SerializeModel(*model));
    MMDEPLOY_TRY(read, Guard(what, [&] { return core.read_model(bytes, ov::Tensor()); }));
  }
  if (model) MMDEPLOY_TRYV(RestoreInputs(*model->graph(), read.get()));
  InterpolateAtBorders(read.get());
  const auto ordered = KeepOrderOfTies(read.get());
  if (!model) return read;
  for (const auto& line : FindDoubts(model->graph(), ordered)) {
    Log(LogLevel::kWarning, "openvino: {}", line);
  }
  return read;
}

}  // namespace mmdeploy::openvino
