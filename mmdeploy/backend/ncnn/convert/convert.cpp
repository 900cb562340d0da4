#include "mmdeploy/backend/ncnn/convert/convert.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "mmdeploy/backend/ncnn/convert/batch/batch.h"
#include "mmdeploy/backend/ncnn/convert/emitter.h"
#include "mmdeploy/backend/ncnn/convert/fuse/fuse.h"
#include "mmdeploy/backend/ncnn/convert/layers/layers.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/layer/check.h"
#include "mmdeploy/graph/check.h"
#include "mmdeploy/graph/fold.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Graph;
using graph::Model;
using graph::Node;
using graph::Value;

namespace {

// An open first dimension of an input is the batch, which is 1 here.
void FixBatch(Graph* graph) {
  for (size_t i = 0; i < graph->num_inputs(); ++i) {
    std::optional<Dims>& dims = graph->input(i)->type.dims;
    if (dims && dims->size() >= 2 && !dims->front().is_known()) dims->front() = 1;
  }
}

// Everything that is in the way, in one line.
class Problems {
 public:
  void Add(const Result<void>& result, const std::string& where) {
    if (!result)
      lines_ +=
          fmt::format("{}{}: {}", lines_.empty() ? "" : "; ", where, result.error().message());
  }
  Result<void> Get() const {
    MMDEPLOY_ENSURE(lines_.empty(), Code::kNotSupported, "cannot be converted to ncnn: {}", lines_);
    return {};
  }

 private:
  std::string lines_;
};

Result<void> CheckAllReads(const Graph& graph) {
  Problems problems;
  for (const Node* node : graph.Nodes()) {
    const Converter* converter = FindConverter(*node);
    if (converter) problems.Add(CheckReads(*node, *converter), Describe(*node));
  }
  return problems.Get();
}

Result<void> Prepare(Model* model, const ConvertOptions& options) {
  if (NameBatch(model)) {
    MMDEPLOY_TRYV(graph::InferTypes(model));
    // Sizes that do not depend on the batch become numbers, as those of torch.chunk.
    if (options.optimize) {
      MMDEPLOY_TRYV(graph::Optimize(model));
      MMDEPLOY_TRYV(graph::InferTypes(model));
    }
    MMDEPLOY_TRYV(CheckBatch(*model));
    FixBatch(model->graph());
  }
  if (options.optimize) {
    MMDEPLOY_TRYV(graph::Optimize(model));
  }
  MMDEPLOY_TRYV(graph::InferTypes(model));
  // Much larger than elsewhere: masks of attentions are made by operators that ncnn has not.
  MMDEPLOY_TRYV(graph::FoldConstants(model, {int64_t{64} << 20}));
  // A fusion sees only what its pattern names: what no converter would read is told before.
  MMDEPLOY_TRYV(CheckAllReads(*model->graph()));
  MMDEPLOY_TRYV(Fuse(model));
  graph::RemoveDeadCode(model);
  return {};
}

// Whole numbers of few bits, and such without a sign, begin again where they end; floats do not.
bool WrapsAround(const Node& node) {
  static const auto* ops = new std::set<std::string_view>{
      "Add",      "CumSum",     "Gemm",      "MatMul",          "Mul", "Neg", "Pow",
      "ReduceL1", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Sub", "Sum"};
  static const auto* types = new std::set<graph::ElementType>{
      graph::ElementType::kInt8,   graph::ElementType::kUint8,  graph::ElementType::kInt16,
      graph::ElementType::kUint16, graph::ElementType::kUint32, graph::ElementType::kUint64};
  return ops->count(node.op()) > 0 && types->count(node.output()->type.element) > 0;
}

bool HasWholeExponents(const Node& pow) {
  const Value* exponent = pow.input(1);
  const auto numbers =
      exponent && exponent->constant() ? exponent->constant()->Numbers() : std::nullopt;
  return numbers && std::all_of(numbers->begin(), numbers->end(), [](double number) {
           return number >= 0 && number == std::floor(number);
         });
}

// Operators whose result has a fraction, which ONNX cuts off for whole numbers.
bool CutsFractions(const Node& node) {
  static const auto* ops =
      new std::set<std::string_view>{"ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMean"};
  const bool has_fraction =
      ops->count(node.op()) > 0 || (node.Is("Pow") && !HasWholeExponents(node));
  return has_fraction && !graph::IsFloat(node.output());
}

Result<void> ConvertNode(const Node& node, Emitter* emitter) {
  const Converter* converter = FindConverter(node);
  MMDEPLOY_ENSURE(converter, Code::kNotSupported, "ncnn has no layer for it");
  // Operators of domains without rules of types may have anything.
  MMDEPLOY_ENSURE(node.input(0) && node.num_outputs() > 0, Code::kNotSupported,
                  "it has no first input or no output");
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Value* input = node.input(i);
    if (input && !input->constant()) MMDEPLOY_TRYV(CheckBlob(*input));
    MMDEPLOY_ENSURE(!input || input->type.dims, Code::kNotSupported,
                    "the type of '{}' is not known", input->name());
  }
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    if (i == 0 || node.output(i)->has_uses()) MMDEPLOY_TRYV(CheckBlob(*node.output(i)));
  }
  MMDEPLOY_TRYV(CheckReads(node, *converter));
  MMDEPLOY_ENSURE(!WrapsAround(node), Code::kNotSupported,
                  "it calculates in {}, ncnn in float32, which does not wrap around",
                  Name(node.output()->type.element));
  MMDEPLOY_ENSURE(!CutsFractions(node), Code::kNotSupported,
                  "it calculates in {} and cuts off fractions, ncnn calculates in float32",
                  Name(node.output()->type.element));
  const Result<void> converted = converter->convert(node, emitter);
  const Result<void> problem = emitter->TakeProblem();
  return converted ? problem : converted;
}

// What the caller sees keeps its batch: it must be there.
Result<void> CheckInterface(const Value& value, std::string_view what, const std::string& name) {
  MMDEPLOY_TRYV(CheckBlob(value));
  MMDEPLOY_ENSURE(value.type.dims->size() < 2 || DropsBatch(value), Code::kNotSupported,
                  "{} '{}' is {}, its first dimension must be the batch of 1", what, name,
                  Name(value.type));
  return {};
}

Result<void> CheckIsMade(const Value& value, const std::string& name) {
  MMDEPLOY_ENSURE(!value.is_input() || value.name() != name, Code::kNotSupported,
                  "output '{}' is the input of this name, ncnn has one blob of a name", name);
  return {};
}

Result<void> CheckInputRank(const Value& input) {
  MMDEPLOY_ENSURE(!input.type.dims || input.type.dims->size() >= 2, Code::kNotSupported,
                  "input '{}' is {}, which has no batch; let it be [1,...]", input.name(),
                  Name(input.type));
  return {};
}

Result<void> Emit(const Graph& graph, Emitter* emitter) {
  MMDEPLOY_ENSURE(graph.num_inputs() > 0, Code::kNotSupported,
                  "cannot be converted to ncnn: it has no inputs, ncnn runs networks with some");
  Problems problems;
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    const Value& input = *graph.input(i);
    problems.Add(CheckInterface(input, "input", input.name()), "inputs");
    problems.Add(CheckInputRank(input), "inputs");
  }
  for (const Node* node : graph.Nodes()) {
    problems.Add(ConvertNode(*node, emitter), Describe(*node));
  }
  for (size_t i = 0; i < graph.num_outputs(); ++i) {
    const std::string& name = graph.output_name(i);
    problems.Add(CheckInterface(*graph.output(i), "output", name), "outputs");
    problems.Add(CheckIsMade(*graph.output(i), name), "outputs");
  }
  return problems.Get();
}

using ncnn::BlobShape;

BlobShape ShapeOf(const Value& value) {
  const auto dims = value.type.dims ? graph::KnownDims(BlobDims(value)) : std::nullopt;
  return dims ? ncnn::ShapeOf(*dims) : BlobShape();
}

using BlobShapes = std::map<std::string, BlobShape>;

// What the model says of blobs.
BlobShapes ExpectedShapes(const Emitter& emitter) {
  BlobShapes shapes;
  for (const auto& [value, name] : emitter.names()) {
    if (!value->constant()) shapes[name] = ShapeOf(*value);
  }
  return shapes;
}

// The loader's own checks; and whether blobs are as large as the model says, where sizes are known.
// What they find is a fault of a converter, which must not become a file.
Result<BlobShapes> CheckMade(const NcnnModel& made, const BlobShapes& expected) {
  MMDEPLOY_TRY(const ncnn::ParamFile file, ncnn::ParseParam(made.param, "converted"));
  MMDEPLOY_TRYV(ncnn::CheckLayers(file, made.bin.size(), "converted"));
  for (const ncnn::ParamLayer& layer : file.layers) {
    MMDEPLOY_ENSURE(!ncnn::FindRow(layer.type)->foreign, Code::kNotSupported,
                    "{} is of a type whose row says that no converter makes it", Describe(layer));
  }
  // Where a row does not know what its layer makes, the model does.
  std::map<int, BlobShape> known;
  for (size_t i = 0; i < file.blobs.size(); ++i) {
    const auto found = expected.find(file.blobs[i]);
    if (found != expected.end()) known[static_cast<int>(i)] = found->second;
  }
  MMDEPLOY_TRY(const std::vector<BlobShape> shapes, InferShapes(file, known));
  BlobShapes result;
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].rank > 0) result[file.blobs[i]] = shapes[i];
    const BlobShape& wanted = known[static_cast<int>(i)];
    MMDEPLOY_ENSURE(wanted.rank == 0 || shapes[i] == wanted, Code::kNotSupported,
                    "its layers give '{}' the size {}, the model {}", file.blobs[i],
                    Name(shapes[i]), Name(wanted));
  }
  return result;
}

}  // namespace

Result<NcnnModel> ConvertToNcnn(Model* model, const ConvertOptions& options) {
  MMDEPLOY_TRYV(Prepare(model, options));
  Emitter emitter(*model->graph());
  MMDEPLOY_TRYV(Emit(*model->graph(), &emitter));
  std::vector<Layer> layers = emitter.Finish();
  MMDEPLOY_TRYV(emitter.TakeProblem());
  Simplify(emitter.OutputNames(), &layers);
  InsertSplits(&layers, emitter.OutputNames());
  PutOutputsLast(emitter.OutputNames(), &layers);
  NcnnModel result;
  MMDEPLOY_TRY(result.param, WriteParam(layers));
  result.bin = WriteBin(layers, options.fp16_storage);
  auto checked = CheckMade(result, ExpectedShapes(emitter));
  MMDEPLOY_ENSURE(checked, Code::kNotSupported, "cannot be converted to ncnn: {}",
                  checked.error().message());
  result.shapes = std::move(*checked);
  return result;
}

}  // namespace mmdeploy::ncnn_convert
