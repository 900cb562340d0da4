#include "mmdeploy/backend/ncnn/convert/layer.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <unordered_map>

#include "mmdeploy/base/half.h"

namespace mmdeploy::ncnn_convert {

namespace {

// The first line of a param file, by which ncnn knows its own.
constexpr int kMagic = 7767517;
constexpr int32_t kFloat32Tag = 0;
constexpr int32_t kFloat16Tag = 0x01306B47;
// Arrays are written under this number minus their id.
constexpr int kArrayKey = -23300;

// One reader of a blob: input `index` of `layer`.
struct Reader {
  size_t layer = 0;
  size_t index = 0;
};

class Splitter {
 public:
  Splitter(std::vector<Layer>* layers, const std::vector<std::string>& outputs)
      : layers_(*layers), outputs_(outputs.begin(), outputs.end()) {
    for (size_t i = 0; i < layers_.size(); ++i) {
      for (size_t k = 0; k < layers_[i].inputs.size(); ++k) {
        readers_[layers_[i].inputs[k]].push_back({i, k});
      }
    }
  }

  std::vector<Layer> Run() {
    std::vector<Layer> result;
    // Readers are renamed in place, before they are moved: they stand behind their blobs.
    for (Layer& layer : layers_) {
      std::vector<Layer> splits;
      for (std::string& output : layer.outputs) AddSplit(layer, &output, &splits);
      result.push_back(std::move(layer));
      for (Layer& split : splits) result.push_back(std::move(split));
    }
    return result;
  }

 private:
  void AddSplit(const Layer& layer, std::string* blob, std::vector<Layer>* splits) {
    const std::string name = *blob;
    const std::vector<Reader>& readers = readers_[name];
    const bool is_output = outputs_.count(name) > 0;
    if (readers.size() + is_output < 2) return;
    Layer split;
    split.type = "Split";
    split.name = layer.type == "Input" ? "splitncnn_input" + std::to_string(num_inputs_++)
                                       : "splitncnn_" + std::to_string(num_splits_++);
    // An output keeps its name, so what it is split from cannot have it.
    if (is_output) {
      *blob += "_splitncnn";
      split.outputs.push_back(name);
    }
    split.inputs = {*blob};
    for (size_t i = 0; i < readers.size(); ++i) {
      split.outputs.push_back(name + "_splitncnn_" + std::to_string(i));
      const Reader& reader = readers[readers.size() - 1 - i];
      layers_[reader.layer].inputs[reader.index] = split.outputs.back();
    }
    splits->push_back(std::move(split));
  }

  std::vector<Layer>& layers_;
  std::set<std::string> outputs_;
  std::unordered_map<std::string, std::vector<Reader>> readers_;
  int num_inputs_ = 0;
  int num_splits_ = 0;
};

Result<std::string> Text(int64_t value) {
  MMDEPLOY_ENSURE(
      value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max(),
      Code::kOutOfRange, "{} does not fit into the 32 bits of ncnn", value);
  return std::to_string(value);
}

// ncnn's reader knows no infinity.
Result<std::string> Text(float value) {
  MMDEPLOY_ENSURE(!std::isnan(value), Code::kOutOfRange, "a parameter is not a number");
  return fmt::format("{:e}", std::clamp(value, -FLT_MAX, FLT_MAX));
}

template <class T>
Result<std::string> Text(const std::vector<T>& values) {
  std::string text = std::to_string(values.size());
  for (const T& value : values) {
    MMDEPLOY_TRY(const std::string element, Text(value));
    text += "," + element;
  }
  return text;
}

Result<std::string> Line(const Layer& layer) {
  std::string line = fmt::format("{:<16} {:<24} {} {}", layer.type, layer.name, layer.inputs.size(),
                                 layer.outputs.size());
  for (const std::string& blob : layer.inputs) line += " " + blob;
  for (const std::string& blob : layer.outputs) line += " " + blob;
  for (const auto& [id, param] : layer.params) {
    const auto text = std::visit([](const auto& value) { return Text(value); }, param);
    if (!text) {
      return MakeError(text.error().In(fmt::format("layer '{}' ({})", layer.name, layer.type)));
    }
    // Of arrays, the alternatives behind the two numbers.
    const int key = param.index() < 2 ? id : kArrayKey - id;
    line += fmt::format(" {}={}", key, *text);
  }
  return line;
}

void Append(std::string* bytes, const void* data, size_t size) {
  bytes->append(static_cast<const char*>(data), size);
}

// Weights beyond what 16 bits hold stay as they are.
bool FitHalf(const std::vector<float>& values) {
  return std::none_of(values.begin(), values.end(), OverflowsHalf);
}

void AppendHalves(std::string* bytes, const std::vector<float>& values) {
  Append(bytes, &kFloat16Tag, sizeof(kFloat16Tag));
  for (float value : values) {
    const uint16_t half = FloatToHalf(value);
    Append(bytes, &half, sizeof(half));
  }
  bytes->resize((bytes->size() + 3) / 4 * 4);
}

}  // namespace

void SetNumber(int64_t operation, float number, Layer* layer) {
  layer->Set(0, operation);
  layer->Set(1, int64_t{1});
  layer->Set(2, number);
}

void InsertSplits(std::vector<Layer>* layers, const std::vector<std::string>& outputs) {
  *layers = Splitter(layers, outputs).Run();
}

void PutOutputsLast(const std::vector<std::string>& outputs, std::vector<Layer>* layers) {
  std::unordered_map<std::string, size_t> makers;
  std::set<std::string> read;
  for (size_t i = 0; i < layers->size(); ++i) {
    const Layer& layer = (*layers)[i];
    read.insert(layer.inputs.begin(), layer.inputs.end());
    if (layer.outputs.size() == 1 && !layer.inputs.empty()) makers[layer.outputs[0]] = i;
  }
  std::vector<size_t> last;
  for (const std::string& output : outputs) {
    const auto maker = makers.find(output);
    if (maker == makers.end() || read.count(output) > 0) return;
    last.push_back(maker->second);
  }
  std::vector<Layer> ordered;
  for (size_t i = 0; i < layers->size(); ++i) {
    const bool stays = std::find(last.begin(), last.end(), i) == last.end();
    if (stays) ordered.push_back(std::move((*layers)[i]));
  }
  for (const size_t i : last) ordered.push_back(std::move((*layers)[i]));
  *layers = std::move(ordered);
}

Result<std::string> WriteParam(const std::vector<Layer>& layers) {
  size_t num_blobs = 0;
  for (const Layer& layer : layers) num_blobs += layer.outputs.size();
  std::string text = fmt::format("{}\n{} {}\n", kMagic, layers.size(), num_blobs);
  for (const Layer& layer : layers) {
    MMDEPLOY_TRY(const std::string line, Line(layer));
    text += line + "\n";
  }
  return text;
}

std::string WriteBin(const std::vector<Layer>& layers, bool fp16_storage) {
  std::string bytes;
  for (const Layer& layer : layers) {
    for (const Weight& weight : layer.weights) {
      if (weight.tagged && !weight.exact && fp16_storage && FitHalf(weight.values)) {
        AppendHalves(&bytes, weight.values);
        continue;
      }
      if (weight.tagged) Append(&bytes, &kFloat32Tag, sizeof(kFloat32Tag));
      Append(&bytes, weight.values.data(), weight.values.size() * sizeof(float));
    }
  }
  return bytes;
}

}  // namespace mmdeploy::ncnn_convert
