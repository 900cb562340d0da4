#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

void CheckRange(JsonReader& args, std::string_view key, int value, int min, int max) {
  if (args.ok() && (value < min || value > max)) {
    args.Fail(key, fmt::format("found {}, allowed: {} to {}", value, min, max));
  }
}

// `json` is a number or an array of 1 to 4 numbers; nothing else is left unreported.
void ReadPadNumbers(JsonReader& args, std::string_view key, const Json& json,
                    bool number_is_for_all, std::array<double, 4>* out) {
  const auto is_number = [](const Json& item) { return item.is_number(); };
  if (json.is_number()) {
    (*out)[0] = json.get<double>();
    if (number_is_for_all) out->fill((*out)[0]);
  } else if (json.is_array() && !json.empty() && json.size() <= out->size() &&
             std::all_of(json.begin(), json.end(), is_number)) {
    for (size_t i = 0; i < out->size(); ++i) {
      (*out)[i] = json[std::min(i, json.size() - 1)].get<double>();
    }
  } else {
    args.Fail(key, fmt::format("expected a number, an array of 1 to 4 numbers or an object with "
                               "one of them as 'img', found {}",
                               DescribeJson(json)));
  }
}

}  // namespace

Result<void> ExpectInterleaved(const StaticImage& image) {
  MMDEPLOY_ENSURE(!image.planar, Code::kInvalidArgument,
                  "needs an image of height x width x channels; put it before ImageToTensor and "
                  "DefaultFormatBundle");
  return {};
}

std::optional<IntPair> ReadIntPair(JsonReader& args, std::string_view key, int min, int max,
                                   int second_min) {
  args.Describe(key, "integer, or array of 2", "",
                fmt::format("{} to {}", min, max) +
                    (second_min < min ? fmt::format("; second one {} or more", second_min) : ""));
  const Json* json = args.Find(key);
  if (!json) return std::nullopt;
  IntPair pair;
  if (json->is_array()) {
    std::vector<int> values;
    args.Read(key, &values);
    if (args.ok() && values.size() != 2) {
      args.Fail(key, fmt::format("expected an integer or an array of 2, found an array of {}",
                                 values.size()));
    }
    if (!args.ok()) return std::nullopt;
    pair = {values[0], values[1]};
  } else {
    args.Read(key, &pair.first);
    pair.second = pair.first;
    second_min = min;
  }
  CheckRange(args, key, pair.first, min, max);
  CheckRange(args, key, pair.second, second_min, max);
  return pair;
}

IntPair RequireIntPair(JsonReader& args, std::string_view key, int min, int max, int second_min) {
  args.RequireMember(key);
  return ReadIntPair(args, key, min, max, second_min).value_or(IntPair{});
}

std::array<double, 4> ReadPadValue(JsonReader& args, std::string_view key, bool number_is_for_all) {
  std::array<double, 4> value{};
  args.Describe(key, "number, array of 1 to 4 numbers, or object with one of them as `img`", "0");
  const Json* json = args.Find(key);
  if (!json) return value;
  if (json->is_object()) {
    const auto img = json->find("img");
    if (img == json->end()) return value;  // values for masks and labels only
    json = &*img;
  }
  ReadPadNumbers(args, key, *json, number_is_for_all, &value);
  return value;
}

}  // namespace mmdeploy
