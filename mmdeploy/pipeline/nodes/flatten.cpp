#include <algorithm>

#include "mmdeploy/pipeline/nodes.h"

namespace mmdeploy {
namespace {

using List = Value::List;

EdgeType ListOf(EdgeType type) {
  ++type.depth;
  return type;
}

EdgeType Index() { return EdgeType{Kind::kInt, 1, {}}; }

// Lists of lists of one structure become flat lists, followed by the index: for each flat element
// the position of its outer list, then the number of outer lists.
class FlattenNode : public Module {
 public:
  explicit FlattenNode(const std::vector<EdgeType>& inputs) {
    signature_.inputs = inputs;
    for (auto type : inputs) {
      --type.depth;
      type.length = Length::kAny;
      signature_.outputs.push_back(std::move(type));
    }
    signature_.outputs.push_back(Index());
    if (AreOfItems(inputs)) signature_.outputs.back().length = Length::kIndex;
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    std::vector<List> flat(inputs.size());
    List index;
    const size_t outer = inputs[0].list().size();
    for (size_t k = 0; k < outer; ++k) {
      size_t inner = 0;
      for (size_t i = 0; i < inputs.size(); ++i) {
        const List& lists = inputs[i].list();
        const bool fits = lists.size() == outer && lists[k].is_list() &&
                          (i == 0 || lists[k].list().size() == inner);
        MMDEPLOY_ENSURE(fits, Code::kInvalidArgument,
                        "input {} differs from input 0 in structure at element {}", i, k);
        inner = lists[k].list().size();
        flat[i].insert(flat[i].end(), lists[k].list().begin(), lists[k].list().end());
      }
      index.insert(index.end(), inner, Value(static_cast<int64_t>(k)));
    }
    index.emplace_back(static_cast<int64_t>(outer));
    Values outputs(std::make_move_iterator(flat.begin()), std::make_move_iterator(flat.end()));
    outputs.emplace_back(std::move(index));
    return outputs;
  }

 private:
  Signature signature_;
};

// The reverse: payloads and an index become lists of lists.
class UnflattenNode : public Module {
 public:
  explicit UnflattenNode(const std::vector<EdgeType>& inputs) {
    signature_.inputs = inputs;
    signature_.inputs.back() = Index();
    for (size_t i = 0; i + 1 < inputs.size(); ++i) {
      signature_.outputs.push_back(ListOf(inputs[i]));
      const bool of_items = inputs.back().length == Length::kIndex;
      signature_.outputs.back().length = of_items ? Length::kItems : Length::kAny;
    }
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const List& index = inputs.back().list();
    Values outputs;
    for (size_t i = 0; i + 1 < inputs.size(); ++i) {
      const List& flat = inputs[i].list();
      MMDEPLOY_ENSURE(index.size() == flat.size() + 1, Code::kInvalidArgument,
                      "input {} has {} elements, the index has {}", i, flat.size(),
                      index.size() - 1);
      std::vector<List> nested(static_cast<size_t>(index.back().integer()));
      for (size_t k = 0; k < flat.size(); ++k) {
        const auto position = static_cast<size_t>(index[k].integer());
        MMDEPLOY_ENSURE(position < nested.size(), Code::kInvalidArgument,
                        "index {} is {}, allowed: below {}", k, position, nested.size());
        nested[position].push_back(flat[k]);
      }
      outputs.emplace_back(List(nested.begin(), nested.end()));
    }
    return outputs;
  }

 private:
  Signature signature_;
};

}  // namespace

NodeResult CreateFlatten(const NodeSpec&, JsonReader& reader, const ModuleEnv& env) {
  MMDEPLOY_TRYV(reader.Finish());
  MMDEPLOY_ENSURE(!env.inputs.empty(), Code::kFail, "{}: at least one input is needed",
                  (reader.path() / "input").str());
  std::vector<EdgeType> inputs = env.inputs;
  for (auto& type : inputs) {
    if (type.has_open_depth) type.depth = std::max(type.depth, 2);
    type.has_open_depth = false;
    MMDEPLOY_ENSURE(type.depth >= 2, Code::kFail, "{}: Flatten takes lists of lists, found {}",
                    (reader.path() / "input").str(), Describe(type));
  }
  return std::make_shared<FlattenNode>(inputs);
}

NodeResult CreateUnflatten(const NodeSpec&, JsonReader& reader, const ModuleEnv& env) {
  MMDEPLOY_TRYV(reader.Finish());
  const bool fits = env.inputs.size() >= 2 && env.inputs.back().depth == 1 &&
                    env.inputs.back().kinds.Has(Kind::kInt);
  MMDEPLOY_ENSURE(fits, Code::kFail,
                  "{}: Unflatten takes flat lists and, last, the index that Flatten made",
                  (reader.path() / "input").str());
  return std::make_shared<UnflattenNode>(env.inputs);
}

}  // namespace mmdeploy
