#include "mmdeploy/pipeline/pipeline.h"

#include <algorithm>
#include <numeric>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/module/place.h"

namespace mmdeploy {
namespace {

using Values = Module::Values;
using List = Value::List;

Result<void> CheckItem(const Module& module, Span<const Value> inputs) {
  const auto& ports = module.signature().inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = inputs[i];
    const bool fits =
        ports[i].depth > 0 ? value.is_list() : !value.is_list() && ports[i].kinds.Has(value.kind());
    MMDEPLOY_ENSURE(fits, Code::kInvalidArgument, "input {} is {}, expected {}", i, Describe(value),
                    Describe(ports[i]));
  }
  return {};
}

Result<Values> RunAtDepth(const Module& module, const Values& inputs, int extra,
                          const RunContext& context);

// Runs the module over the elements of lists of equal length.
Result<Values> RunOverList(const Module& module, const Values& inputs, int extra,
                           const RunContext& context) {
  std::vector<Values> items;
  for (size_t i = 0; i < inputs.size(); ++i) {
    MMDEPLOY_ENSURE(inputs[i].is_list(), Code::kInvalidArgument, "input {} is {}, expected a list",
                    i, Describe(inputs[i]));
    const List& list = inputs[i].list();
    if (i == 0) items.resize(list.size());
    MMDEPLOY_ENSURE(list.size() == items.size(), Code::kInvalidArgument,
                    "input {} has {} elements, input 0 has {}", i, list.size(), items.size());
    for (size_t k = 0; k < list.size(); ++k) items[k].push_back(list[k]);
  }
  std::vector<Values> results;
  if (extra == 1) {
    for (const auto& item : items) MMDEPLOY_TRYV(CheckItem(module, item));
    MMDEPLOY_TRY(results, module.RunMany(items, context));
  } else {
    RunContext inner = context;
    inner.first_item = inner.total_items = 0;
    for (const auto& item : items) {
      MMDEPLOY_TRY(results.emplace_back(), RunAtDepth(module, item, extra - 1, inner));
    }
  }
  std::vector<List> columns(module.signature().outputs.size());
  for (auto& result : results) {
    for (size_t i = 0; i < columns.size(); ++i) columns[i].push_back(std::move(result[i]));
  }
  return Values(std::make_move_iterator(columns.begin()), std::make_move_iterator(columns.end()));
}

Result<Values> RunAtDepth(const Module& module, const Values& inputs, int extra,
                          const RunContext& context) {
  if (extra > 0) return RunOverList(module, inputs, extra, context);
  MMDEPLOY_TRYV(CheckItem(module, inputs));
  return module.TryRun(inputs, context);
}

// '*' and '+': the outer list level is removed before the module and put back behind it.
class Flattening {
 public:
  Result<void> Apply(const Step& step, Values* inputs) {
    for (size_t i = 0; i < inputs->size(); ++i) {
      if (step.marks[i] == InputMark::kFlatten) MMDEPLOY_TRYV(Flatten(i, &(*inputs)[i]));
    }
    for (size_t i = 0; i < inputs->size(); ++i) {
      if (step.marks[i] == InputMark::kBroadcast) MMDEPLOY_TRYV(Broadcast(i, &(*inputs)[i]));
    }
    return {};
  }

  Result<Value> Restore(const Value& flat) const {
    const auto total = std::accumulate(sizes_.begin(), sizes_.end(), size_t{0});
    MMDEPLOY_ENSURE(flat.is_list() && flat.list().size() == total, Code::kFail,
                    "an output with '*' is {}, expected a list of {}", Describe(flat), total);
    List outer;
    size_t next = 0;
    for (const size_t size : sizes_) {
      const auto begin = flat.list().begin() + static_cast<int64_t>(next);
      outer.emplace_back(List(begin, begin + static_cast<int64_t>(size)));
      next += size;
    }
    return Value(std::move(outer));
  }

 private:
  Result<void> Flatten(size_t index, Value* value) {
    List flat;
    std::vector<size_t> sizes;
    MMDEPLOY_ENSURE(value->is_list(), Code::kInvalidArgument, "input {} is {}, expected a list",
                    index, Describe(*value));
    for (const Value& inner : value->list()) {
      MMDEPLOY_ENSURE(inner.is_list(), Code::kInvalidArgument,
                      "input {} is {}, expected a list of lists", index, Describe(*value));
      sizes.push_back(inner.list().size());
      flat.insert(flat.end(), inner.list().begin(), inner.list().end());
    }
    MMDEPLOY_ENSURE(sizes_.empty() || sizes == sizes_, Code::kInvalidArgument,
                    "input {}: the inputs with '*' differ in structure", index);
    sizes_ = std::move(sizes);
    *value = std::move(flat);
    return {};
  }

  Result<void> Broadcast(size_t index, Value* value) const {
    MMDEPLOY_ENSURE(value->is_list() && value->list().size() == sizes_.size(),
                    Code::kInvalidArgument, "input {} is {}, expected a list of {}", index,
                    Describe(*value), sizes_.size());
    List flat;
    for (size_t i = 0; i < sizes_.size(); ++i) {
      flat.insert(flat.end(), sizes_[i], value->list()[i]);
    }
    *value = std::move(flat);
    return {};
  }

  std::vector<size_t> sizes_;
};

// Images of similar shape beside each other, so that preprocessing makes equal shapes of them,
// which share calls of a network; empty where something else is in the list.
std::vector<size_t> OrderForBatches(const List& items) {
  std::vector<size_t> order(items.size());
  std::vector<double> aspects;
  for (const Value& item : items) {
    if (item.is_list() || item.kind() != Kind::kImage || item.image().height <= 0) return {};
    aspects.push_back(static_cast<double>(item.image().width) / item.image().height);
  }
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return aspects[a] < aspects[b]; });
  return order;
}

Result<Values> RunMarked(const Step& step, Values inputs, const RunContext& context) {
  Flattening flattening;
  RunContext inner = context;
  if (step.has_flatten) {
    MMDEPLOY_TRYV(flattening.Apply(step, &inputs));
    inner.first_item = inner.total_items = 0;
  }
  MMDEPLOY_TRY(auto outputs, RunAtDepth(*step.module, inputs, step.extra_depth, inner));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!step.unflatten[i]) continue;
    MMDEPLOY_TRY(outputs[i], flattening.Restore(outputs[i]));
  }
  return outputs;
}

}  // namespace

Result<std::vector<Value>> Pipeline::RunStep(const Step& step, std::vector<Value> inputs) const {
  const auto& wanted = step.module->signature().inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    MMDEPLOY_TRY(inputs[i], Bring(inputs[i], wanted[i], context_.pool));
  }
  MMDEPLOY_TRY(auto outputs, RunStep(step, std::move(inputs), context_));
  for (Value& output : outputs) {
    MMDEPLOY_TRY(output, Bring(output, EdgeType{}, context_.pool));
  }
  return outputs;
}

Result<std::vector<Value>> Pipeline::RunStep(const Step& step, std::vector<Value> inputs,
                                             const RunContext& context) const {
  auto outputs = RunMarked(step, std::move(inputs), context);
  if (!outputs) return MakeError(outputs.error().In(step.where));
  return outputs;
}

Result<void> Pipeline::RequireOnePerItem() const {
  for (size_t i = 0; i < output_types_.size(); ++i) {
    MMDEPLOY_ENSURE(output_types_[i].length == Length::kItems, Code::kInvalidArgument,
                    "output '{}' of the pipeline is {} of all images together, expected one "
                    "element per image; '*' behind the outputs of a step whose inputs have '*' "
                    "keeps the images apart",
                    output_names_[i], Describe(output_types_[i]));
  }
  return {};
}

// Enough for every thread and for a whole batch; two rounds, so that threads that are done early
// have something to do.
size_t Pipeline::ItemsPerPart(const RunContext& context) const {
  const int threads = context.num_threads > 0 ? context.num_threads : NumProcessors();
  const int batches = (2 * threads + batch_size_ - 1) / batch_size_;
  return static_cast<size_t>(batches * batch_size_);
}

Result<std::vector<Value>> Pipeline::Run(std::vector<Value> inputs, const RunContext& context,
                                         RunObserver* observer) const {
  MMDEPLOY_ENSURE(inputs.size() == input_names_.size(), Code::kInvalidArgument,
                  "{} inputs given, the pipeline takes {}", inputs.size(), input_names_.size());
  MMDEPLOY_TRYV(CheckGiven(inputs));
  const size_t part = ItemsPerPart(context);
  const bool all_lists = std::all_of(inputs.begin(), inputs.end(), [&](const Value& value) {
    return value.is_list() && value.list().size() == inputs[0].list().size();
  });
  const size_t total = all_lists && !inputs.empty() ? inputs[0].list().size() : 0;
  if (!runs_item_by_item_ || total <= part) return RunPart(std::move(inputs), context, observer);
  const auto order = batch_size_ > 1 ? OrderForBatches(inputs[0].list()) : Order();
  auto results = RunInParts(inputs, order, context, observer);
  if (results || order.empty()) return results;
  // Which item fails, and which first, does not depend on the order.
  return RunInParts(inputs, {}, context, observer);
}

// The lists around what the caller gives; what is in them is looked at by the steps.
Result<void> Pipeline::CheckGiven(const std::vector<Value>& inputs) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const EdgeType& type = input_types_[i];
    const bool is_list = inputs[i].is_list();
    MMDEPLOY_ENSURE(is_list || type.depth == 0, Code::kInvalidArgument,
                    "input '{}' of the pipeline is {}, expected {}: a list with one element per "
                    "image",
                    input_names_[i], Describe(inputs[i]), Describe(type));
    if (!is_list || type.depth < 2) continue;
    for (const Value& item : inputs[i].list()) {
      MMDEPLOY_ENSURE(item.is_list(), Code::kInvalidArgument,
                      "input '{}' of the pipeline is {}, expected {}: a list of lists, one per "
                      "image",
                      input_names_[i], Describe(inputs[i]), Describe(type));
    }
  }
  return {};
}

Result<std::vector<Value>> Pipeline::RunInParts(const std::vector<Value>& inputs,
                                                const Order& order, const RunContext& context,
                                                RunObserver* observer) const {
  const size_t part = ItemsPerPart(context), total = inputs[0].list().size();
  const auto place = [&](size_t i) { return order.empty() ? i : order[i]; };
  std::vector<List> results(output_names_.size(), List(total));
  for (size_t first = 0; first < total; first += part) {
    RunContext inner = context;
    // A part of a part says where it stands in the list that the caller gave.
    inner.first_item = context.first_item + first;
    inner.total_items = std::max(context.total_items, total);
    const size_t size = std::min(part, total - first);
    Values items;
    for (const Value& input : inputs) {
      List some;
      for (size_t i = first; i < first + size; ++i) some.push_back(input.list()[place(i)]);
      items.emplace_back(std::move(some));
    }
    MMDEPLOY_TRY(const auto outputs, RunPart(std::move(items), inner, observer));
    for (size_t i = 0; i < results.size(); ++i) {
      for (size_t k = 0; k < size; ++k) results[i][place(first + k)] = outputs[i].list()[k];
    }
  }
  return Values(std::make_move_iterator(results.begin()), std::make_move_iterator(results.end()));
}

Result<void> Pipeline::BringInputs(std::vector<Value>* slots, const RunContext& context,
                                   RunObserver* observer) const {
  for (const Step& copy : arrivals_) {
    Value& value = (*slots)[static_cast<size_t>(copy.inputs[0])];
    if (LiesWhere(value, copy.module->signature().outputs[0])) continue;
    const auto start = std::chrono::steady_clock::now();
    MMDEPLOY_TRY(auto outputs, RunStep(copy, {value}, context));
    if (observer) observer->OnStep(copy, std::chrono::steady_clock::now() - start, outputs);
    value = std::move(outputs[0]);
  }
  return {};
}

Result<std::vector<Value>> Pipeline::RunPart(std::vector<Value> inputs, const RunContext& context,
                                             RunObserver* observer) const {
  std::vector<Value> slots(static_cast<size_t>(num_slots_));
  std::move(inputs.begin(), inputs.end(), slots.begin());
  MMDEPLOY_TRYV(BringInputs(&slots, context, observer));
  for (const Step& step : steps_) {
    const auto start = std::chrono::steady_clock::now();
    MMDEPLOY_TRYV(context.Check());
    Values arguments;
    for (const int slot : step.inputs) arguments.push_back(slots[static_cast<size_t>(slot)]);
    for (const int slot : step.last_uses) slots[static_cast<size_t>(slot)] = Value();
    MMDEPLOY_TRY(auto outputs, RunStep(step, std::move(arguments), context));
    if (observer) observer->OnStep(step, std::chrono::steady_clock::now() - start, outputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      slots[static_cast<size_t>(step.outputs[i])] = std::move(outputs[i]);
    }
  }
  std::vector<Value> results;
  for (const int slot : output_slots_) results.push_back(slots[static_cast<size_t>(slot)]);
  return results;
}

}  // namespace mmdeploy
