#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mmdeploy/base/json_keys.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy {

using Json = nlohmann::json;

// Parses one document. Nesting is limited to 100 levels, the text to 64 MB.
// Errors (kFail) name `file`, line and column.
Result<Json> ParseJson(std::string_view text, std::string_view file);

// The text of a document. Strings that are no UTF-8 (names out of files) get replacement
// characters: Json::dump would throw. `indent` below 0: one line.
std::string DumpJson(const Json& json, int indent = -1);

// A place inside a document, shown as "pipeline.json:/pipeline/tasks/0/transforms/2".
class JsonPath {
 public:
  explicit JsonPath(std::string file) : text_(std::move(file) + ":/") {}

  JsonPath operator/(std::string_view key) const;
  JsonPath operator/(size_t index) const { return *this / std::to_string(index); }
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

// What a reading found beside errors.
struct JsonNotes {
  // Paths of keys that nobody reads; accepted, because real configurations are full of them.
  std::vector<std::string> unknown_keys;
  // What is accepted but may not be meant, in whole sentences with their place; see Warn.
  std::vector<std::string> warnings;
  // Unknown keys are errors (`--strict`).
  bool strict = false;
  // Gets every key that is asked for; nullptr when nobody wants to know.
  JsonKeyLog* keys = nullptr;

  // Adds what was found in a document that this one names.
  void Add(const JsonNotes& others);
};

// Logs a warning, and notes it unless `notes` is null.
void Warn(JsonNotes* notes, std::string message);

// Reads the members of one JSON object into variables, strictly: a wrong type or a value outside
// its range is an error with the path. `null` counts as absent (Python's None).
//
//   JsonReader args(json, path, notes);
//   args.Read("size_divisor", &divisor);      // optional: keeps the default
//   args.Require("mean", &mean);              // must be present
//   MMDEPLOY_TRYV(args.Finish());             // the first error, or a near-miss key
//
// Not thread-safe. `json` and `notes` must outlive the reader.
class JsonReader {
 public:
  JsonReader(const Json& json, JsonPath path, JsonNotes* notes);

  const JsonPath& path() const { return path_; }
  const Json& json() const { return *json_; }

  // Whether `key` is present and not null; marks it as known.
  bool Has(std::string_view key);

  // The member as raw JSON, or nullptr; marks it as known.
  const Json* Find(std::string_view key);

  // What is known of a key that is read as raw JSON: its type, its default, what is allowed.
  void Describe(std::string_view key, std::string type, std::string fallback = "",
                std::string allowed = "");

  // The member as raw JSON; nullptr, and an error of Finish, if it is missing.
  const Json* RequireMember(std::string_view key) {
    const Json* value = Find(key);
    if (!value) missing_.emplace_back(key);
    Note(key, [](JsonKey* note) { note->required = true; });
    return value;
  }

  template <class T>
  void Read(std::string_view key, T* out) {
    Note(key, [&](JsonKey* note) {
      note->type = JsonTypeName(out);
      note->fallback = ShowDefault(*out);
    });
    if (const Json* value = Find(key)) Keep(Convert(*value, path_ / key, out));
  }

  // An optional that stays empty when the key is absent.
  template <class T>
  void Read(std::string_view key, std::optional<T>* out) {
    NoteType<T>(key);
    if (const Json* value = Find(key)) Keep(Convert(*value, path_ / key, &out->emplace()));
  }

  template <class T>
  void Require(std::string_view key, T* out) {
    NoteType<T>(key);
    if (const Json* value = RequireMember(key)) Keep(Convert(*value, path_ / key, out));
  }

  // A number that must lie in [min, max].
  template <class T>
  void Read(std::string_view key, T* out, T min, T max) {
    NoteRange(key, min, max);
    Read(key, out);
    if (!Has(key)) return;
    CheckRange(key, static_cast<double>(*out), static_cast<double>(min), static_cast<double>(max));
  }
  // As above; stays empty when the key is absent.
  template <class T>
  void Read(std::string_view key, std::optional<T>* out, T min, T max) {
    NoteType<T>(key);
    NoteRange(key, min, max);
    if (Has(key)) Read(key, &out->emplace(), min, max);
  }
  template <class T>
  void Require(std::string_view key, T* out, T min, T max) {
    NoteRange(key, min, max);
    Require(key, out);
    if (Has(key)) {
      CheckRange(key, static_cast<double>(*out), static_cast<double>(min),
                 static_cast<double>(max));
    }
  }

  // A string out of a fixed set; `out` gets the value beside it.
  template <class E>
  void ReadEnum(std::string_view key, const std::vector<std::pair<std::string, E>>& values,
                E* out) {
    Note(key, [&](JsonKey* note) {
      note->type = "string";
      for (const auto& [text, value] : values) {
        if (value == *out && note->fallback.empty()) note->fallback = ShowDefault(text);
        note->allowed += (note->allowed.empty() ? "" : ", ") + ShowDefault(text);
      }
    });
    std::string name;
    if (!Has(key)) return;
    Read(key, &name);
    std::vector<std::string> allowed;
    for (const auto& [text, value] : values) {
      if (text == name) {
        *out = value;
        return;
      }
      allowed.push_back(text);
    }
    FailEnum(key, name, std::move(allowed));
  }

  // Marks keys as known that are legal here but mean nothing to us.
  void Ignore(std::initializer_list<std::string_view> keys);

  // Accepts any further key silently, for objects that belong to somebody else (a whole head
  // configuration); near misses of absent known keys are still errors.
  void AcceptAnyKey() { accept_any_ = true; }

  // Adds an error found by the caller while reading `key`.
  void Fail(std::string_view key, std::string message);

  // No error so far, and no required key missing.
  bool ok() const { return !error_ && missing_.empty(); }

  // The first error; else a required key that is missing, or an unknown key that nearly matches
  // an absent known one, or, in strict mode, any unknown key. Other unknown keys become notes.
  Result<void> Finish();

 private:
  // Lets `fill` tell what is known of a key, if somebody wants to know.
  template <class Fill>
  void Note(std::string_view key, const Fill& fill) {
    if (!notes_ || !notes_->keys) return;
    JsonKey note{(path_ / key).str(), {}, {}, {}};
    fill(&note);
    notes_->keys->Add(note);
  }
  template <class T>
  void NoteType(std::string_view key) {
    Note(key, [](JsonKey* note) { note->type = JsonTypeName(static_cast<const T*>(nullptr)); });
  }
  template <class T>
  void NoteRange(std::string_view key, T min, T max) {
    Note(key, [&](JsonKey* note) { note->allowed = fmt::format("{} to {}", min, max); });
  }

  static Result<void> Convert(const Json& json, const JsonPath& path, bool* out);
  static Result<void> Convert(const Json& json, const JsonPath& path, int64_t* out);
  static Result<void> Convert(const Json& json, const JsonPath& path, int* out);
  static Result<void> Convert(const Json& json, const JsonPath& path, double* out);
  static Result<void> Convert(const Json& json, const JsonPath& path, float* out);
  static Result<void> Convert(const Json& json, const JsonPath& path, std::string* out);
  template <class T>
  static Result<void> Convert(const Json& json, const JsonPath& path, std::vector<T>* out) {
    if (!json.is_array()) return WrongType(json, path, "an array");
    out->clear();
    for (size_t i = 0; i < json.size(); ++i) {
      MMDEPLOY_TRYV(Convert(json[i], path / i, &out->emplace_back()));
    }
    return {};
  }

  static tl::unexpected<Error> WrongType(const Json& json, const JsonPath& path,
                                         std::string_view expected);

  void Keep(Result<void> result) {
    if (!result && !error_) error_ = std::move(result).error();
  }
  void CheckRange(std::string_view key, double value, double min, double max);
  void FailEnum(std::string_view key, const std::string& found, std::vector<std::string> allowed);
  Result<void> CheckUnknownKeys();

  const Json* json_;
  JsonPath path_;
  JsonNotes* notes_;
  std::vector<std::string> known_;
  std::vector<std::string> missing_;
  std::optional<Error> error_;
  bool accept_any_ = false;
};

// What a value is, for messages: "string \"abc\"", "array of 3", "null".
std::string DescribeJson(const Json& json);

// `json` must be an object / an array.
Result<void> ExpectObject(const Json& json, const JsonPath& path);
Result<void> ExpectArray(const Json& json, const JsonPath& path);

}  // namespace mmdeploy
