#include "mmdeploy/base/json_keys.h"

#include <algorithm>

namespace mmdeploy {
namespace {

void Fill(const std::string& from, std::string* to) {
  if (to->empty()) *to = from;
}

}  // namespace

void JsonKeyLog::Add(const JsonKey& key) {
  const auto it = std::find_if(keys_.begin(), keys_.end(),
                               [&](const JsonKey& other) { return other.path == key.path; });
  if (it == keys_.end()) return keys_.push_back(key);
  Fill(key.type, &it->type);
  Fill(key.fallback, &it->fallback);
  Fill(key.allowed, &it->allowed);
  it->required |= key.required;
  it->ignored &= key.ignored;
}

}  // namespace mmdeploy
