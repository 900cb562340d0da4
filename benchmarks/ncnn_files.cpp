// Runs several files of ncnn side by side, whoever wrote them, in ncnn itself:
//   ncnn_files TASK SECONDS
// TASK is a text of lines, words apart by blanks:
//   input DIMS FILE            dimensions of a blob, outermost first ("3x224x224"), float32 values
//   net PARAM BIN OUT IN=I,.. OUT,..   files, what its outputs are written to, names of blobs, each
//                              input with the number of the line that it takes
// The nets take turns, one thread each. Prints a line for each: the file, its least and its median
// milliseconds of processor time, which others on the machine disturb less, or "failed". Output i
// is written to OUT.i, its dimensions to OUT.i.dims.

#include <ncnn/net.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "mmdeploy/backend/ncnn/blob.h"

// Of libmmdeploy_ncnn_ops.
int register_mmdeploy_custom_layers(ncnn::Net& net);

namespace mmdeploy::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> Fields(const std::string& text, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(text);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

struct Entry {
  std::string param, bin, out;
  std::vector<std::pair<std::string, size_t>> inputs;
  std::vector<std::string> outputs;
  ::ncnn::Net net;
  bool works = false;
  std::vector<double> times;
};

struct Task {
  std::vector<::ncnn::Mat> inputs;
  std::vector<std::unique_ptr<Entry>> entries;
};

::ncnn::Mat ReadInput(const std::string& dims, const std::string& path) {
  std::vector<int64_t> shape;
  for (const std::string& dim : Fields(dims, 'x')) shape.push_back(std::stoll(dim));
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto count = Shape(shape).num_elements();
  if (!count || bytes.size() != static_cast<size_t>(*count) * sizeof(float)) {
    std::fprintf(stderr, "error: '%s' does not hold %s\n", path.c_str(), dims.c_str());
    std::exit(2);
  }
  const auto* values = reinterpret_cast<const float*>(bytes.data());
  return ncnn::ToBlob(values, Shape(shape), nullptr).value();
}

void Load(Entry* entry) {
  auto& option = entry->net.opt;
  option.num_threads = 1;
  option.use_fp16_packed = option.use_fp16_storage = option.use_fp16_arithmetic = false;
  option.use_bf16_storage = option.use_bf16_packed = false;
  register_mmdeploy_custom_layers(entry->net);
  entry->works = entry->net.load_param(entry->param.c_str()) == 0 &&
                 entry->net.load_model(entry->bin.c_str()) == 0;
}

Task ReadTask(const std::string& path) {
  Task task;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto words = Fields(line, ' ');
    if (words.size() == 3 && words[0] == "input") {
      task.inputs.push_back(ReadInput(words[1], words[2]));
    } else if (words.size() == 6 && words[0] == "net") {
      auto entry = std::make_unique<Entry>();
      entry->param = words[1];
      entry->bin = words[2];
      entry->out = words[3];
      for (const std::string& input : Fields(words[4], ',')) {
        const auto parts = Fields(input, '=');
        entry->inputs.emplace_back(parts[0], std::stoul(parts[1]));
      }
      entry->outputs = Fields(words[5], ',');
      Load(entry.get());
      task.entries.push_back(std::move(entry));
    }
  }
  return task;
}

bool Run(const std::vector<::ncnn::Mat>& inputs, Entry* entry, std::vector<::ncnn::Mat>* outputs) {
  ::ncnn::Extractor extractor = entry->net.create_extractor();
  for (const auto& [name, index] : entry->inputs) {
    if (extractor.input(name.c_str(), inputs[index].clone()) != 0) return false;
  }
  outputs->resize(entry->outputs.size());
  for (size_t i = 0; i < entry->outputs.size(); ++i) {
    if (extractor.extract(entry->outputs[i].c_str(), (*outputs)[i]) != 0) return false;
  }
  return true;
}

void Write(const std::string& path, const ::ncnn::Mat& blob) {
  const Shape shape = ncnn::DimsOf(blob);
  std::vector<float> values(static_cast<size_t>(*shape.num_elements()));
  ncnn::CopyValues(blob, values.data());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(float)));
  std::ofstream dims(path + ".dims");
  for (size_t i = 0; i < shape.size(); ++i) dims << (i ? " " : "") << shape[i];
}

// Once for the results, once more to warm up.
void RunFirst(const Task& task, Entry* entry) {
  std::vector<::ncnn::Mat> outputs;
  entry->works = entry->works && Run(task.inputs, entry, &outputs);
  for (size_t i = 0; entry->works && i < outputs.size(); ++i) {
    Write(entry->out + "." + std::to_string(i), outputs[i]);
  }
  entry->works = entry->works && Run(task.inputs, entry, &outputs);
}

// Of this thread, which is the only one.
double ProcessorMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

void Measure(const Task& task, double seconds) {
  constexpr size_t kLeast = 5;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  std::vector<::ncnn::Mat> outputs;
  for (size_t round = 0; seconds > 0 && (round < kLeast || Clock::now() < end); ++round) {
    for (size_t i = 0; i < task.entries.size(); ++i) {
      // Each is the first one in turn.
      Entry* entry = task.entries[(i + round) % task.entries.size()].get();
      if (!entry->works) continue;
      const double start = ProcessorMilliseconds();
      Run(task.inputs, entry, &outputs);
      entry->times.push_back(ProcessorMilliseconds() - start);
    }
  }
}

void Print(Entry* entry) {
  if (!entry->works) {
    std::printf("%s failed\n", entry->param.c_str());
    return;
  }
  auto& times = entry->times;
  std::sort(times.begin(), times.end());
  const double least = times.empty() ? 0 : times.front();
  const double median = times.empty() ? 0 : times[times.size() / 2];
  std::printf("%s %.4f %.4f\n", entry->param.c_str(), least, median);
}

}  // namespace
}  // namespace mmdeploy::benchmarks

int main(int argc, char** argv) {
  using namespace mmdeploy::benchmarks;
  if (argc != 3) {
    std::fprintf(stderr, "usage: ncnn_files TASK SECONDS\n");
    return 2;
  }
  const Task task = ReadTask(argv[1]);
  for (const auto& entry : task.entries) RunFirst(task, entry.get());
  Measure(task, std::stod(argv[2]));
  for (const auto& entry : task.entries) Print(entry.get());
  return 0;
}
