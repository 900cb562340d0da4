#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/base/json.h"
#include "mmdeploy/model/model.h"
#include "mmdeploy/module/value.h"

namespace mmdeploy {

class Pipeline;

// How long a list is, as far as that is known.
enum class Length : uint8_t {
  kAny,    // as long as it happens to be, such as the boxes of all images one behind the other
  kItems,  // one element for each item of the lists that the pipeline takes
  kIndex,  // what Flatten notes of such a list: Unflatten makes one of kItems by it
};

// The type of an edge: which kinds may travel, and how many lists are around them.
struct EdgeType {
  KindSet kinds = KindSet::Any();
  int depth = 0;
  // Named tensors that are known to be there, as far as known (kSample and kTensors).
  std::optional<std::vector<StaticTensor>> tensors;
  // Where pixels and tensors lie, but for those that `tensors` names, which know it themselves: of
  // an output where they are, of an input where the module reads them. The compiler places a copy
  // where the two differ. nullopt: anywhere.
  std::optional<Device> device = Device();
  // Of the outermost list. Modules that take whole lists say it of their outputs; of others the
  // compiler knows it.
  Length length = Length::kAny;
  // A picture that a step cut out of the caller's or turned, or what was found in one: places are
  // not those of the caller's image. Modules that cut or turn say it of their outputs; the compiler
  // passes it on.
  bool of_cut_image = false;
  // Of what a caller gives: `depth` is the least, the first node that reads it says what it is.
  bool has_open_depth = false;
};

// Whether all are lists with one element per item; false for none.
bool AreOfItems(Span<const EdgeType> types);

// "list of Image", "list of list of Detection".
std::string Describe(const EdgeType& type);

// What a module takes and gives for one item.
struct Signature {
  std::vector<EdgeType> inputs;
  std::vector<EdgeType> outputs;
};

// Lets somebody else end a run early: it stops before its next step or item. Thread-safe.
class Cancellation {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  // The run ends with an error once this time has come; set before the run.
  void SetDeadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

  // Errors: kFail once the run is to end.
  Result<void> Check() const;

 private:
  std::atomic<bool> cancelled_{false};
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

// What a run may use.
struct RunContext {
  BufferPool* pool = &BufferPool::Shared();
  int num_threads = 0;  // inside this call; 0: all processors
  const Cancellation* cancellation = nullptr;
  // The items of RunMany are those from `first_item` on of `total_items`; 0: they are all.
  size_t first_item = 0, total_items = 0;

  Result<void> Check() const { return cancellation ? cancellation->Check() : Result<void>(); }
};

// A node of a pipeline. Immutable: any number of threads run it at the same time.
class Module {
 public:
  using Values = std::vector<Value>;

  virtual ~Module() = default;
  virtual const Signature& signature() const = 0;

  // Runs one item; `inputs` have the kinds and depths of the signature. What a library throws is an
  // error of the step (TryRun), but no way to report one.
  virtual Result<Values> Run(Span<const Value> inputs, const RunContext& context) const = 0;

  // Run, with exceptions as errors.
  Result<Values> TryRun(Span<const Value> inputs, const RunContext& context) const;

  // Whether a list of items gives what its parts give, one behind the other, for a module that
  // takes whole lists (Inference, Cond). A pipeline of such modules runs long lists in parts.
  virtual bool runs_item_by_item() const { return false; }

  // Items that share one call of an engine.
  virtual int batch_size() const { return 1; }

  // The pipeline that it runs (Inference, Pipeline, Cond), to be shown; nullptr if there is none.
  virtual const Pipeline* inner() const { return nullptr; }

  // Runs many items, each with the result that Run alone would give. The default calls Run in
  // parallel; the first failing item decides the error.
  virtual Result<std::vector<Values>> RunMany(Span<const Values> items,
                                              const RunContext& context) const;
};

struct ModuleType;

// Everything that the modules of one pipeline share while it is compiled.
struct PipelineOptions {
  NetOptions net;
  // Models that `params.model` of an Inference node may name.
  std::map<std::string, std::shared_ptr<const Model>> models;
  // Types of the pipeline's inputs; empty: lists of anything.
  std::vector<EdgeType> inputs;
  // Items that share one call of an engine (`params.batch_size` of an Inference node); nullopt:
  // what deploy.json says of each network.
  std::optional<int> batch_size;
  bool fuse_transforms = true;
  JsonKeyLog* keys = nullptr;  // gets the keys that are read while the pipeline is compiled
  // What is put around the module of a node by its name: where it runs, how calls are joined. Other
  // names mean nothing: programs give several models one list.
  std::map<std::string, std::function<std::shared_ptr<const Module>(std::shared_ptr<const Module>)>>
      decorate;
  // The same for every node; around what `decorate` made.
  std::function<std::shared_ptr<const Module>(const std::string& name,
                                              std::shared_ptr<const Module>)>
      decorate_all;
  // Modules beside the built-in ones, for tests and programs of their own.
  std::vector<ModuleType> extra_modules;
};

// What a module sees of its node while it is created.
struct ModuleEnv {
  const Model* model = nullptr;  // the SDK model that the pipeline belongs to; may be null
  const PipelineOptions* options = nullptr;
  std::vector<EdgeType> inputs;  // of the node, for one item
  JsonNotes* notes = nullptr;
  int nesting = 0;  // how many Inference nodes are around
};

// A row of the table of modules: the `module` of a Task node.
struct ModuleType {
  std::string name;
  // Reads the node's keys (the common ones are already marked as known), calls args.Finish().
  std::function<Result<std::unique_ptr<Module>>(JsonReader& args, const ModuleEnv& env)> create;
};

// Modules that are built in: Transform, Net, CropBox and one per codebase.
const std::vector<ModuleType>& ModuleTypes();

}  // namespace mmdeploy
