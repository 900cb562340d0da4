#include "mmdeploy/backend/ncnn/param_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

namespace mmdeploy::ncnn {
namespace {

constexpr std::string_view kMagic = "7767517";
constexpr size_t kMaxText = size_t{64} << 20;
// ncnn runs a chain of layers by recursion: what it needs of the stack stays below 2 MB.
constexpr int kMaxLayers = 8192;
constexpr int kMaxBlobs = 65536;
constexpr size_t kMaxName = 255;    // ncnn's buffers hold 256 bytes
constexpr int kMaxParamId = 31;     // ncnn's dictionary has 32 entries
constexpr int kArrayBase = -23300;  // id of an array: -23300 - id
constexpr size_t kMaxArray = 1 << 16;

std::optional<int> ToInt(std::string_view word) {
  int value = 0;
  if (!word.empty() && word[0] == '+') word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<float> ToFloat(std::string_view word) {
  if (!word.empty() && word[0] == '+') word.remove_prefix(1);
  float value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (end != word.data() + word.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const auto exponent = word.find_first_of("eE");
    const bool tiny = exponent != word.npos && word.substr(exponent + 1, 1) == "-";
    return tiny ? std::optional<float>(0.f) : std::nullopt;
  }
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool IsFloat(std::string_view word) { return word.find_first_of(".eE") != word.npos; }

// What is quoted in a message: foreign bytes must not reach a terminal.
std::string Quote(std::string_view word) {
  constexpr size_t kLength = 40;
  std::string text = "'";
  for (const char c : word.substr(0, kLength)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (word.size() > kLength ? "...'" : "'");
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Result<ParamFile> Parse() {
    MMDEPLOY_ENSURE(text_.size() <= kMaxText, Code::kFail,
                    "'{}' has {} bytes, a .param file has at most {}", name_, text_.size(),
                    kMaxText);
    MMDEPLOY_TRYV(ParseMagic());
    MMDEPLOY_TRYV(ParseCounts());
    for (int i = 0; i < num_layers_; ++i) MMDEPLOY_TRYV(ParseLayer());
    if (NextLine()) {
      return Fail(fmt::format("text after the {} layers that line 2 announces, found {}",
                              num_layers_, Quote(words_[0])));
    }
    if (static_cast<int>(file_.blobs.size()) != num_blobs_) {
      return Fail(fmt::format("the layers make {} blobs, line 2 announces {}", file_.blobs.size(),
                              num_blobs_));
    }
    return std::move(file_);
  }

 private:
  tl::unexpected<Error> Fail(std::string_view what) const {
    return MakeError(Code::kFail, "'{}', line {}: {}", name_, line_, what);
  }

  // The words of the next line that has any.
  bool NextLine() {
    words_.clear();
    while (words_.empty() && !text_.empty()) {
      const auto end = std::min(text_.find('\n'), text_.size());
      SplitLine(text_.substr(0, end));
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++line_;
    }
    return !words_.empty();
  }

  void SplitLine(std::string_view line) {
    constexpr std::string_view kSpaces = " \t\r\v\f";
    for (size_t i = line.find_first_not_of(kSpaces); i != line.npos;) {
      const size_t end = std::min(line.find_first_of(kSpaces, i), line.size());
      words_.push_back(line.substr(i, end - i));
      i = line.find_first_not_of(kSpaces, end);
    }
  }

  Result<void> ParseMagic() {
    const bool found = NextLine();
    if (found && words_.size() == 1 && words_[0] == kMagic) return {};
    const bool binary = found && words_[0].substr(0, 2) == "\xdd\x85";
    return MakeError(Code::kFail,
                     "'{}' is no .param file of ncnn: the first line is {}, expected '{}'{}", name_,
                     found ? Quote(words_[0]) : "empty", kMagic,
                     binary ? "; this is a binary .param.bin, give the text it was made from" : "");
  }

  Result<void> ParseCounts() {
    if (!NextLine() || words_.size() != 2) {
      return Fail("expected the number of layers and the number of blobs");
    }
    MMDEPLOY_TRY(num_layers_, ParseCount(words_[0], 1, kMaxLayers, "layers"));
    MMDEPLOY_TRY(num_blobs_, ParseCount(words_[1], 1, kMaxBlobs, "blobs"));
    return {};
  }

  Result<int> ParseCount(std::string_view word, int min, int max, const char* what) const {
    const auto count = ToInt(word);
    if (count && *count >= min && *count <= max) return *count;
    return Fail(fmt::format("number of {} is {}, allowed {}..{}", what, Quote(word), min, max));
  }

  Result<void> ParseLayer() {
    if (!NextLine()) {
      return Fail(fmt::format("the file ends after {} of {} layers; copy it again",
                              file_.layers.size(), num_layers_));
    }
    if (words_.size() < 4) {
      return Fail("expected type, name, number of inputs and number of outputs of a layer");
    }
    ParamLayer layer;
    layer.line = line_;
    MMDEPLOY_TRY(layer.type, ParseName(words_[0], "type of the layer"));
    MMDEPLOY_TRY(layer.name, ParseName(words_[1], "name of the layer"));
    MMDEPLOY_TRY(const int inputs, ParseCount(words_[2], 0, kMaxBlobs, "inputs"));
    MMDEPLOY_TRY(const int outputs, ParseCount(words_[3], 0, kMaxBlobs, "outputs"));
    const size_t params = 4 + static_cast<size_t>(inputs) + static_cast<size_t>(outputs);
    if (words_.size() < params) {
      return Fail(fmt::format("layer '{}' has {} inputs and {} outputs, the line names {} blobs",
                              layer.name, inputs, outputs, words_.size() - 4));
    }
    for (int i = 0; i < inputs; ++i) MMDEPLOY_TRYV(AddInput(words_[4 + i], &layer));
    for (int i = 0; i < outputs; ++i) MMDEPLOY_TRYV(AddOutput(words_[4 + inputs + i], &layer));
    for (size_t i = params; i < words_.size(); ++i) MMDEPLOY_TRYV(ParseValue(words_[i], &layer));
    file_.layers.push_back(std::move(layer));
    return {};
  }

  Result<std::string> ParseName(std::string_view word, const char* what) const {
    if (word.size() <= kMaxName) return std::string(word);
    return Fail(
        fmt::format("{} {} has {} bytes, allowed 1..{}", what, Quote(word), word.size(), kMaxName));
  }

  Result<void> AddInput(std::string_view word, ParamLayer* layer) {
    const auto it = blobs_.find(std::string(word));
    if (it == blobs_.end()) {
      return Fail(fmt::format("layer '{}' uses blob {}, which no layer before it makes",
                              layer->name, Quote(word)));
    }
    if (used_[it->second]) {
      return Fail(
          fmt::format("layer '{}' uses blob {}, which another layer uses; put a layer "
                      "Split behind it",
                      layer->name, Quote(word)));
    }
    used_[it->second] = true;
    layer->inputs.push_back(it->second);
    return {};
  }

  Result<void> AddOutput(std::string_view word, ParamLayer* layer) {
    MMDEPLOY_TRY(std::string name, ParseName(word, "name of blob"));
    const int index = static_cast<int>(file_.blobs.size());
    if (!blobs_.emplace(name, index).second) {
      return Fail(fmt::format("layer '{}' makes blob {}, which another layer makes", layer->name,
                              Quote(word)));
    }
    if (index >= num_blobs_) {
      return Fail(
          fmt::format("the layers make more than the {} blobs that line 2 announces", num_blobs_));
    }
    file_.blobs.push_back(std::move(name));
    used_.push_back(false);
    layer->outputs.push_back(index);
    return {};
  }

  Result<void> ParseValue(std::string_view word, ParamLayer* layer) const {
    const auto equals = word.find('=');
    const auto key = ToInt(word.substr(0, equals));
    if (equals == word.npos || !key) {
      return Fail(fmt::format("layer '{}': parameter {}, expected <id>=<number>", layer->name,
                              Quote(word)));
    }
    const bool is_array = *key <= kArrayBase;
    const int id = is_array ? kArrayBase - *key : *key;
    if (id < 0 || id > kMaxParamId) {
      return Fail(fmt::format("layer '{}': parameter {} has id {}, allowed 0..{}", layer->name,
                              Quote(word), id, kMaxParamId));
    }
    const std::string_view text = word.substr(equals + 1);
    MMDEPLOY_TRY(auto value, !is_array && text.substr(0, 1) == "\""
                                 ? ParseText(text, *layer, id)
                                 : ParseNumbers(text, *layer, id, is_array));
    if (!layer->params.emplace(id, std::move(value)).second) {
      return Fail(fmt::format("layer '{}': parameter {} is there twice", layer->name, id));
    }
    return {};
  }

  // "...", of which ncnn's buffer holds 255 bytes.
  Result<ParamValue> ParseText(std::string_view word, const ParamLayer& layer, int id) const {
    const std::string_view text = word.size() < 2 ? word : word.substr(1, word.size() - 2);
    const bool printable = std::all_of(text.begin(), text.end(),
                                       [](char c) { return c > ' ' && c <= '~' && c != '"'; });
    if (word.size() < 3 || word.back() != '"' || text.size() > kMaxName || !printable) {
      return Fail(fmt::format("layer '{}': parameter {} is {}, expected a text of 1..{} bytes",
                              layer.name, id, Quote(word), kMaxName));
    }
    ParamValue value;
    value.text = text;
    return value;
  }

  Result<ParamValue> ParseNumbers(std::string_view text, const ParamLayer& layer, int id,
                                  bool is_array) const {
    ParamValue value;
    value.is_array = is_array || text.find(',') != text.npos;
    std::optional<int> length;
    while (!text.empty()) {
      const auto comma = std::min(text.find(','), text.size());
      const auto word = text.substr(0, comma);
      text.remove_prefix(std::min(comma + 1, text.size()));
      if (is_array && !length) {
        MMDEPLOY_TRY(length, ParseCount(word, 0, kMaxArray, "array elements"));
        continue;
      }
      MMDEPLOY_TRY(const double number, ParseNumber(word, layer, id));
      value.values.push_back(number);
      value.is_float |= IsFloat(word);
    }
    const size_t expected = is_array         ? static_cast<size_t>(length.value_or(0))
                            : value.is_array ? value.values.size()
                                             : 1;
    if (value.values.size() != expected || (is_array && !length)) {
      return Fail(fmt::format("layer '{}': parameter {} has {} numbers, expected {}", layer.name,
                              id, value.values.size(), expected));
    }
    return value;
  }

  Result<double> ParseNumber(std::string_view word, const ParamLayer& layer, int id) const {
    if (IsFloat(word)) {
      if (const auto value = ToFloat(word)) return *value;
    } else if (const auto value = ToInt(word)) {
      return *value;
    }
    return Fail(
        fmt::format("layer '{}': parameter {} is {}, expected a number; expressions and "
                    "texts are not supported",
                    layer.name, id, Quote(word)));
  }

  std::string_view text_;
  const std::string& name_;
  int line_ = 0;
  std::vector<std::string_view> words_;
  int num_layers_ = 0, num_blobs_ = 0;
  std::unordered_map<std::string, int> blobs_;
  std::vector<bool> used_;
  ParamFile file_;
};

std::string PrintNumber(double number, bool is_float) {
  return is_float ? fmt::format("{:.8e}", number) : fmt::format("{}", static_cast<int>(number));
}

std::string PrintValue(int id, const ParamValue& value) {
  if (!value.text.empty()) return fmt::format(" {}=\"{}\"", id, value.text);
  if (!value.is_array)
    return fmt::format(" {}={}", id, PrintNumber(value.values[0], value.is_float));
  std::string text = fmt::format(" {}={}", kArrayBase - id, value.values.size());
  for (const double number : value.values) text += "," + PrintNumber(number, value.is_float);
  return text;
}

template <class NameOf>
std::string PrintLayer(const ParamLayer& layer, const std::string& name, NameOf&& name_of) {
  std::string text =
      fmt::format("{:<16} {} {} {}", layer.type, name, layer.inputs.size(), layer.outputs.size());
  for (const int blob : layer.inputs) text += " " + name_of(blob);
  for (const int blob : layer.outputs) text += " " + name_of(blob);
  return text;
}

std::string PrintHead(const ParamFile& file) {
  return fmt::format("{}\n{} {}\n", kMagic, file.layers.size(), file.blobs.size());
}

}  // namespace

double ParamLayer::Number(int id, double fallback) const {
  const auto it = params.find(id);
  const bool found = it != params.end() && !it->second.is_array && !it->second.values.empty();
  return found ? it->second.values[0] : fallback;
}

const std::vector<double>& ParamLayer::Array(int id) const {
  static const auto* none = new std::vector<double>;
  const auto it = params.find(id);
  return it == params.end() || !it->second.is_array ? *none : it->second.values;
}

const std::string& ParamLayer::Text(int id) const {
  static const auto* none = new std::string;
  const auto it = params.find(id);
  return it == params.end() ? *none : it->second.text;
}

void ParamLayer::Set(int id, std::vector<double> values, bool is_array) {
  params[id] = {is_array, false, std::move(values), {}};
}

std::vector<int> ParamFile::Outputs() const {
  std::vector<bool> used(blobs.size());
  for (const auto& layer : layers) {
    for (const int blob : layer.inputs) used[static_cast<size_t>(blob)] = true;
  }
  std::vector<int> outputs;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) outputs.push_back(static_cast<int>(i));
  }
  return outputs;
}

ParamLayer& ParamFile::Producer(int blob) {
  return *std::find_if(layers.begin(), layers.end(), [&](const ParamLayer& layer) {
    return !layer.outputs.empty() && blob <= layer.outputs.back();
  });
}

const ParamLayer& ParamFile::Producer(int blob) const {
  return const_cast<ParamFile*>(this)->Producer(blob);
}

std::string EncodeName(std::string_view name) {
  const auto is_plain = [](unsigned char c) { return c > ' ' && c != 127; };
  if (std::all_of(name.begin(), name.end(), is_plain)) return std::string(name);
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += is_plain(byte) && c != '%' ? std::string(1, c) : fmt::format("%{:02x}", byte);
  }
  return encoded;
}

std::string DecodeName(std::string_view name) {
  std::string decoded;
  for (size_t i = 0; i < name.size(); ++i) {
    unsigned byte = 0;
    const std::string_view code = name.substr(i, 3);
    const bool is_code =
        code.size() == 3 && code[0] == '%' &&
        std::from_chars(code.data() + 1, code.data() + 3, byte, 16).ptr == code.data() + 3;
    decoded += is_code ? static_cast<char>(byte) : name[i];
    if (is_code) i += 2;
  }
  return decoded;
}

Result<ParamFile> ParseParam(std::string_view text, const std::string& name) {
  return Parser(text, name).Parse();
}

std::string PrintParam(const ParamFile& file) {
  std::string text = PrintHead(file);
  for (const auto& layer : file.layers) {
    text += PrintLayer(layer, layer.name,
                       [&](int blob) { return file.blobs[static_cast<size_t>(blob)]; });
    for (const auto& [id, value] : layer.params) text += PrintValue(id, value);
    text += '\n';
  }
  return text;
}

namespace {

// Only convolutions do something with the size of what they make: they choose how to calculate it,
// for which any size will do.
bool IsUsefulHint(const ParamLayer& layer, const ParamValue& hint) {
  constexpr double kMost = 1 << 16;
  if (layer.type != "Convolution" || !hint.is_array || hint.is_float) return false;
  return hint.values.size() == 4 && hint.values[0] == 3 &&
         std::all_of(hint.values.begin(), hint.values.end(),
                     [](double size) { return size > 0 && size <= kMost; });
}

bool IsForNcnn(const ParamLayer& layer, int id, const ParamValue& value) {
  if (layer.type == "Input" || id == kEncodedNameParam) return false;
  return id != kShapeHintParam || IsUsefulHint(layer, value);
}

}  // namespace

std::string PrintForNcnn(const ParamFile& file) {
  std::string text = PrintHead(file);
  for (size_t i = 0; i < file.layers.size(); ++i) {
    const auto& layer = file.layers[i];
    text += PrintLayer(layer, std::to_string(i), [](int blob) { return std::to_string(blob); });
    for (const auto& [id, value] : layer.params) {
      if (IsForNcnn(layer, id, value)) text += PrintValue(id, value);
    }
    text += '\n';
  }
  return text;
}

std::string Describe(const ParamLayer& layer) {
  return fmt::format("layer '{}' ({}, line {})", layer.name, layer.type, layer.line);
}

}  // namespace mmdeploy::ncnn
