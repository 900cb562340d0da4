#include "mmdeploy/module/module.h"

#include "mmdeploy/base/parallel.h"

namespace mmdeploy {

std::string Describe(const EdgeType& type) {
  std::string text;
  for (int i = 0; i < type.depth; ++i) text += "list of ";
  return text + Describe(type.kinds);
}

Result<std::vector<Module::Values>> Module::RunMany(Span<const Values> items,
                                                    const RunContext& context) const {
  // With several items the threads go to the items; each item then has one.
  RunContext inner = context;
  if (items.size() > 1) inner.num_threads = 1;
  std::vector<Result<Values>> results(items.size(), Result<Values>());
  ParallelFor(static_cast<int64_t>(items.size()), context.num_threads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    results[index] = Run(items[index], inner);
  });
  std::vector<Values> outputs;
  outputs.reserve(items.size());
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) {
      if (items.size() == 1) return MakeError(results[i].error());
      return MakeError(results[i].error().In(fmt::format("item {} of {}", i + 1, items.size())));
    }
    outputs.push_back(std::move(*results[i]));
  }
  return outputs;
}

}  // namespace mmdeploy
