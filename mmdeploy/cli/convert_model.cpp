#include "mmdeploy/cli/convert.h"

#include <fmt/ranges.h>

#include <charconv>
#include <filesystem>

#include "mmdeploy/backend/registry.h"
#include "mmdeploy/base/mapped_file.h"
#include "mmdeploy/base/output_file.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/stats.h"

namespace mmdeploy::cli {

namespace fs = std::filesystem;

std::vector<std::string> ConvertingEngines() {
  std::vector<std::string> names;
  for (const auto& name : EngineNames()) {
    const auto engine = FindEngine(name);
    if (engine && !(*engine)->extensions().empty()) names.push_back(name);
  }
  return names;
}

namespace {

Result<const Engine*> FindConverter(const std::string& name) {
  MMDEPLOY_TRY(const Engine* engine, FindEngine(name));
  MMDEPLOY_ENSURE(!engine->extensions().empty(), Code::kNotSupported,
                  "--engine: '{}' has no files of its own to convert to; engines that have: {}",
                  name, fmt::join(ConvertingEngines(), ", "));
  return engine;
}

// One name is that of the first file, or what all names begin with.
Result<void> SetOutputs(const std::vector<std::string>& outputs, const Engine& engine,
                        ConvertTask* task) {
  if (outputs.size() != 1) {
    task->output_files = outputs;
    return {};
  }
  MMDEPLOY_ENSURE(outputs[0] != kStandardOutput, Code::kInvalidArgument,
                  "standard output takes one file, engine '{}' writes {}: name each ({})",
                  engine.name(), engine.extensions().size(), fmt::join(engine.extensions(), ", "));
  const fs::path path(outputs[0]);
  const bool is_first = path.extension() == engine.extensions().front();
  task->output_prefix = is_first ? fs::path(path).replace_extension().string() : outputs[0];
  return {};
}

ShapeRange& RangeOf(const std::string& name, std::vector<ShapeRange>* ranges) {
  for (ShapeRange& range : *ranges) {
    if (range.name == name) return range;
  }
  ranges->emplace_back().name = name;
  return ranges->back();
}

Result<void> AddShapes(const std::vector<std::string>& texts, const std::string& option,
                       Shape ShapeRange::*member, std::vector<ShapeRange>* ranges) {
  for (const std::string& text : texts) {
    MMDEPLOY_TRY(const auto shape, ParseShape(option, text));
    MMDEPLOY_ENSURE(shape.second.size() <= Shape::kMaxRank, Code::kInvalidArgument,
                    "{}: '{}' has {} dimensions, allowed: up to {}", option, text,
                    shape.second.size(), Shape::kMaxRank);
    for (const int64_t size : shape.second) {
      MMDEPLOY_ENSURE(size > 0, Code::kInvalidArgument,
                      "{}: '{}' has a size of {}, allowed: 1 and up", option, text, size);
    }
    RangeOf(shape.first, ranges).*member = Shape(shape.second);
  }
  return {};
}

Result<std::vector<ShapeRange>> Ranges(const ConvertArgs& args) {
  std::vector<ShapeRange> ranges;
  MMDEPLOY_TRYV(AddShapes(args.shapes, "--shape", &ShapeRange::opt, &ranges));
  MMDEPLOY_TRYV(AddShapes(args.min_shapes, "--min-shape", &ShapeRange::min, &ranges));
  MMDEPLOY_TRYV(AddShapes(args.max_shapes, "--max-shape", &ShapeRange::max, &ranges));
  for (ShapeRange& range : ranges) {
    const bool limited = !range.min.empty() || !range.max.empty();
    MMDEPLOY_ENSURE(!limited || (!range.min.empty() && !range.max.empty()), Code::kInvalidArgument,
                    "input '{}' needs both --min-shape and --max-shape, or none of them",
                    range.name);
    if (!limited) range.min = range.max = range.opt;  // --shape alone fixes the sizes
    if (range.opt.empty()) range.opt = range.max;
  }
  return ranges;
}

// Shapes must fit what the model declares.
Result<void> CheckShapes(const std::string& path, const std::vector<ShapeRange>& ranges) {
  if (ranges.empty()) return {};
  for (const Shape ShapeRange::*member : {&ShapeRange::min, &ShapeRange::opt, &ShapeRange::max}) {
    MMDEPLOY_TRY(const auto model, graph::LoadModel(path));
    for (const ShapeRange& range : ranges) {
      const Shape& shape = range.*member;
      MMDEPLOY_TRYV(BindInputShape(model.get(), range.name, {shape.begin(), shape.end()}));
    }
  }
  return {};
}

Result<void> SetOptions(const std::vector<std::string>& texts, ConvertTask* task) {
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    MMDEPLOY_ENSURE(equals != 0, Code::kInvalidArgument,
                    "--option is '{}', expected key=value (or key alone)", text);
    task->engine[text.substr(0, equals)] = equals == text.npos ? "" : text.substr(equals + 1);
  }
  return {};
}

Result<NetFile> ReadIr(const std::string& path) {
  std::error_code error;
  if (path != kStandardInput && !fs::is_other(path, error)) {
    return NetFile{path, path, nullptr};  // the engine reads it, and the weights beside it
  }
  MMDEPLOY_TRY(const auto stream, MappedFile::Open(path, Streams::kRead));
  const std::string_view bytes = stream->bytes();
  return NetFile{path, "", std::make_shared<std::vector<char>>(bytes.begin(), bytes.end())};
}

}  // namespace

Result<std::pair<std::string, std::vector<int64_t>>> ParseShape(const std::string& option,
                                                                const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return MakeError(Code::kInvalidArgument,
                     "{} is '{}', expected name:size,size,... as in input:1,3,224,224", option,
                     text);
  };
  if (colon == text.npos || colon == 0) return wrong();
  std::vector<int64_t> dims;
  const char* at = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  while (at < end) {
    const auto [next, error] = std::from_chars(at, end, dims.emplace_back());
    if (error != std::errc() || (next != end && *next != ',') || dims.back() < 0) return wrong();
    if (next + 1 == end) return wrong();  // a comma at the end
    at = next + 1;
  }
  return std::pair(text.substr(0, colon), dims);
}

Result<std::vector<std::string>> ConvertModel(const ConvertArgs& args) {
  MMDEPLOY_TRY(const Engine* engine, FindConverter(args.engine));
  ConvertTask task;
  MMDEPLOY_TRYV(SetOutputs(args.outputs, *engine, &task));
  MMDEPLOY_TRY(task.inputs, Ranges(args));
  MMDEPLOY_TRYV(SetOptions(args.options, &task));
  task.precision = args.precision;
  MMDEPLOY_TRY(task.ir, ReadIr(args.model));
  MMDEPLOY_TRYV(CheckShapes(args.model, task.inputs));
  return engine->Convert(task);
}

}  // namespace mmdeploy::cli
