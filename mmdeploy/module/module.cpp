#include "mmdeploy/module/module.h"

#include <algorithm>
#include <exception>
#include <new>

#include "mmdeploy/base/parallel.h"

namespace mmdeploy {

std::string Describe(const EdgeType& type) {
  std::string text;
  for (int i = 0; i < type.depth; ++i) text += "list of ";
  return text + Describe(type.kinds);
}

bool AreOfItems(Span<const EdgeType> types) {
  const auto is_of_items = [](const EdgeType& type) { return type.length == Length::kItems; };
  return !types.empty() && std::all_of(types.begin(), types.end(), is_of_items);
}

Result<void> Cancellation::Check() const {
  MMDEPLOY_ENSURE(!cancelled_.load(std::memory_order_relaxed), Code::kFail,
                  "the call was cancelled");
  MMDEPLOY_ENSURE(!deadline_ || std::chrono::steady_clock::now() < *deadline_, Code::kFail,
                  "the deadline of the call has passed");
  return {};
}

Result<Module::Values> Module::TryRun(Span<const Value> inputs, const RunContext& context) const {
  try {
    MMDEPLOY_TRYV(context.Check());
    return Run(inputs, context);
  } catch (const std::bad_alloc&) {
    return MakeError(Code::kOutOfMemory, "out of memory");
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "{}", e.what());
  }
}

Result<std::vector<Module::Values>> Module::RunMany(Span<const Values> items,
                                                    const RunContext& context) const {
  // With several items the threads go to the items; each item then has one.
  RunContext inner = context;
  if (items.size() > 1) inner.num_threads = 1;
  inner.first_item = inner.total_items = 0;
  const size_t total = std::max(context.total_items, items.size());
  std::vector<Result<Values>> results(items.size(), Result<Values>());
  ParallelFor(static_cast<int64_t>(items.size()), context.num_threads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    results[index] = TryRun(items[index], inner);
  });
  std::vector<Values> outputs;
  outputs.reserve(items.size());
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) {
      if (total == 1) return MakeError(results[i].error());
      return MakeError(
          results[i].error().In(fmt::format("item {} of {}", context.first_item + i + 1, total)));
    }
    outputs.push_back(std::move(*results[i]));
  }
  return outputs;
}

}  // namespace mmdeploy
