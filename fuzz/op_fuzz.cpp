// Custom operators with attributes, shapes and numbers of a stranger: they either run, and then as
// the plain code does in shape, or refuse. Bytes choose the operator, its attributes and inputs.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "mmdeploy/op/host_context.h"

namespace {

using namespace mmdeploy;
using namespace mmdeploy::op;

constexpr int64_t kMaxElements = 1 << 12;

// Reads choices from the bytes; zeros after their end.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint8_t Byte() { return at_ < size_ ? data_[at_++] : 0; }
  uint32_t Below(uint32_t limit) { return limit ? Byte() % limit : 0; }

  int64_t Int() {
    constexpr int64_t kTelling[] = {0, 1, 2, 3, -1, 7, 1 << 20, INT32_MAX, INT64_MIN, INT64_MAX};
    return kTelling[Below(std::size(kTelling))];
  }

  float Float() {
    constexpr float kTelling[] = {0,     1,     -1,    0.5f, 2.7f,  1e9f, -1e9f, 1e-30f,
                                  3e38f, -0.0f, 100.f, 3.f,  1e20f, 5.f,  0.25f};
    const uint32_t choice = Below(std::size(kTelling) + 3);
    if (choice < std::size(kTelling)) return kTelling[choice];
    if (choice == std::size(kTelling)) return std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    return choice == std::size(kTelling) + 1 ? infinity : -infinity;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

AttrValue ChooseAttribute(const AttrDef& def, Choices* choices) {
  const size_t count = def.sizes.empty() ? choices->Below(4) : def.sizes[0];
  switch (
      static_cast<AttrType>(choices->Below(8) ? static_cast<int>(def.type) : choices->Below(5))) {
    case AttrType::kInt:
      return choices->Int();
    case AttrType::kFloat:
      return choices->Float();
    case AttrType::kString:
      return def.words.empty() ? std::string("?")
                               : def.words[choices->Below(static_cast<uint32_t>(def.words.size()))];
    case AttrType::kInts: {
      std::vector<int64_t> values;
      for (size_t i = 0; i < count; ++i) values.push_back(choices->Int());
      return values;
    }
    default: {
      std::vector<float> values;
      for (size_t i = 0; i < count; ++i) values.push_back(choices->Float());
      return values;
    }
  }
}

Shape ChooseShape(const InputDef& def, Choices* choices) {
  constexpr int64_t kTelling[] = {1, 2, 3, 4, 5, 6, 0, 9, 18, 17, 1, 2};
  size_t rank =
      def.rank >= 0 && choices->Below(16) ? static_cast<size_t>(def.rank) : choices->Below(6);
  std::vector<int64_t> dims;
  for (size_t i = 0; i < rank; ++i) dims.push_back(kTelling[choices->Below(std::size(kTelling))]);
  Shape shape(dims);
  return *shape.num_elements() <= kMaxElements ? shape : Shape{2, 3};
}

Tensor ChooseTensor(const InputDef& def, Choices* choices) {
  const auto& types = def.dtypes;
  const DataType dtype = types.empty() ? DataType::kFloat32
                                       : types[choices->Below(static_cast<uint32_t>(types.size()))];
  auto tensor = *Tensor::Allocate(dtype, ChooseShape(def, choices));
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    if (dtype == DataType::kFloat32) tensor.data<float>()[i] = choices->Float();
    if (dtype == DataType::kInt32) tensor.data<int32_t>()[i] = static_cast<int32_t>(choices->Int());
    if (dtype == DataType::kInt64) tensor.data<int64_t>()[i] = choices->Int();
  }
  return tensor;
}

// Outputs of the shape rule beyond this are not asked for: the memory is the caller's business.
bool IsSmall(const OpDef& op, const Attributes& attributes,
             const std::vector<std::optional<Tensor>>& inputs) {
  std::vector<std::optional<Shape>> shapes;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!FindInput(op, i)) return true;  // refused by the run
    shapes.push_back(inputs[i] ? std::optional<Shape>(inputs[i]->shape()) : std::nullopt);
  }
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const bool absent = i >= shapes.size() || !shapes[i];
    if (absent && op.inputs[i].presence != Presence::kOptional) return true;
  }
  const auto outputs = InferShapes(op, attributes, shapes);
  if (!outputs) return true;
  for (const auto& shape : *outputs) {
    const auto count = shape.num_elements();
    if (shape.is_static() && (!count || *count > kMaxElements * 16)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Choices choices(data, size);
  const OpDef& op = Ops()[choices.Below(static_cast<uint32_t>(Ops().size()))];
  std::vector<std::optional<AttrValue>> values;
  for (const auto& def : op.attributes) {
    const bool absent = choices.Below(4) == 0;
    values.push_back(absent ? std::nullopt
                            : std::optional<AttrValue>(ChooseAttribute(def, &choices)));
  }
  const auto attributes = MakeAttributes(op, values);
  if (!attributes) return 0;
  std::vector<std::optional<Tensor>> inputs;
  const size_t extra = op.inputs.back().presence == Presence::kVariadic ? choices.Below(3) : 0;
  for (size_t i = 0; i < op.inputs.size() + extra; ++i) {
    const auto& def = *FindInput(op, i);
    inputs.push_back(choices.Below(16) == 0 ? std::nullopt
                                            : std::optional<Tensor>(ChooseTensor(def, &choices)));
  }
  if (!IsSmall(op, *attributes, inputs)) return 0;
  const auto fast = HostContext(op, inputs).Run(*attributes, op.run);
  const auto plain = HostContext(op, inputs).Run(*attributes, op.reference);
  if (fast.has_value() != plain.has_value()) std::abort();
  for (size_t i = 0; fast && i < fast->size(); ++i) {
    if ((*fast)[i].shape() != (*plain)[i].shape()) std::abort();
  }
  return 0;
}
