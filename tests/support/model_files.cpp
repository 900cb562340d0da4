#include "tests/support/model_files.h"

#include <zip.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace mmdeploy::testing {
namespace fs = std::filesystem;

std::string ChannelMeanNet() {
  return R"({
    "inputs": [{"name": "input", "shape": [-1, 3, 8, 8]}],
    "outputs": [{"name": "output", "shape": [-1, 3]}],
    "ops": [
      {"op": "global_average_pool", "input": "input", "output": "mean"},
      {"op": "linear", "input": "mean", "output": "output",
       "weights": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "bias": [0, 0, 0]}]})";
}

ModelFiles ExampleClassifier() {
  return {
      {"deploy.json", R"({"version": "0.7.0", "task": "Classifier", "customs": [], "models": [
        {"name": "net", "net": "net.json", "weights": "", "backend": "example", "batch_size": 1,
         "precision": "FP32", "dynamic_shape": false}]})"},
      {"net.json", ChannelMeanNet()},
      {"pipeline.json", R"({"pipeline": {"input": ["img"], "output": ["post_output"], "tasks": [
        {"type": "Task", "module": "Transform", "name": "Preprocess", "input": ["img"],
         "output": ["prep_output"], "transforms": [
           {"type": "LoadImageFromFile"},
           {"type": "Resize", "size": [8, 8], "keep_ratio": false},
           {"type": "Normalize", "mean": [0, 0, 0], "std": [255, 255, 255], "to_rgb": true},
           {"type": "ImageToTensor", "keys": ["img"]},
           {"type": "Collect", "keys": ["img"], "meta_keys": ["ori_shape"]}]},
        {"type": "Task", "module": "Net", "name": "net", "input": ["prep_output"],
         "output": ["infer_output"], "input_map": {"img": "input"}},
        {"type": "Task", "module": "mmcls", "name": "postprocess", "component": "LinearClsHead",
         "params": {"topk": 2, "num_classes": 3}, "input": ["infer_output"],
         "output": ["post_output"]}]}})"},
  };
}

std::vector<char> Zip(const ModelFiles& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* archive = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(archive);
  zip_t* zip = zip_open_from_source(archive, ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : files) {
    zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
    zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  }
  if (zip_close(zip) != 0) throw std::runtime_error("cannot write a zip archive");
  zip_source_open(archive);
  zip_source_seek(archive, 0, SEEK_END);
  std::vector<char> bytes(static_cast<size_t>(zip_source_tell(archive)));
  zip_source_seek(archive, 0, SEEK_SET);
  zip_source_read(archive, bytes.data(), bytes.size());
  zip_source_close(archive);
  zip_source_free(archive);
  return bytes;
}

Result<std::shared_ptr<const Model>> LoadFiles(const ModelFiles& files, bool strict) {
  const auto bytes = Zip(files);
  return Model::FromBuffer(bytes.data(), bytes.size(), strict);
}

TemporaryFolder::TemporaryFolder(const ModelFiles& files) {
  std::string pattern = (fs::temp_directory_path() / "mmdeploy_test_XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
  for (const auto& [name, content] : files) {
    const fs::path file = fs::path(path_) / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("'" + from + "' does not occur");
  return text.replace(at, from.size(), to);
}

}  // namespace mmdeploy::testing
