#include "mmdeploy/module/value.h"

#include <fmt/format.h>

namespace mmdeploy {
namespace {

struct KindOf {
  Kind operator()(std::monostate) const { return Kind::kNull; }
  Kind operator()(bool) const { return Kind::kBool; }
  Kind operator()(int64_t) const { return Kind::kInt; }
  Kind operator()(const Image&) const { return Kind::kImage; }
  Kind operator()(const std::shared_ptr<const Sample>&) const { return Kind::kSample; }
  Kind operator()(const std::shared_ptr<const NamedTensors>&) const { return Kind::kTensors; }
  Kind operator()(const std::shared_ptr<const Value::Points>&) const { return Kind::kPoints; }
  Kind operator()(const Rect&) const { return Kind::kBox; }
  Kind operator()(const std::shared_ptr<State>&) const { return Kind::kState; }
  Kind operator()(const Record& record) const { return *record.type; }
  Kind operator()(const std::shared_ptr<const Value::List>&) const {
    throw WrongKind("a list has no kind of its own");
  }
};

}  // namespace

Kind Value::kind() const { return std::visit(KindOf{}, data_); }

void Value::ThrowWrongKind(std::string_view expected) const {
  throw WrongKind(fmt::format("a value is {}, expected {}", Describe(*this), expected));
}

std::string Describe(const Value& value) {
  if (!value.is_list()) return std::string(value.kind().name());
  const auto& list = value.list();
  if (list.empty()) return "an empty list";
  return fmt::format("a list of {} {}", list.size(),
                     list[0].is_list() ? "lists" : std::string(list[0].kind().name()));
}

std::string Describe(const KindSet& kinds) {
  if (kinds.any_) return "anything";
  std::string text;
  for (const Kind kind : kinds.kinds_) {
    text += (text.empty() ? "" : " or ") + std::string(kind.name());
  }
  return text;
}

const Field* ResultType::Find(std::string_view field) const {
  for (const Field& candidate : fields) {
    if (candidate.name == field) return &candidate;
  }
  return nullptr;
}

}  // namespace mmdeploy
