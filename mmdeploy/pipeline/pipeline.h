#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/module/module.h"

namespace mmdeploy {

// How a step sees one of its inputs when the node's `input` has marks (sdk interface 11.4).
enum class InputMark : uint8_t {
  kNone,
  kFlatten,    // '*': one list level is removed, all items run as one batch
  kBroadcast,  // '+': each element is repeated for its flat items
};

// A node of a compiled pipeline.
struct Step {
  std::string name;   // the node's name, or its type
  std::string title;  // the node's name, or what it runs: "mmocr DBHead"
  std::string where;  // "pipeline.json:/pipeline/tasks/1 (Net 'resnet')"
  std::shared_ptr<const Module> module;
  std::vector<int> inputs;  // slots
  // The slots that the node names: those of `inputs`, but before copies from device to device.
  std::vector<int> sources;
  std::vector<InputMark> marks;
  std::vector<int> outputs;     // slots
  std::vector<bool> unflatten;  // of outputs: '*' puts the removed level back
  bool has_flatten = false;
  int extra_depth = 0;         // list levels that arrive beyond what the module takes for one item
  std::vector<int> last_uses;  // slots that nothing reads after this step
};

// Called after each step of a run, from the calling thread; several times for a long list, which
// runs in parts.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void OnStep(const Step& step, std::chrono::nanoseconds duration,
                      Span<const Value> outputs) = 0;
};

// A pipeline.json, compiled and checked when it is loaded. Immutable and thread-safe; results do
// not depend on the number of threads or on how images are batched.
class Pipeline {
 public:
  // Compiles the pipeline.json of `model` (which it keeps).
  // Errors (kFail, kNotSupported): what is wrong, with JSON path, allowed values, nearest match.
  static Result<std::shared_ptr<const Pipeline>> Load(std::shared_ptr<const Model> model,
                                                      const PipelineOptions& options = {});

  // Compiles a description that stands alone: `{"pipeline": ...}`, a pipeline, or a single node.
  // Its nodes name the models that they run (`params.model` of an Inference node).
  // Errors: those of Load.
  static Result<std::shared_ptr<const Pipeline>> FromConfig(const Json& config,
                                                            const PipelineOptions& options = {});

  // Compiles a pipeline description; `model` may be null when no node needs it.
  static Result<std::shared_ptr<const Pipeline>> Compile(const Json& json, const JsonPath& path,
                                                         std::shared_ptr<const Model> model,
                                                         const PipelineOptions& options,
                                                         int nesting = 0);

  // One value per input of the pipeline; answers one per output. Usually lists over images.
  // Long lists run in parts, so that what lies between the steps does not grow with them.
  // Errors name the step, and the item of the list.
  Result<std::vector<Value>> Run(std::vector<Value> inputs, RunObserver* observer = nullptr) const {
    return Run(std::move(inputs), context_, observer);
  }
  // The same within the run of a pipeline around it.
  Result<std::vector<Value>> Run(std::vector<Value> inputs, const RunContext& context,
                                 RunObserver* observer = nullptr) const;

  // Runs one step alone; for checking it against known inputs. They may lie on any device, and the
  // outputs come to host memory.
  Result<std::vector<Value>> RunStep(const Step& step, std::vector<Value> inputs) const;

  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<std::string>& inputs() const { return input_names_; }
  const std::vector<std::string>& outputs() const { return output_names_; }
  // What the nodes read of each input: the kinds that all of them take, and how many lists are
  // around them.
  const std::vector<EdgeType>& input_types() const { return input_types_; }
  const std::vector<EdgeType>& output_types() const { return output_types_; }
  const JsonNotes& notes() const { return notes_; }
  // The model whose pipeline.json this is, or is a part of; nullptr for a description alone.
  const Model* model() const { return model_.get(); }
  // Errors: kInvalidArgument for an output that is not a list with one element per item of the
  // inputs, in which callers cannot find what belongs to an image.
  Result<void> RequireOnePerItem() const;
  // Threads, memory and cancellation of a run that nobody else decides about.
  const RunContext& context() const { return context_; }
  // Whether lists may run in parts, and how many items share an engine's call.
  bool runs_item_by_item() const { return runs_item_by_item_; }
  int batch_size() const { return batch_size_; }

 private:
  friend class Compiler;
  Pipeline() = default;

  Result<void> CheckGiven(const std::vector<Value>& inputs) const;
  Result<void> BringInputs(std::vector<Value>* slots, const RunContext& context,
                           RunObserver* observer) const;
  Result<std::vector<Value>> RunPart(std::vector<Value> inputs, const RunContext& context,
                                     RunObserver* observer) const;
  // Runs lists part by part, in this order of their items (empty: as they stand); results stand as
  // the items did.
  using Order = std::vector<size_t>;
  Result<std::vector<Value>> RunInParts(const std::vector<Value>& inputs, const Order& order,
                                        const RunContext& context, RunObserver* observer) const;
  size_t ItemsPerPart(const RunContext& context) const;
  Result<std::vector<Value>> RunStep(const Step& step, std::vector<Value> inputs,
                                     const RunContext& context) const;

  std::shared_ptr<const Model> model_;
  RunContext context_;
  // Copies of inputs of the pipeline that turn out to lie elsewhere than the steps read them.
  std::vector<Step> arrivals_;
  std::vector<Step> steps_;
  std::vector<std::string> input_names_, output_names_;
  std::vector<EdgeType> input_types_, output_types_;
  std::vector<int> output_slots_;
  int num_slots_ = 0;  // the pipeline's inputs come first
  bool runs_item_by_item_ = false;
  int batch_size_ = 1;
  JsonNotes notes_;
};

}  // namespace mmdeploy
