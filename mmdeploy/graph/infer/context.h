#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"
#include "mmdeploy/graph/infer/content.h"
#include "mmdeploy/graph/infer/sym_int.h"

namespace mmdeploy::graph {

class Inference;

using OptionalDims = std::optional<Dims>;

// What a rule sees: one node, what is known of its inputs, and where the types of its outputs go.
// Before a rule runs, the number of inputs and the element type of input 0 are checked against its
// row of the table (see rules.h). Messages need not name the node: the caller does.
class InferContext {
 public:
  InferContext(Inference* inference, Node* node);

  const Node& node() const { return *node_; }
  Inference* inference() const { return inference_; }
  // The version of the node's operator set; the newest when the file names none.
  int64_t opset() const { return opset_; }

  // --- inputs; of one that is left out nothing is known ---
  size_t num_inputs() const { return node_->num_inputs(); }
  bool Has(size_t i) const { return node_->input(i) != nullptr; }
  const ValueType& type(size_t i) const;
  ElementType element(size_t i) const { return type(i).element; }
  const OptionalDims& dims(size_t i) const { return type(i).dims; }
  // nullptr if nothing is known, or the tensor is large.
  const Content* content(size_t i) const;
  // The elements of an input of rank 0 or 1, some of them perhaps unknown; nullopt if not even
  // their number is known.
  std::optional<std::vector<SymInt>> Elements(size_t i) const;
  // The integers of an input of any rank, of which all are known.
  std::optional<std::vector<int64_t>> KnownInts(size_t i) const;
  // The numbers of an input, of which all are known.
  std::optional<std::vector<double>> KnownNumbers(size_t i) const;

  // --- attributes; one of another type is an error of the node ---
  int64_t Int(std::string_view name, int64_t otherwise);
  std::string String(std::string_view name, std::string_view otherwise);
  // nullopt if absent.
  std::optional<std::vector<int64_t>> Ints(std::string_view name);
  std::optional<std::vector<float>> Floats(std::string_view name);
  // The attribute, or (newer operator sets) input `i`. The outer nullopt: not known; the inner one:
  // neither is given.
  std::optional<std::optional<std::vector<int64_t>>> AttributeOrInput(std::string_view name,
                                                                      size_t i);

  // --- outputs; what is not set stays unknown, what does not exist is ignored ---
  void Set(size_t i, ElementType element, OptionalDims dims = std::nullopt);
  void SetType(size_t i, ValueType type);
  void SetContent(size_t i, Content content);
  // What has been set.
  const ValueType& output(size_t i) const { return outputs_[i]; }

  // --- checks ---
  template <class... Args>
  tl::unexpected<Error> Fail(fmt::format_string<Args...> format, Args&&... args) const {
    return MakeError(Code::kInvalidArgument, format, std::forward<Args>(args)...);
  }
  // "input 1 (shape float32[2,3])".
  std::string DescribeInput(size_t i) const;
  // An axis in [-rank, rank) as one in [0, rank).
  Result<size_t> Axis(std::string_view what, int64_t axis, size_t rank) const;
  // Distinct axes, sorted.
  Result<std::vector<size_t>> Axes(const std::vector<int64_t>& axes, size_t rank) const;
  // Passes if the rank is not known.
  Result<void> ExpectRank(size_t i, size_t min, size_t max) const;
  Result<void> ExpectRank(size_t i, size_t rank) const { return ExpectRank(i, rank, rank); }
  // Passes if one of both is not known.
  Result<void> ExpectSameElement(size_t i, size_t j) const;
  Result<void> ExpectInteger(size_t i) const;
  // The size that both must be; `what` says which, for the message.
  Result<Dim> Same(std::string_view what, const Dim& a, const Dim& b) const;
  Result<Dim> Broadcast(const Dim& a, const Dim& b) const;
  Result<OptionalDims> Broadcast(const OptionalDims& a, const OptionalDims& b) const;

 private:
  friend class Inference;

  template <class T>
  const T* Get(std::string_view name, std::string_view expected);

  Inference* inference_;
  Node* node_;
  int64_t opset_;
  std::vector<ValueType> outputs_;
  std::vector<std::optional<Content>> contents_;
  std::optional<Error> attribute_error_;
};

// What is left where either may be the case.
ValueType Join(const ValueType& a, const ValueType& b);

// Product of dimensions; unknown if one of them is, or on overflow.
SymInt Product(const Dims& dims, size_t begin, size_t end);

}  // namespace mmdeploy::graph
