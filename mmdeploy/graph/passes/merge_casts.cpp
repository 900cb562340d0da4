#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Casts once, where the first of two casts loses nothing:
//
//   (int32[N] x)                         y = Cast<to=float>(x)
//   a = Cast<to=int64>(x)
//   y = Cast<to=float>(a)

namespace mmdeploy::graph {

namespace {

// Bits that a type keeps of an integer with sign; 0 for other types.
int IntegerBits(ElementType type) {
  switch (type) {
    case ElementType::kBool:
      return 1;
    case ElementType::kInt8:
      return 8;
    case ElementType::kUint8:
      return 9;
    case ElementType::kInt16:
      return 16;
    case ElementType::kUint16:
      return 17;
    case ElementType::kInt32:
      return 32;
    case ElementType::kUint32:
      return 33;
    case ElementType::kInt64:
      return 64;
    case ElementType::kFloat16:
      return 12;
    case ElementType::kFloat32:
      return 25;
    case ElementType::kFloat64:
      return 54;
    default:
      return 0;
  }
}

bool IsUnsigned(ElementType type) {
  return type == ElementType::kUint8 || type == ElementType::kUint16 ||
         type == ElementType::kUint32;
}

bool IsLossless(ElementType from, ElementType to) {
  if (from == to) return true;
  switch (from) {
    case ElementType::kFloat16:
      return to == ElementType::kFloat32 || to == ElementType::kFloat64;
    case ElementType::kFloat32:
      return to == ElementType::kFloat64;
    case ElementType::kBool:
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kInt16:
    case ElementType::kUint16:
    case ElementType::kInt32:
    case ElementType::kUint32:
      break;
    default:
      return false;
  }
  if (IsUnsigned(to)) return false;
  return to != ElementType::kBool && IntegerBits(to) >= IntegerBits(from);
}

bool Merge(const Match& match) {
  Value* x = match["x"];
  const auto first = static_cast<ElementType>(match.node("a")->Int("to", 0));
  if (!IsLossless(x->type.element, first)) return false;
  match.root()->SetInput(0, x);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {{"shared a = Cast(x)  y = Cast(a)", Merge}});
}

}  // namespace

Pass merge_casts_pass() {
  return {"merge_casts", "cast once where the first of two casts loses nothing", Run};
}

}  // namespace mmdeploy::graph
