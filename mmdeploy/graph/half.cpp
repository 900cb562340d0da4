#include "mmdeploy/graph/half.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "mmdeploy/base/half.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::graph {

namespace {

constexpr float kSmallestNormalHalf = 6.1035156e-5F;  // 2^-14
constexpr float kSmallestHalf = 5.9604645e-8F;        // 2^-24: what is less becomes 0

bool IsFloat(const Value* value) {
  return value && value->type.element == ElementType::kFloat32 && value->type.is_tensor();
}

bool IsFinite(float value) { return value - value == 0; }

TensorPtr ToHalf(const TensorData& tensor) {
  std::vector<uint16_t> halves;
  for (const float value : tensor.Values<float>()) {
    // Infinities and NaN stay; a limit (of Clip) does not become one.
    halves.push_back(
        FloatToHalf(IsFinite(value) ? std::clamp(value, -kLargestHalf, kLargestHalf) : value));
  }
  std::string bytes(reinterpret_cast<const char*>(halves.data()), halves.size() * sizeof(uint16_t));
  return TensorData::Own(ElementType::kFloat16, tensor.dims(), std::move(bytes));
}

// Whether the elements keep their meaning in 16 bits: none is too large, and the largest is more
// than a few bits (an epsilon would be lost; small ones beside large ones are noise).
bool FitsHalf(const TensorData& tensor) {
  float largest = 0;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    const float value = tensor.At<float>(i);
    if (IsFinite(value)) largest = std::max(largest, std::abs(value));
  }
  return largest == 0 || (largest <= kLargestHalf && largest >= kSmallestNormalHalf);
}

bool AttributesFitHalf(const Node& node) {
  const auto fits = [](float value) {
    const float size = std::abs(value);
    return !IsFinite(value) || size == 0 || (size <= kLargestHalf && size >= kSmallestHalf);
  };
  for (const Attribute& attribute : node.attributes()) {
    const auto* number = std::get_if<float>(&attribute.value);
    const auto* numbers = std::get_if<std::vector<float>>(&attribute.value);
    if (number && !fits(*number)) return false;
    if (numbers && !std::all_of(numbers->begin(), numbers->end(), fits)) return false;
  }
  return true;
}

// Whether a limit of Clip means the same in 16 bits. One that no 16-bit number passes is none, but
// only on its own side: below the least or above the largest.
bool LimitFitsHalf(float limit, bool is_lower) {
  if (!IsFinite(limit) || limit == 0) return true;
  if (std::abs(limit) > kLargestHalf) return is_lower == (limit < 0);
  return std::abs(limit) >= kSmallestNormalHalf;
}

bool LimitsFitHalf(const Node& clip) {
  for (size_t i = 1; i < clip.num_inputs(); ++i) {
    const Value* limit = clip.input(i);
    if (!IsFloat(limit) || !limit->constant() || limit->constant()->num_elements() == 0) continue;
    if (!LimitFitsHalf(limit->constant()->At<float>(0), i == 1)) return false;
  }
  const auto* low = clip.Get<float>("min");  // of older operator sets
  const auto* high = clip.Get<float>("max");
  return (!low || LimitFitsHalf(*low, true)) && (!high || LimitFitsHalf(*high, false));
}

// Whether a number that keeps the result away from zero would become zero in 16 bits.
bool HasVanishingNumber(const Node& node) {
  const auto vanishes = [](float value) {
    return value != 0 && HalfToFloat(FloatToHalf(value)) == 0;
  };
  if (!node.Is("Clip") && !node.Is("Max") && !node.Is("Add")) return false;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Value* input = node.input(i);
    if (!IsFloat(input) || !input->constant() || input->constant()->num_elements() != 1) continue;
    if (vanishes(input->constant()->At<float>(0))) return true;
  }
  const auto* low = node.Get<float>("min");
  return low && vanishes(*low);
}

bool OnlyMoves(const Node& node) {
  for (const char* op :
       {"Expand", "Flatten", "Identity", "Reshape", "Squeeze", "Tile", "Transpose", "Unsqueeze"}) {
    if (node.Is(op)) return true;
  }
  return false;
}

// What a node has of its own must fit into 16 bits.
bool FitsHalf(const Node& node) {
  if (node.Is("Clip")) return LimitsFitHalf(node);
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Value* input = node.input(i);
    if (IsFloat(input) && input->constant() && !FitsHalf(*input->constant())) return false;
  }
  return AttributesFitHalf(node);
}

class HalfConverter {
 public:
  HalfConverter(Graph* graph, const std::vector<std::string>& keep) : graph_(graph), keep_(keep) {}

  int64_t Run() {
    int64_t count = 0;
    for (Node* node : graph_->Nodes()) {
      if (!CanConvert(*node)) {
        NoteTiny(*node);
        continue;
      }
      Convert(node);
      ++count;
    }
    return count;
  }

 private:
  bool CanConvert(const Node& node) const {
    if (!node.domain().empty() || !node.Subgraphs().empty()) return false;
    if (std::find(keep_.begin(), keep_.end(), node.op()) != keep_.end()) return false;
    bool any = false;
    for (size_t i = 0; i < node.num_inputs(); ++i) {
      any |= IsFloat(node.input(i));
      if (tiny_.count(node.input(i))) return false;
    }
    return any && FitsHalf(node);
  }

  // A node that stays in float32 for the sake of an epsilon would do so in vain if a Cast behind it
  // made a zero of the result: whoever divides by it, or takes its logarithm, stays as well.
  void NoteTiny(const Node& node) {
    const bool moves_tiny = OnlyMoves(node) && tiny_.count(node.input(0));
    if (!moves_tiny && !HasVanishingNumber(node)) return;
    for (size_t i = 0; i < node.num_outputs(); ++i) {
      if (IsFloat(node.output(i))) tiny_.insert(node.output(i));
    }
  }

  // Reads halves, makes halves, and casts back for whoever reads float32 so far. A reader that is
  // converted later takes the halves themselves.
  void Convert(Node* node) {
    for (size_t i = 0; i < node->num_inputs(); ++i) {
      if (IsFloat(node->input(i))) node->SetInput(i, HalfOf(node->input(i), node));
    }
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      Value* half = node->output(i);
      if (!IsFloat(half)) continue;
      half->type.element = ElementType::kFloat16;
      Value* single = AddCast(half, ElementType::kFloat32, node->next());
      // The name stays with what has the type that it had.
      half->ReplaceUses(single);
      single->producer()->SetInput(0, half);
      halves_[single] = half;
    }
  }

  Value* HalfOf(Value* value, Node* before) {
    const auto [it, is_new] = halves_.try_emplace(value, nullptr);
    if (!is_new) return it->second;
    if (value->constant()) {
      it->second = graph_->AddConstant(ToHalf(*value->constant()), value->name());
    } else {
      // Right behind the value, so that all its readers can share the cast.
      Node* place = value->producer() ? value->producer()->next() : graph_->first();
      it->second = AddCast(value, ElementType::kFloat16, place ? place : before);
    }
    return it->second;
  }

  Value* AddCast(Value* value, ElementType to, Node* before) {
    Value* cast = graph_->AddOp("Cast", {value}, before, value->name());
    cast->producer()->Set("to", static_cast<int64_t>(to));
    cast->type = value->type;
    cast->type.element = to;
    return cast;
  }

  Graph* graph_;
  const std::vector<std::string>& keep_;
  std::unordered_map<Value*, Value*> halves_;
  std::unordered_set<const Value*> tiny_;  // may be too small for 16 bits and must not be 0
};

}  // namespace

const std::vector<std::string>& OperatorsKeptInFloat() {
  static const auto* operators = new std::vector<std::string>{"Cast",
                                                              "CumSum",
                                                              "DynamicQuantizeLinear",
                                                              "GRU",
                                                              "LSTM",
                                                              "NonMaxSuppression",
                                                              "Range",
                                                              "RNN",
                                                              "RandomNormal",
                                                              "Resize",
                                                              "RoiAlign",
                                                              "QuantizeLinear",
                                                              "DequantizeLinear",
                                                              "Upsample"};
  return *operators;
}

Result<int64_t> ConvertToHalf(Model* model, const std::vector<std::string>& keep) {
  const int64_t count = HalfConverter(model->graph(), keep).Run();
  RemoveDeadCode(model);
  MMDEPLOY_TRYV(InferTypes(model));
  return count;
}

}  // namespace mmdeploy::graph
