// Loading, inference, optimisation and saving over the number of nodes: each must grow in line with
// it. `benchmarks/graph_optimize.py` compares with onnxsim on real models.
#include <benchmark/benchmark.h>

#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/save.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

// Blocks as an exporter leaves them: convolution with batch normalisation, activation, and a
// reshape there and back whose sizes are computed. 12 nodes each.
std::unique_ptr<Model> MakeModel(int64_t num_nodes) {
  auto model = std::make_unique<Model>();
  model->set_opset("", 13);
  Graph* graph = model->graph();
  ValueType type;
  type.element = ElementType::kFloat32;
  type.dims = Dims{Dim("batch"), Dim(8), Dim("height"), Dim("width")};
  Value* x = graph->AddInput("x", type);
  for (int64_t i = 0; i < num_nodes / 12; ++i) {
    Value* filter = graph->AddConstant(
        TensorData::Make<float>({8, 8, 1, 1}, std::vector<float>(64, 0.125f)), "filter");
    auto vector = [&](float value) {
      return graph->AddConstant(TensorData::Vector(std::vector<float>(8, value)), "vector");
    };
    auto index = [&](int64_t value) {
      return graph->AddConstant(TensorData::Scalar<int64_t>(value), "index");
    };
    Value* axes = graph->AddConstant(TensorData::Vector<int64_t>({0}), "axes");
    Value* rest = graph->AddConstant(TensorData::Vector<int64_t>({8, -1}), "rest");
    Value* conv = graph->AddOp("Conv", {x, filter}, nullptr, "conv");
    Value* norm = graph->AddOp("BatchNormalization",
                               {conv, vector(1), vector(0), vector(0), vector(1)}, nullptr, "norm");
    Value* relu = graph->AddOp("Relu", {norm}, nullptr, "relu");
    Value* shape = graph->AddOp("Shape", {relu}, nullptr, "shape");
    Value* batch = graph->AddOp("Gather", {shape, index(0)}, nullptr, "batch");
    Value* unsqueezed = graph->AddOp("Unsqueeze", {batch, axes}, nullptr, "unsqueezed");
    Value* target = graph->AddOp("Concat", {unsqueezed, rest}, nullptr, "target");
    target->producer()->Set("axis", int64_t{0});
    Value* flat = graph->AddOp("Reshape", {relu, target}, nullptr, "flat");
    Value* same = graph->AddOp("Identity", {flat}, nullptr, "same");
    Value* again = graph->AddOp("Shape", {relu}, nullptr, "again");
    Value* back = graph->AddOp("Reshape", {same, again}, nullptr, "back");
    x = graph->AddOp("Add", {back, relu}, nullptr, "sum");
  }
  graph->AddOutput(x, "y");
  return model;
}

void BM_Load(benchmark::State& state) {
  const std::string bytes = *SerializeModel(*MakeModel(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(ParseModel(bytes));
  state.SetComplexityN(state.range(0));
}

void BM_Infer(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto model = MakeModel(state.range(0));
    state.ResumeTiming();
    if (!InferTypes(model.get())) state.SkipWithError("inference failed");
  }
  state.SetComplexityN(state.range(0));
}

void BM_Optimize(benchmark::State& state) {
  size_t left = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto model = MakeModel(state.range(0));
    state.ResumeTiming();
    if (!Optimize(model.get())) state.SkipWithError("optimisation failed");
    left = CountNodes(*model->graph());
  }
  state.counters["nodes_left"] = static_cast<double>(left);
  state.SetComplexityN(state.range(0));
}

void BM_Save(benchmark::State& state) {
  const auto model = MakeModel(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(SerializeModel(*model));
  state.SetComplexityN(state.range(0));
}

#define MMDEPLOY_SIZES \
  ->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond)->Complexity()
BENCHMARK(BM_Load) MMDEPLOY_SIZES;
BENCHMARK(BM_Infer) MMDEPLOY_SIZES;
BENCHMARK(BM_Optimize) MMDEPLOY_SIZES;
BENCHMARK(BM_Save) MMDEPLOY_SIZES;

}  // namespace
}  // namespace mmdeploy::graph

BENCHMARK_MAIN();
