#include "mmdeploy/module/value.h"

#include <array>

namespace mmdeploy {
namespace {

// Indexed by Kind.
constexpr std::array<std::string_view, kNumKinds> kNames = {
    "Null", "Bool",           "Int",       "Image", "Sample", "Tensors", "Points",
    "Box",  "Classification", "Detection", "State"};

}  // namespace

std::string_view Name(Kind kind) { return kNames[static_cast<size_t>(kind)]; }

std::string Describe(const Value& value) {
  if (!value.is_list()) return std::string(Name(value.kind()));
  const auto& list = value.list();
  if (list.empty()) return "an empty list";
  return fmt::format("a list of {} {}", list.size(),
                     list[0].is_list() ? "lists" : std::string(Name(list[0].kind())));
}

std::string Describe(KindSet kinds) {
  std::string text;
  int count = 0;
  for (int i = 0; i < kNumKinds; ++i) {
    if (!kinds.Has(static_cast<Kind>(i))) continue;
    text += (count++ ? " or " : "") + std::string(kNames[static_cast<size_t>(i)]);
  }
  return count == kNumKinds ? "anything" : text;
}

}  // namespace mmdeploy
