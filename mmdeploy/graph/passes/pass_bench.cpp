#include <benchmark/benchmark.h>

#include "mmdeploy/graph/passes/pass.h"

// Optimize over graphs of 1 000 to 100 000 nodes: the time per node must stay about the same.

namespace mmdeploy::graph {
namespace {

ValueType Floats(Dims dims) { return {ElementType::kFloat32, std::move(dims), nullptr}; }

struct Chain {
  Model model;
  Value* last = nullptr;

  Chain() {
    model.set_opset("", 13);
    last = model.graph()->AddInput("x", Floats({Dim("N"), 4, Dim("H"), Dim("W")}));
  }
  Value* Add(std::string op, const std::vector<Value*>& inputs) {
    return model.graph()->AddOp(std::move(op), inputs, nullptr, "v");
  }
  Value* Constant(std::vector<int64_t> dims, const std::vector<float>& values) {
    return model.graph()->AddConstant(TensorData::Make(std::move(dims), values), "c");
  }
  Value* Ints(const std::vector<int64_t>& values) {
    return model.graph()->AddConstant(TensorData::Vector(values), "i");
  }
};

// Convolutions with norms and activations: much is fused.
void AddBlock(Chain* chain) {
  Value* weight = chain->Constant({4, 4, 1, 1}, std::vector<float>(16, 0.25F));
  Value* one = chain->Constant({4}, {1, 1, 1, 1});
  Value* zero = chain->Constant({4}, {0, 0, 0, 0});
  Value* conv = chain->Add("Conv", {chain->last, weight});
  Value* norm = chain->Add("BatchNormalization", {conv, one, zero, zero, one});
  Value* clip = chain->Add("Clip", {norm, chain->Constant({}, {0}), chain->Constant({}, {6})});
  Value* same = chain->Add("Identity", {clip});
  chain->last = chain->Add("Add", {same, chain->last});
}

// Sizes that are computed for a Reshape: much is merged.
void AddReshape(Chain* chain) {
  Value* shape = chain->Add("Shape", {chain->last});
  std::vector<Value*> sizes;
  for (int64_t axis = 0; axis < 4; ++axis) {
    Value* size = chain->Add(
        "Gather", {shape, chain->model.graph()->AddConstant(TensorData::Scalar(axis), "a")});
    sizes.push_back(chain->Add("Unsqueeze", {size, chain->Ints({0})}));
  }
  Value* target = chain->Add("Concat", sizes);
  target->producer()->Set("axis", int64_t{0});
  chain->last = chain->Add("Relu", {chain->Add("Reshape", {chain->last, target})});
}

// One rewrite leads to the next.
void AddTranspose(Chain* chain) {
  chain->last = chain->Add("Transpose", {chain->last});
  chain->last->producer()->Set("perm", std::vector<int64_t>{0, 2, 3, 1});
}

void AddNothing(Chain* chain) { chain->last = chain->Add("Identity", {chain->last}); }

void BenchOptimize(benchmark::State& state, void (*add)(Chain*)) {
  for (auto _ : state) {
    state.PauseTiming();
    auto chain = std::make_unique<Chain>();
    while (chain->model.graph()->num_nodes() < static_cast<size_t>(state.range(0))) {
      add(chain.get());
    }
    chain->model.graph()->AddOutput(chain->last, "y");
    state.ResumeTiming();
    const auto reports = Optimize(&chain->model);
    if (!reports) state.SkipWithError(reports.error().message().c_str());
    state.PauseTiming();
    chain.reset();
    state.ResumeTiming();
  }
  state.counters["ns_per_node"] = benchmark::Counter(
      static_cast<double>(state.range(0)) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

#define MMDEPLOY_SIZES Arg(1000)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond)
BENCHMARK_CAPTURE(BenchOptimize, convolutions, AddBlock)->MMDEPLOY_SIZES;
BENCHMARK_CAPTURE(BenchOptimize, reshapes, AddReshape)->MMDEPLOY_SIZES;
BENCHMARK_CAPTURE(BenchOptimize, transposes, AddTranspose)->MMDEPLOY_SIZES;
BENCHMARK_CAPTURE(BenchOptimize, identities, AddNothing)->MMDEPLOY_SIZES;

}  // namespace
}  // namespace mmdeploy::graph

BENCHMARK_MAIN();
