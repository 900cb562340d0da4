#include "mmdeploy/base/json.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/log.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy {
namespace {

constexpr size_t kMaxText = size_t{64} << 20;
constexpr int kMaxDepth = 100;
constexpr size_t kMaxShown = 40;  // characters of a value shown in a message

std::string Shorten(std::string text) {
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...";
  return text;
}

// "line 3, column 7" of a byte offset.
std::string Position(std::string_view text, size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = before.size() - (before.rfind('\n') + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

// nlohmann's message without its "[json.exception.parse_error.101] parse error at ...: " prefix.
std::string Reason(const char* what) {
  const std::string_view text = what;
  const auto colon = text.find(": ");
  return std::string(colon == std::string_view::npos ? text : text.substr(colon + 2));
}

}  // namespace

Result<Json> ParseJson(std::string_view text, std::string_view file) {
  MMDEPLOY_ENSURE(text.size() <= kMaxText, Code::kFail, "{}: {} bytes, allowed: up to {}", file,
                  text.size(), kMaxText);
  bool too_deep = false;
  const auto limit_depth = [&](int depth, Json::parse_event_t, Json&) {
    too_deep |= depth > kMaxDepth;
    return !too_deep;
  };
  try {
    Json json = Json::parse(text.begin(), text.end(), limit_depth);
    MMDEPLOY_ENSURE(!too_deep, Code::kFail, "{}: nested deeper than {} levels", file, kMaxDepth);
    return json;
  } catch (const Json::parse_error& e) {
    return MakeError(Code::kFail, "{}: not valid JSON at {}: {}", file,
                     Position(text, e.byte == 0 ? 0 : e.byte - 1), Reason(e.what()));
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "{}: not valid JSON: {}", file, e.what());
  }
}

void JsonNotes::Add(const JsonNotes& others) {
  unknown_keys.insert(unknown_keys.end(), others.unknown_keys.begin(), others.unknown_keys.end());
  warnings.insert(warnings.end(), others.warnings.begin(), others.warnings.end());
}

void Warn(JsonNotes* notes, std::string message) {
  LogMessage(LogLevel::kWarning, message);
  if (notes) notes->warnings.push_back(std::move(message));
}

std::string DumpJson(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

JsonPath JsonPath::operator/(std::string_view key) const {
  JsonPath child = *this;
  if (child.text_.back() != '/') child.text_ += '/';
  child.text_ += key;
  return child;
}

std::string DescribeJson(const Json& json) {
  switch (json.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return fmt::format("an object of {} members", json.size());
    case Json::value_t::array:
      return fmt::format("an array of {}", json.size());
    default: {
      const auto text = DumpJson(json);
      return fmt::format("{} {}", json.type_name(), Shorten(text));
    }
  }
}

Result<void> ExpectObject(const Json& json, const JsonPath& path) {
  MMDEPLOY_ENSURE(json.is_object(), Code::kFail, "{}: expected an object, found {}", path.str(),
                  DescribeJson(json));
  return {};
}

Result<void> ExpectArray(const Json& json, const JsonPath& path) {
  MMDEPLOY_ENSURE(json.is_array(), Code::kFail, "{}: expected an array, found {}", path.str(),
                  DescribeJson(json));
  return {};
}

JsonReader::JsonReader(const Json& json, JsonPath path, JsonNotes* notes)
    : json_(&json), path_(std::move(path)), notes_(notes) {
  Keep(ExpectObject(json, path_));
}

void JsonReader::Describe(std::string_view key, std::string type, std::string fallback,
                          std::string allowed) {
  Note(key, [&](JsonKey* note) {
    note->type = std::move(type);
    note->fallback = std::move(fallback);
    note->allowed = std::move(allowed);
  });
}

const Json* JsonReader::Find(std::string_view key) {
  Note(key, [](JsonKey*) {});
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  if (!json_->is_object()) return nullptr;
  const auto it = json_->find(std::string(key));
  return it == json_->end() || it->is_null() ? nullptr : &*it;
}

bool JsonReader::Has(std::string_view key) { return Find(key) != nullptr; }

void JsonReader::Ignore(std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) {
    known_.emplace_back(key);
    Note(key, [](JsonKey* note) { note->ignored = true; });
  }
}

void JsonReader::Fail(std::string_view key, std::string message) {
  const auto where = key.empty() ? path_ : path_ / key;
  Keep(MakeError(Code::kFail, "{}: {}", where.str(), message));
}

void JsonReader::CheckRange(std::string_view key, double value, double min, double max) {
  if (!error_ && (std::isnan(value) || value < min || value > max)) {
    Fail(key, fmt::format("found {}, allowed: {} to {}", value, min, max));
  }
}

void JsonReader::FailEnum(std::string_view key, const std::string& found,
                          std::vector<std::string> allowed) {
  Fail(key, fmt::format("unknown value '{}', allowed: {}", Shorten(found),
                        ListAllowed(found, std::move(allowed))));
}

Result<void> JsonReader::Finish() {
  if (error_) return MakeError(*error_);
  MMDEPLOY_TRYV(CheckUnknownKeys());
  MMDEPLOY_ENSURE(missing_.empty(), Code::kFail, "{}: required key{} missing: '{}'", path_.str(),
                  missing_.size() > 1 ? "s" : "", fmt::join(missing_, "', '"));
  return {};
}

Result<void> JsonReader::CheckUnknownKeys() {
  std::vector<std::string> absent;
  for (const auto& key : known_) {
    if (!json_->contains(key)) absent.push_back(key);
  }
  for (const auto& [key, value] : json_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    if (const auto nearest = NearestMatch(key, absent)) {
      return MakeError(Code::kFail, "{}: unknown key, did you mean '{}'?", (path_ / key).str(),
                       *nearest);
    }
    if (accept_any_) continue;
    if (notes_ && notes_->strict) {
      return MakeError(Code::kFail, "{}: unknown key, known here: {}", (path_ / key).str(),
                       ListAllowed(key, known_));
    }
    if (notes_) notes_->unknown_keys.push_back((path_ / key).str());
  }
  return {};
}

tl::unexpected<Error> JsonReader::WrongType(const Json& json, const JsonPath& path,
                                            std::string_view expected) {
  return MakeError(Code::kFail, "{}: expected {}, found {}", path.str(), expected,
                   DescribeJson(json));
}

Result<void> JsonReader::Convert(const Json& json, const JsonPath& path, bool* out) {
  if (!json.is_boolean()) return WrongType(json, path, "true or false");
  *out = json.get<bool>();
  return {};
}

Result<void> JsonReader::Convert(const Json& json, const JsonPath& path, int64_t* out) {
  if (json.is_number_integer()) {
    const bool fits = !json.is_number_unsigned() ||
                      json.get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()};
    if (!fits) return WrongType(json, path, "an integer of 64 bits");
    *out = json.get<int64_t>();
    return {};
  }
  if (json.is_number_float()) {  // 224.0 is how some writers spell 224
    const double value = json.get<double>();
    if (std::floor(value) == value && std::abs(value) < 9e15) {
      *out = static_cast<int64_t>(value);
      return {};
    }
  }
  return WrongType(json, path, "an integer");
}

Result<void> JsonReader::Convert(const Json& json, const JsonPath& path, int* out) {
  int64_t value = 0;
  MMDEPLOY_TRYV(Convert(json, path, &value));
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    return WrongType(json, path, "an integer of 32 bits");
  }
  *out = static_cast<int>(value);
  return {};
}

Result<void> JsonReader::Convert(const Json& json, const JsonPath& path, double* out) {
  if (!json.is_number()) return WrongType(json, path, "a number");
  *out = json.get<double>();
  return {};
}

Result<void> JsonReader::Convert(const Json& json, const JsonPath& path, float* out) {
  double value = 0;
  MMDEPLOY_TRYV(Convert(json, path, &value));
  if (std::abs(value) > std::numeric_limits<float>::max()) {
    return WrongType(json, path, "a number of single precision");
  }
  *out = static_cast<float>(value);
  return {};
}

Result<void> JsonReader::Convert(const Json& json, const JsonPath& path, std::string* out) {
  if (!json.is_string()) return WrongType(json, path, "a string");
  *out = json.get<std::string>();
  return {};
}

}  // namespace mmdeploy
