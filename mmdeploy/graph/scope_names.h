#pragma once

#include <string>
#include <unordered_map>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// The names that are visible in a graph while it is read: its own, then those of the graphs around.
struct ScopeNames {
  const ScopeNames* outer = nullptr;
  std::unordered_map<std::string, Value*> values;

  // nullptr if nothing has the name.
  Value* Find(const std::string& name) const {
    for (const ScopeNames* scope = this; scope; scope = scope->outer) {
      if (auto found = scope->values.find(name); found != scope->values.end()) {
        return found->second;
      }
    }
    return nullptr;
  }
};

}  // namespace mmdeploy::graph
