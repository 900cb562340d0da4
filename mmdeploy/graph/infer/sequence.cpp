// Sequences of tensors: what is known of all their elements travels in the type of the sequence.

#include "mmdeploy/graph/infer/rules.h"
#include "mmdeploy/graph/type_proto.h"

namespace mmdeploy::graph {

namespace {

ValueType SequenceOf(const ValueType& element) {
  onnx_proto::TypeProto proto;
  WriteType(element, proto.mutable_sequence_type()->mutable_elem_type());
  ValueType type;
  type.other = std::make_shared<const std::string>(proto.SerializeAsString());
  return type;
}

// What is known of the elements; nothing if it is no sequence of tensors.
ValueType ElementOf(const ValueType& sequence) {
  onnx_proto::TypeProto proto;
  if (!sequence.other || !proto.ParseFromString(*sequence.other)) return {};
  return ReadType(proto.sequence_type().elem_type());
}

ValueType WithoutDims(ElementType element) {
  ValueType type;
  type.element = element;
  return type;
}

Result<void> SequenceConstruct(InferContext& c) {
  ValueType element = c.type(0);
  for (size_t i = 1; i < c.num_inputs(); ++i) {
    MMDEPLOY_TRYV(c.ExpectSameElement(0, i));
    element = Join(element, c.type(i));
  }
  c.SetType(0, SequenceOf(element));
  return {};
}

Result<void> SequenceEmpty(InferContext& c) {
  c.SetType(0, SequenceOf(WithoutDims(static_cast<ElementType>(c.Int("dtype", 1)))));
  return {};
}

Result<void> SequenceInsert(InferContext& c) {
  // An empty sequence knows no dimensions, so nothing is claimed of the others.
  c.SetType(0, SequenceOf(Join(ElementOf(c.type(0)), c.type(1))));
  return {};
}

Result<void> SequenceAt(InferContext& c) {
  c.SetType(0, ElementOf(c.type(0)));
  return {};
}

Result<void> SequenceLength(InferContext& c) {
  c.Set(0, ElementType::kInt64, Dims());
  return {};
}

Result<void> SplitToSequence(InferContext& c) {
  const int64_t axis = c.Int("axis", 0), keep = c.Int("keepdims", 1);
  ValueType element = c.type(0);
  if (element.dims) {
    MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, element.dims->size()));
    (*element.dims)[place] = c.Has(1) ? Dim() : Dim(1);
    if (!c.Has(1) && !keep) {
      element.dims->erase(element.dims->begin() + static_cast<int64_t>(place));
    }
  }
  c.SetType(0, SequenceOf(element));
  return {};
}

Result<void> ConcatFromSequence(InferContext& c) {
  const int64_t axis = c.Int("axis", 0);
  const bool is_new = c.Int("new_axis", 0) != 0;
  ValueType type = ElementOf(c.type(0));
  if (type.dims) {
    const size_t rank = type.dims->size() + is_new;
    MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, rank));
    if (is_new) type.dims->insert(type.dims->begin() + static_cast<int64_t>(place), Dim());
    (*type.dims)[place] = Dim();
  }
  c.SetType(0, std::move(type));
  return {};
}

constexpr InferRule kRules[] = {
    {"ConcatFromSequence", 1, 1, kAnything, ConcatFromSequence},
    {"SequenceAt", 2, 2, kAnything, SequenceAt},
    {"SequenceConstruct", 1, kVariadic, kAnything, SequenceConstruct},
    {"SequenceEmpty", 0, 0, kAnything, SequenceEmpty},
    {"SequenceErase", 1, 2, kAnything, InferSameType},
    {"SequenceInsert", 2, 3, kAnything, SequenceInsert},
    {"SequenceLength", 1, 1, kAnything, SequenceLength},
    {"SplitToSequence", 1, 2, kAnything, SplitToSequence},
};

}  // namespace

Span<const InferRule> SequenceRules() { return kRules; }

}  // namespace mmdeploy::graph
