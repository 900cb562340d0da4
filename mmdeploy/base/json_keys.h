#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What readers of JSON know of the keys that they ask for, so that the documentation lists what is
// read and nothing else (docs/en/sdk_model.md).

namespace mmdeploy {

// A key that was asked for. "" where nothing is to be said.
struct JsonKey {
  std::string path;      // "pipeline.json:/pipeline/tasks/0/transforms/2/size"
  std::string type;      // "integer", "array of numbers"
  std::string fallback;  // what counts when the key is absent
  std::string allowed;   // "1 to 65535", "'bgr', 'rgb'"
  bool required = false;
  bool ignored = false;  // legal, means nothing here
};

// Notes keys in the order in which they are first asked for.
class JsonKeyLog {
 public:
  // Of two notes of one key, what the later one tells is added to the first.
  void Add(const JsonKey& key);
  const std::vector<JsonKey>& keys() const { return keys_; }

 private:
  std::vector<JsonKey> keys_;
};

// The names of C++ types in the documentation.
inline std::string JsonTypeName(const bool*) { return "true or false"; }
inline std::string JsonTypeName(const int*) { return "integer"; }
inline std::string JsonTypeName(const int64_t*) { return "integer"; }
inline std::string JsonTypeName(const float*) { return "number"; }
inline std::string JsonTypeName(const double*) { return "number"; }
inline std::string JsonTypeName(const std::string*) { return "string"; }
template <class T>
std::string JsonTypeName(const std::vector<T>*) {
  return "array of " + JsonTypeName(static_cast<const T*>(nullptr)) + "s";
}

// A default as JSON spells it.
template <class T>
std::string ShowDefault(const T& value) {
  return fmt::format("{}", value);
}
inline std::string ShowDefault(const std::string& value) { return '"' + value + '"'; }
template <class T>
std::string ShowDefault(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + ShowDefault(value);
  return '[' + text + ']';
}

}  // namespace mmdeploy
