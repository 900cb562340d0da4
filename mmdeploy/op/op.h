#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"
#include "mmdeploy/base/tensor.h"

// For OpDef::run_cuda: the function in builds with CUDA, nullptr in others.
#ifdef MMDEPLOY_CUDA
#define MMDEPLOY_IF_CUDA(function) function
#else
#define MMDEPLOY_IF_CUDA(function) nullptr
#endif

// A custom operator: one declaration from which each engine's adapter makes its own. To add one,
// see "Add an operator" in CONTRIBUTING.md.

namespace mmdeploy::op {

// Spelt as in ONNX: "mmdeploy::grid_sampler".
struct OpName {
  std::string domain;
  std::string type;
};

using AttrValue =
    std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>>;

// In the order of AttrValue.
enum class AttrType { kInt, kFloat, kString, kInts, kFloats };

struct AttrDef {
  std::string name;
  AttrType type = AttrType::kInt;
  std::optional<AttrValue> default_value;  // none: the attribute must be there
  // Of each number, inclusive. NaN and infinity are never allowed.
  double min = -std::numeric_limits<float>::max();
  double max = std::numeric_limits<float>::max();
  std::vector<size_t> sizes = {};         // allowed lengths of a list; empty: any but 0
  std::vector<std::string> words = {};    // kString: all that is allowed
  std::vector<std::string> aliases = {};  // other spellings of the name
};

enum class Presence {
  kRequired,
  kOptional,  // may be absent; only optional inputs follow it
  kVariadic,  // one or more; the last input
};

constexpr int kAnyRank = -1;

struct InputDef {
  std::string name;
  int rank = kAnyRank;
  Presence presence = Presence::kRequired;
  // The first axis is N, which engines without a batch axis (ncnn) leave out.
  bool batched = false;
  std::vector<DataType> dtypes = {DataType::kFloat32};  // empty: any
  int same_dtype_as = -1;  // the earlier input whose element type it has
};

struct OutputDef {
  std::string name;
  bool batched = false;
  DataType dtype = DataType::kFloat32;
  int same_dtype_as = -1;  // the input whose element type it has instead of `dtype`
  bool optional = false;   // is calculated only if it is asked for; only such outputs follow it
};

// Attributes of one node, checked, with defaults filled in.
class Attributes {
 public:
  // `values` in the order of `defs`.
  Attributes(const std::vector<AttrDef>* defs, std::vector<AttrValue> values)
      : defs_(defs), values_(std::move(values)) {}

  int Int(std::string_view name) const { return static_cast<int>(Get<int64_t>(name)); }
  bool Bool(std::string_view name) const { return Get<int64_t>(name) != 0; }
  float Float(std::string_view name) const { return Get<float>(name); }
  const std::string& String(std::string_view name) const { return Get<std::string>(name); }
  const std::vector<int64_t>& Ints(std::string_view name) const {
    return Get<std::vector<int64_t>>(name);
  }
  const std::vector<float>& Floats(std::string_view name) const {
    return Get<std::vector<float>>(name);
  }

  const std::vector<AttrDef>& defs() const { return *defs_; }
  const std::vector<AttrValue>& values() const { return values_; }

 private:
  // `name` is declared with that type.
  template <class T>
  const T& Get(std::string_view name) const {
    size_t i = 0;
    while ((*defs_)[i].name != name) ++i;
    return std::get<T>(values_[i]);
  }

  const std::vector<AttrDef>* defs_;
  std::vector<AttrValue> values_;
};

// One call of an operator: its tensors and the engine's threads. Each engine implements it.
class OpContext {
 public:
  virtual ~OpContext() = default;

  // Absent optional inputs at the end count or not, as the engine has it.
  size_t num_inputs() const { return inputs_.size(); }
  bool has_input(size_t i) const { return i < inputs_.size() && inputs_[i].has_value(); }
  const Tensor& input(size_t i) const { return *inputs_[i]; }

  // How many outputs are asked for.
  virtual size_t num_outputs() const = 0;
  // Memory of an output; once per output. Errors: the engine's, kOutOfMemory.
  virtual Result<Tensor> Output(size_t index, const Shape& shape) = 0;
  // The same where the shape rule knows the shape.
  Result<Tensor> Output(size_t index) { return Output(index, shapes_[index]); }
  const Shape& output_shape(size_t index) const { return shapes_[index]; }

  // Calls body(i) for 0 <= i < count on the threads that the engine gives a layer. The result must
  // not depend on how many those are. Errors: those of the lowest i that has one; the others may
  // or may not have been called.
  Result<void> ParallelFor(int64_t count, const std::function<Result<void>(int64_t)>& body);

  // CUDA only: the stream (cudaStream_t) of this call.
  virtual void* stream() const { return nullptr; }
  // Memory that the call needs besides its outputs, on the device of the call, not initialised. It
  // is there as long as the tensor is; on CUDA until the work in the stream is done.
  virtual Result<Tensor> Scratch(DataType dtype, const Shape& shape);

 protected:
  friend struct OpRunner;
  virtual void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) = 0;

  // Element type of an output.
  DataType TypeOf(const OutputDef& output) const {
    const int source = output.same_dtype_as;
    return source < 0 ? output.dtype : input(static_cast<size_t>(source)).dtype();
  }

  std::vector<std::optional<Tensor>> inputs_;  // filled by the adapter
  std::vector<Shape> shapes_;                  // of the outputs, as the shape rule has them
};

// A signature that PyTorch's users know, where it is not just inputs and attributes in order.
struct TorchscriptArgument {
  std::string declaration;  // "int stride_h"
  // What it stands for; at most one of these. None: not used.
  int input = -1;              // this input
  int has_input = -1;          // a bool: whether this input is there
  std::string attribute = "";  // this attribute, or the next number of this list
};

struct TorchscriptForm {
  std::string name;  // in namespace mmdeploy
  std::vector<TorchscriptArgument> arguments;
};

using InputShapes = Span<const std::optional<Shape>>;

// Shapes of the outputs. Dimensions of inputs may be Shape::kDynamic, those of outputs then may;
// an output whose size depends on data has kDynamic in any case. Checks that dimensions fit each
// other; presence, element types and ranks have been checked.
using InferFunction = Result<std::vector<Shape>> (*)(const Attributes&, InputShapes);

// Calculates the outputs; what InferFunction accepts has been checked.
using RunFunction = Result<void> (*)(const Attributes&, OpContext&);

struct OpDef {
  std::vector<OpName> names;  // the first one is what messages and other engines call it
  std::vector<InputDef> inputs;
  std::vector<OutputDef> outputs;
  std::vector<AttrDef> attributes;
  InferFunction infer = nullptr;
  RunFunction reference = nullptr;               // plain code, the meaning of the operator
  RunFunction run = nullptr;                     // fast, on the processor
  RunFunction run_cuda = nullptr;                // null if this build has no CUDA
  std::vector<std::string> native_engines = {};  // that have the operator themselves
  std::vector<TorchscriptForm> torchscript_forms = {};
};

// "mmdeploy::grid_sampler".
std::string Name(const OpName& name);
std::string Name(const OpDef& op);

// Values in the order of op.attributes; those that a node lacks are nullopt. Integers given for
// floats are taken. Errors: kInvalidArgument for one that is missing, of the wrong type or beyond
// what is allowed.
Result<Attributes> MakeAttributes(const OpDef& op,
                                  const std::vector<std::optional<AttrValue>>& values);

// Checks presence, ranks and the dimensions; a rank that is not known is an input of nullopt in
// `shapes` and skipped. Errors: kInvalidArgument.
Result<std::vector<Shape>> InferShapes(const OpDef& op, const Attributes& attributes,
                                       InputShapes shapes);

// Checks the inputs of the context and calls `function`, one of op's. Errors: kInvalidArgument for
// inputs, what the operator says; all name it.
Result<void> Run(const OpDef& op, const Attributes& attributes, RunFunction function,
                 OpContext& context);

// Declaration of input `index`, counting what is variadic; nullptr beyond the last one.
const InputDef* FindInput(const OpDef& op, size_t index);

// All operators.
const std::vector<OpDef>& Ops();

// nullptr if there is none of that name.
const OpDef* FindOp(std::string_view domain, std::string_view type);

}  // namespace mmdeploy::op
