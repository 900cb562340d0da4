#include "mmdeploy/backend/openvino/repair/repair.h"

#include <filesystem>

#include "mmdeploy/backend/openvino/borders.h"
#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/save.h"

namespace mmdeploy::openvino {

namespace fs = std::filesystem;
using graph::Graph;
using graph::Model;
using graph::Node;

namespace {

struct Repair {
  std::string_view op;
  Result<bool> (*run)(Node* node);
};

constexpr Repair kRepairs[] = {
    {"AveragePool", RepairAveragePool},
    {"Compress", RepairCompress},
    {"ConvTranspose", RepairConvTranspose},
    {"Dropout", RepairPassOn},
    {"GRU", RepairRecurrent},
    {"Gather", RepairGather},
    {"GatherElements", RepairGather},
    {"GatherND", RepairGather},
    {"Hardmax", RepairSoftmax},
    {"LRN", RepairLrn},
    {"LSTM", RepairRecurrent},
    {"LogSoftmax", RepairSoftmax},
    {"Max", RepairPassOn},
    {"MaxPool", RepairMaxPool},
    {"Mean", RepairPassOn},
    {"Min", RepairPassOn},
    {"NonZero", RepairNonZero},
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
    {"Softmax", RepairSoftmax},
    {"Sum", RepairPassOn},
    {"Tile", RepairTile},
};

const Repair* Find(const Node& node) {
  for (const Repair& repair : kRepairs) {
    if (node.Is(repair.op)) return &repair;
  }
  return nullptr;
}

void RepairGraph(Graph* graph, int64_t* changes, std::string* problems) {
  for (Node* node : graph->Nodes()) {
    for (Graph* inner : node->Subgraphs()) RepairGraph(inner, changes, problems);
    const Repair* repair = Find(*node);
    if (!repair) continue;
    const std::string where = Describe(*node);
    const Result<bool> changed = repair->run(node);
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
  if (!model || !graph::InferTypes(model->get())) return std::unique_ptr<Model>();
  return model;
}

// OpenVINO calls an input after the output that passes it on.
void RestoreInputNames(const Graph& graph, ov::Model* model) {
  for (const auto& parameter : model->get_parameters()) {
    const auto& names = parameter->output(0).get_names();
    for (size_t i = 0; i < graph.num_inputs(); ++i) {
      const std::string& name = graph.input(i)->name();
      if (names.count(name)) parameter->set_friendly_name(name);
    }
  }
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
  if (model) RestoreInputNames(*model->graph(), read.get());
  InterpolateAtBorders(read.get());
  return read;
}

}  // namespace mmdeploy::openvino
