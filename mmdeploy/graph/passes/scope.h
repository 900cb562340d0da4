#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace mmdeploy::graph {

// What was seen so far, while graphs are walked in execution order: an inner graph sees what the
// graphs around it have computed before it, but not the other way round.
template <class T>
class Scope {
 public:
  void Enter() { starts_.push_back(keys_.size()); }
  void Leave() {
    for (; keys_.size() > starts_.back(); keys_.pop_back()) known_.erase(keys_.back());
    starts_.pop_back();
  }
  // nullptr if the key is not known.
  T* Find(const std::string& key) {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : &found->second;
  }
  // A known key keeps its value.
  void Add(const std::string& key, T value) {
    if (known_.emplace(key, std::move(value)).second) keys_.push_back(key);
  }

 private:
  std::unordered_map<std::string, T> known_;
  std::vector<std::string> keys_;
  std::vector<size_t> starts_;
};

}  // namespace mmdeploy::graph
