#include "mmdeploy/backend/openvino/mo_options.h"

#include <algorithm>
#include <cstdlib>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy::openvino {
namespace {

std::string Strip(const std::string& text) {
  constexpr const char* kSpaces = " \t\n'\"";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// Splits at commas that stand outside of brackets.
std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (c == ',' && depth <= 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (auto& part : parts) part = Strip(part);
  if (parts.size() == 1 && parts[0].empty()) parts.clear();
  return parts;
}

// The inside of "[1,2]" and "(1,2)"; other text as it is.
std::string Unwrap(const std::string& text) {
  const bool wrapped = text.size() >= 2 && ((text.front() == '[' && text.back() == ']') ||
                                            (text.front() == '(' && text.back() == ')'));
  return wrapped ? text.substr(1, text.size() - 2) : text;
}

Result<float> ParseNumber(const std::string& text) {
  char* end = nullptr;
  const float value = std::strtof(text.c_str(), &end);
  MMDEPLOY_ENSURE(!text.empty() && *end == '\0', Code::kInvalidArgument, "'{}' is not a number",
                  text);
  return value;
}

Result<std::vector<float>> ParseNumbers(const std::string& text) {
  std::vector<float> values;
  for (const auto& part : Split(Unwrap(text))) {
    MMDEPLOY_TRY(values.emplace_back(), ParseNumber(part));
  }
  MMDEPLOY_ENSURE(!values.empty(), Code::kInvalidArgument, "no number in '{}'", text);
  return values;
}

// "name[1,2],other[3]", or "[1,2]" for all inputs.
Result<std::vector<ForInput<std::vector<float>>>> ParseNumbersOfInputs(const std::string& text) {
  std::vector<ForInput<std::vector<float>>> all;
  const auto parts = Split(text);
  const bool bare = std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return part.find_first_of("[(") == std::string::npos;
  });
  if (bare) {
    MMDEPLOY_TRY(auto values, ParseNumbers(text));
    all.push_back({"", std::move(values)});
    return all;
  }
  for (const auto& part : parts) {
    const auto open = std::min(part.find_first_of("[("), part.size());
    MMDEPLOY_TRY(auto values, ParseNumbers(part.substr(open)));
    all.push_back({Strip(part.substr(0, open)), std::move(values)});
  }
  return all;
}

// "[1,3,224,224],[1,8]"; "?" and "-1" are dimensions that stay dynamic.
Result<std::vector<Shape>> ParseShapes(const std::string& text) {
  std::vector<Shape> shapes;
  for (const auto& part : Split(text)) {
    std::vector<int64_t> dims;
    for (const auto& dim : Split(Unwrap(part))) {
      if (dim == "?" || dim == "-1") {
        dims.push_back(Shape::kDynamic);
        continue;
      }
      MMDEPLOY_TRY(const float value, ParseNumber(dim));
      MMDEPLOY_ENSURE(value >= 1 && value <= 1e9F && value == static_cast<float>(int64_t(value)),
                      Code::kInvalidArgument,
                      "dimension '{}' in '{}', expected a whole number above 0, -1 or ?", dim,
                      text);
      dims.push_back(static_cast<int64_t>(value));
    }
    MMDEPLOY_ENSURE(dims.size() <= Shape::kMaxRank, Code::kInvalidArgument,
                    "'{}' has {} dimensions, allowed: up to {}", part, dims.size(),
                    Shape::kMaxRank);
    shapes.emplace_back(dims);
  }
  return shapes;
}

// "nhwc->nchw", or "name(nhwc->nchw),other(nc)".
std::vector<ForInput<std::string>> ParseLayouts(const std::string& text) {
  std::vector<ForInput<std::string>> layouts;
  for (const auto& part : Split(text)) {
    const auto open = part.find('(');
    if (open == std::string::npos) {
      layouts.push_back({"", part});
    } else {
      layouts.push_back({Strip(part.substr(0, open)), Strip(Unwrap(part.substr(open)))});
    }
  }
  return layouts;
}

Result<bool> ParseBool(const std::string& text) {
  if (text.empty() || text == "True" || text == "true" || text == "1") return true;
  MMDEPLOY_ENSURE(text == "False" || text == "false" || text == "0", Code::kInvalidArgument,
                  "'{}', allowed: True, False", text);
  return false;
}

Result<bool> ParseDataType(const std::string& text) {
  if (text == "FP16" || text == "half") return true;
  MMDEPLOY_ENSURE(text == "FP32" || text == "float", Code::kInvalidArgument,
                  "'{}', allowed: FP32 (float), FP16 (half)", text);
  return false;
}

struct Option {
  const char* name;
  Result<void> (*read)(const std::string& value, MoOptions* options);
};

// Fills one member. The last argument is an expression of `value` that gives a Result.
#define MMDEPLOY_MO_OPTION(name, member, expression)                         \
  {                                                                          \
    name, [](const std::string& value, MoOptions* options) -> Result<void> { \
      MMDEPLOY_TRY(options->member, (expression));                           \
      return {};                                                             \
    }                                                                        \
  }

template <class T>
Result<T> Good(T value) {
  return value;
}

const Option kOptions[] = {
    MMDEPLOY_MO_OPTION("batch", batch, ParseShapes(value).map([](const auto& shapes) {
      return shapes.size() == 1 && shapes[0].size() == 1 ? shapes[0][0] : Shape::kDynamic;
    })),
    MMDEPLOY_MO_OPTION("compress_to_fp16", fp16_weights, ParseBool(value)),
    MMDEPLOY_MO_OPTION("data_type", fp16_weights, ParseDataType(value)),
    MMDEPLOY_MO_OPTION("input", inputs, Good(Split(value))),
    MMDEPLOY_MO_OPTION("input_shape", input_shapes, ParseShapes(value)),
    MMDEPLOY_MO_OPTION("layout", layout, Good(ParseLayouts(value))),
    MMDEPLOY_MO_OPTION("mean_values", mean, ParseNumbersOfInputs(value)),
    MMDEPLOY_MO_OPTION("output", outputs, Good(Split(value))),
    MMDEPLOY_MO_OPTION("reverse_input_channels", reverse_input_channels, ParseBool(value)),
    MMDEPLOY_MO_OPTION("scale", scale, ParseNumbersOfInputs(value)),
    MMDEPLOY_MO_OPTION("scale_values", scale, ParseNumbersOfInputs(value)),
};
#undef MMDEPLOY_MO_OPTION

// OpenVINO fuses when a model is loaded, whatever the converter was told.
const char* const kIgnored[] = {"disable_fusing", "disable_gfusing", "disable_resnet_optimization"};

Result<void> ReadOption(const std::string& name, const std::string& value, MoOptions* options) {
  std::vector<std::string> known;
  for (const auto& option : kOptions) {
    if (name == option.name) return option.read(value, options);
    known.push_back(std::string("--") + option.name);
  }
  for (const char* ignored : kIgnored) {
    known.push_back(std::string("--") + ignored);
    if (name != ignored) continue;
    options->ignored.push_back(known.back());
    return {};
  }
  const std::string given = "--" + name;
  return MakeError(Code::kInvalidArgument,
                   "not known, or without a counterpart in OpenVINO's API; allowed: {}",
                   ListAllowed(given, known));
}

}  // namespace

Result<MoOptions> ParseMoOptions(const std::map<std::string, std::string>& options) {
  MoOptions parsed;
  for (const auto& [key, value] : options) {
    const auto name = key.substr(std::min(key.find_first_not_of('-'), key.size()));
    auto read = ReadOption(name, Strip(value), &parsed);
    if (!read) return MakeError(read.error().In(fmt::format("mo_options: '--{}'", name)));
  }
  return parsed;
}

}  // namespace mmdeploy::openvino
