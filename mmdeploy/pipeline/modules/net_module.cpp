#include <algorithm>
#include <atomic>

#include "mmdeploy/backend/session.h"
#include "mmdeploy/base/device_memory.h"
#include "mmdeploy/base/parallel.h"
#include "mmdeploy/base/suggest.h"
#include "mmdeploy/pipeline/load_net.h"
#include "mmdeploy/pipeline/modules/modules.h"
#include "mmdeploy/pipeline/modules/net_inputs.h"
#include "mmdeploy/pipeline/modules/tiles.h"

namespace mmdeploy {
namespace {

using Values = Module::Values;

std::vector<std::string> Names(const std::vector<TensorInfo>& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) names.push_back(info.name);
  return names;
}

// The inputs as preprocessing sees them: of a network that runs tile by tile, open sides.
std::vector<TensorInfo> InputsOfImages(std::vector<TensorInfo> inputs, const TileSpec& tile) {
  if (!tile.enabled()) return inputs;
  for (size_t axis = 2; axis < inputs[0].shape.size(); ++axis) inputs[0].shape[axis] = -1;
  inputs[0].min_shape = inputs[0].max_shape = {};
  return inputs;
}

bool HasFixedSides(const TensorInfo& input) {
  return input.shape.size() == 4 && input.shape[2] >= 0 && input.shape[3] >= 0;
}

Result<void> CheckTile(const TileSpec& tile, const std::vector<TensorInfo>& inputs,
                       const JsonPath& path) {
  if (!tile.enabled()) return {};
  MMDEPLOY_ENSURE(inputs.size() == 1 && (inputs[0].shape.empty() || inputs[0].shape.size() == 4),
                  Code::kNotSupported,
                  "{}: tiles are cut for networks of one input NxCxHxW, this one takes {}{}",
                  (path / "tile").str(), Describe(inputs[0]),
                  inputs.size() > 1 ? " and others" : "");
  MMDEPLOY_ENSURE(
      inputs[0].device == Device() && inputs[0].dtype != DataType::kFloat16, Code::kNotSupported,
      "{}: the network takes {} on {}; tiles are cut in the memory of the cpu, of all types "
      "but float16: leave out `tile`",
      (path / "tile").str(), Describe(inputs[0]), Name(inputs[0].device));
  const Shape& shape = inputs[0].shape;
  const auto fits = [](int64_t side, int asked) { return side < 0 || side == asked; };
  MMDEPLOY_ENSURE(shape.empty() || (fits(shape[2], tile.height) && fits(shape[3], tile.width)),
                  Code::kInvalidArgument, "{}: tiles of {}x{} do not fit the network's input, {}",
                  (path / "tile").str(), tile.height, tile.width, Describe(inputs[0]));
  MMDEPLOY_ENSURE(
      tile.stride == 1 || !HasFixedSides(inputs[0]), Code::kInvalidArgument,
      "{}: the last tile may then be smaller than the others, but the network's input is "
      "{}; convert it with open axes",
      (path / "tile_stride").str(), Describe(inputs[0]));
  return {};
}

// A network of the model.
class NetModule : public Module {
 public:
  NetModule(std::shared_ptr<const Net> net, const std::string& name, int batch_size, TileSpec tile,
            std::vector<std::string> keys, std::vector<std::string> results)
      : session_(std::move(net), fmt::format("net '{}'", name)),
        batch_size_(batch_size),
        tile_(tile),
        keys_(std::move(keys)),
        results_(std::move(results)) {
    // Of a sample only what the network reads has to lie where the engine wants it.
    signature_.inputs = {
        EdgeType{{Kind::kSample, Kind::kTensors},
                 0,
                 TensorsAtBorder(InputsOfImages(session_.net().inputs(), tile_), keys_),
                 std::nullopt}};
    auto made = TensorsAtBorder(session_.net().outputs(), results_);
    const Device device = made.empty() ? Device() : made[0].device;
    signature_.outputs = {EdgeType{Kind::kTensors, 0, std::move(made), device}};
  }

  const Signature& signature() const override { return signature_; }
  int batch_size() const override { return batch_size_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(const auto tensors, Gather(inputs[0], context.pool));
    MMDEPLOY_TRY(auto outputs, RunNet(tensors, context));
    return Values{Value(Named(std::move(outputs)))};
  }

  Result<std::vector<Values>> RunMany(Span<const Values> items,
                                      const RunContext& context) const override {
    if (batch_size_ > 1 && items.size() > 1) return RunStacked(items, context);
    // An engine that uses all threads inside one call gets one item after the other.
    RunContext inner = context;
    if (session_.net().max_concurrent_runs() == 1) inner.num_threads = 1;
    return Module::RunMany(items, inner);
  }

 private:
  // The tensors of one sample in the order of the network's inputs.
  Result<std::vector<Tensor>> Gather(const Value& value, BufferPool* pool) const {
    const NamedTensors& named =
        value.kind() == Kind::kSample ? value.sample().tensors : value.tensors();
    std::vector<Tensor> tensors;
    for (size_t i = 0; i < keys_.size(); ++i) {
      const Tensor* tensor = Find(named, keys_[i]);
      if (!tensor) {
        std::vector<std::string> found;
        for (const auto& [key, unused] : named) found.push_back(key);
        return MakeError(Code::kInvalidArgument, "no tensor '{}' for input '{}', found: {}",
                         keys_[i], session_.net().inputs()[i].name, ListAllowed(keys_[i], found));
      }
      MMDEPLOY_TRY(tensors.emplace_back(), ToNetwork(*tensor, session_.net().inputs()[i], pool));
    }
    return tensors;
  }

  Result<std::vector<Tensor>> RunNet(Span<const Tensor> tensors, const RunContext& context) const {
    if (!tile_.enabled()) return RunOnce(tensors, context.pool);
    const Shape& shape = tensors[0].shape();
    const bool is_small = shape.size() == 4 && (shape[2] < tile_.height || shape[3] < tile_.width);
    MMDEPLOY_ENSURE(
        !is_small || !HasFixedSides(session_.net().inputs()[0]), Code::kInvalidArgument,
        "the image is {}x{} after preprocessing, smaller than a tile of {}x{}, which is "
        "all that the network takes; enlarge it (Pad with `size`), or convert the network "
        "with open axes",
        shape[2], shape[3], tile_.height, tile_.width);
    return RunTiles(tensors[0], tile_, context.pool,
                    [&](const Tensor& tile) -> Result<std::vector<Tensor>> {
                      MMDEPLOY_TRYV(context.Check());
                      return RunOnce({&tile, 1}, context.pool);
                    });
  }

  Result<std::vector<Tensor>> RunOnce(Span<const Tensor> tensors, BufferPool* pool) const {
    MMDEPLOY_TRY(auto outputs, session_.Run(tensors));
    for (Tensor& output : outputs) {
      MMDEPLOY_TRY(output, FromNetwork(output, pool));
    }
    return outputs;
  }

  NamedTensors Named(std::vector<Tensor> outputs) const {
    NamedTensors named;
    for (size_t i = 0; i < outputs.size(); ++i) {
      named.emplace_back(results_[i], std::move(outputs[i]));
    }
    return named;
  }

  // Samples of equal shapes share an engine call, up to batch_size of them.
  Result<std::vector<Values>> RunStacked(Span<const Values> items,
                                         const RunContext& context) const {
    std::vector<std::vector<Tensor>> tensors;
    for (const auto& item : items) {
      MMDEPLOY_TRY(tensors.emplace_back(), Gather(item[0], context.pool));
    }
    const auto groups = Groups(tensors);
    std::vector<Values> results(items.size());
    std::vector<Result<void>> states(groups.size());
    // Calls that use all threads run one after the other.
    const int threads = session_.net().max_concurrent_runs() == 1 ? 1 : context.num_threads;
    ParallelFor(static_cast<int64_t>(groups.size()), threads, [&](int64_t i) {
      const auto index = static_cast<size_t>(i);
      try {
        states[index] = RunGroup(tensors, groups[index], context, &results);
      } catch (const std::exception& e) {
        states[index] = MakeError(Code::kFail, "{}", e.what());
      }
    });
    for (auto& state : states) MMDEPLOY_TRYV(std::move(state));
    return results;
  }

  // Items whose tensors have equal shapes, up to batch_size_ in a group.
  std::vector<std::vector<size_t>> Groups(const std::vector<std::vector<Tensor>>& tensors) const {
    std::vector<std::vector<size_t>> groups;
    std::vector<bool> done(tensors.size());
    for (size_t first = 0; first < tensors.size(); ++first) {
      if (done[first]) continue;
      std::vector<size_t> group;
      for (size_t i = first; i < tensors.size() && group.size() < size_t(batch_size_); ++i) {
        if (!done[i] && CanStack(tensors[first], tensors[i])) group.push_back(i);
      }
      if (group.empty()) group.push_back(first);
      for (const size_t i : group) done[i] = true;
      groups.push_back(std::move(group));
    }
    return groups;
  }

  static bool CanStack(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    for (size_t i = 0; i < a.size(); ++i) {
      const bool same = a[i].shape() == b[i].shape() && a[i].dtype() == b[i].dtype();
      if (!same || a[i].shape().empty() || a[i].shape()[0] != 1) return false;
    }
    return true;
  }

  Result<void> RunGroup(const std::vector<std::vector<Tensor>>& tensors,
                        const std::vector<size_t>& group, const RunContext& context,
                        std::vector<Values>* results) const {
    std::vector<Tensor> stacked = tensors[group[0]];
    const auto count = static_cast<int64_t>(group.size());
    for (size_t i = 0; i < stacked.size() && count > 1; ++i) {
      Shape shape = stacked[i].shape();
      shape[0] = count;
      const Device& device = session_.net().inputs()[i].device;
      MMDEPLOY_TRY(stacked[i], Tensor::Allocate(stacked[i].dtype(), shape, device, context.pool));
      for (int64_t k = 0; k < count; ++k) {
        MMDEPLOY_TRYV(StartCopy(tensors[group[static_cast<size_t>(k)]][i], stacked[i].Slice(k)));
      }
      MMDEPLOY_TRYV(Synchronize(device));
    }
    MMDEPLOY_TRY(const auto outputs, RunNet(stacked, context));
    if (count > 1) {
      MMDEPLOY_TRYV(CheckLeads(outputs, count));
      MMDEPLOY_TRYV(CheckFollowsBatch(tensors[group[0]], context));
    }
    for (int64_t k = 0; k < count; ++k) {
      std::vector<Tensor> own = outputs;
      for (size_t i = 0; i < own.size() && count > 1; ++i) own[i] = own[i].Slice(k);
      (*results)[group[static_cast<size_t>(k)]] = Values{Value(Named(std::move(own)))};
    }
    return {};
  }

  // Whether the first axis of all outputs may be that of `count` items.
  Result<void> CheckLeads(const std::vector<Tensor>& outputs, int64_t count) const {
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Shape& shape = outputs[i].shape();
      MMDEPLOY_ENSURE(!shape.empty() && shape[0] == count, Code::kFail,
                      "output '{}' has shape {} for a batch of {}; set batch_size of the network "
                      "(deploy.json, or `params` of the Inference node) to 1",
                      results_[i], Name(shape), count);
    }
    return {};
  }

  // An axis as long as the batch is not yet the batch: that of time in [T,N,C] is so as well when T
  // items share a call, and declared shapes have both open. One item alone tells them apart, once
  // for the network; one that takes no single item cannot be asked.
  Result<void> CheckFollowsBatch(const std::vector<Tensor>& item, const RunContext& context) const {
    if (follows_batch_) return {};
    const auto takes_one = [](const TensorInfo& input) {
      return (input.shape.empty() || input.shape[0] <= 1) &&
             (input.min_shape.empty() || input.min_shape[0] <= 1);
    };
    const auto& inputs = session_.net().inputs();
    if (std::all_of(inputs.begin(), inputs.end(), takes_one)) {
      MMDEPLOY_TRY(const auto outputs, RunNet(item, context));
      MMDEPLOY_TRYV(CheckLeads(outputs, 1));
    }
    follows_batch_ = true;
    return {};
  }

  Session session_;
  mutable std::atomic<bool> follows_batch_{false};  // every output, along its first axis
  const int batch_size_;
  const TileSpec tile_;
  std::vector<std::string> keys_;     // sample keys, in the order of the network's inputs
  std::vector<std::string> results_;  // names given to the outputs
  Signature signature_;
};

// The names on the side of the pipeline, in the order of the network's tensors: what `map`
// (pipeline name -> network name, or "#position") says, else the network's own.
Result<std::vector<std::string>> ApplyMap(JsonReader& args, std::string_view key,
                                          const std::vector<TensorInfo>& infos) {
  auto names = Names(infos);
  const Json* map = args.Find(key);
  if (!map) return names;
  const auto path = args.path() / key;
  MMDEPLOY_TRYV(ExpectObject(*map, path));
  const auto originals = names;
  for (const auto& [ours, theirs] : map->items()) {
    MMDEPLOY_ENSURE(theirs.is_string(), Code::kFail, "{}: expected a string, found {}",
                    (path / ours).str(), DescribeJson(theirs));
    const auto name = theirs.get<std::string>();
    size_t position = originals.size();
    for (size_t i = 0; i < originals.size(); ++i) {
      if (originals[i] == name || fmt::format("#{}", i) == name) position = i;
    }
    MMDEPLOY_ENSURE(position < originals.size(), Code::kFail,
                    "{}: the network has no {} '{}', found: {}", (path / ours).str(),
                    key == "input_map" ? "input" : "output", name, ListAllowed(name, originals));
    names[position] = ours;
  }
  return names;
}

}  // namespace

Result<std::unique_ptr<Module>> CreateNetModule(JsonReader& args, const ModuleEnv& env) {
  std::string name;
  NetOptions options = env.options->net;
  args.Require("name", &name);
  args.Read("use_vulkan", &options.use_vulkan);
  MMDEPLOY_TRY(const TileSpec tile, ReadTileSpec(args));
  for (const char* map : {"input_map", "output_map"}) args.Describe(map, "object of strings", "{}");
  MMDEPLOY_ENSURE(env.model, Code::kFail, "{}: a Net needs an SDK model around it",
                  args.path().str());
  if (!args.ok() || !args.Has("name")) return MakeError(args.Finish().error());
  const auto& found = env.model->FindNet(name);
  if (!found) return MakeError(found.error().In((args.path() / "name").str()));
  const NetSpec& spec = **found;
  auto net = LoadNet(*env.model, spec, std::move(options));
  if (!net) return MakeError(net.error().In(fmt::format("net '{}'", name)));
  const auto& inputs = (*net)->inputs();
  MMDEPLOY_TRY(auto keys, ApplyMap(args, "input_map", inputs));
  MMDEPLOY_TRY(auto results, ApplyMap(args, "output_map", (*net)->outputs()));
  MMDEPLOY_TRYV(args.Finish());
  MMDEPLOY_TRYV(CheckTile(tile, inputs, args.path()));
  if (env.inputs.size() == 1) {
    MMDEPLOY_TRYV(CheckProvided(env.inputs[0], InputsOfImages(inputs, tile), keys, args.path()));
  }
  const auto& asked = env.options->batch_size;
  const int batch_size = asked.value_or(spec.batch_size);
  MMDEPLOY_TRYV(CheckBatch(inputs, batch_size,
                           fmt::format("net '{}': batch_size of {}", name,
                                       asked ? "the Inference node" : "deploy.json")));
  if (auto checked = CheckDynamic(inputs, spec); !checked) {
    return MakeError(checked.error().In(fmt::format("net '{}'", name)));
  }
  return std::make_unique<NetModule>(std::move(*net), name, batch_size, tile, std::move(keys),
                                     std::move(results));
}

}  // namespace mmdeploy
