#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/file.h"
#include "mmdeploy/base/json.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/model/format_version.h"

namespace mmdeploy {

// One element of `models` in deploy.json: a network and the engine that runs it.
struct NetSpec {
  std::string name;     // what the `Net` task of pipeline.json refers to
  std::string net;      // file of the network, relative to the model
  std::string weights;  // second file, or ""
  std::string backend;  // engine: "onnxruntime", "ncnn", ...
  int batch_size = 1;   // samples that may be stacked into one engine call
  std::string precision = "FP32";
  bool dynamic_shape = false;
  bool low_latency = false;  // idle threads of the engine spin, see NetOptions
  std::map<std::string, std::string> engine_options;  // for the engine alone, see its README.md
};

// deploy.json.
struct DeploySpec {
  FormatVersion version;
  std::string version_text;
  std::string task;  // "Classifier", "Detector", ...; may be empty
  std::vector<NetSpec> models;
  std::vector<std::string> customs;  // further files, for example "dict_file.txt"
};

// An SDK model: a folder or a zip archive (a file or memory) with deploy.json, pipeline.json, the
// engine's files, and optionally detail.json and golden/. Documentation section "SDK model".
// Immutable and thread-safe; whoever keeps the pointer keeps the model.
class Model {
 public:
  // A folder or a zip file. Errors: kFileNotExist, kFail (corrupt, with the place).
  static Result<std::shared_ptr<const Model>> FromPath(const std::string& path,
                                                       bool strict = false);

  // The bytes of a zip archive; they are copied.
  static Result<std::shared_ptr<const Model>> FromBuffer(const void* data, size_t size,
                                                         bool strict = false);

  virtual ~Model() = default;

  // Where it comes from, for messages: the path, or "<buffer>".
  const std::string& origin() const { return origin_; }
  const DeploySpec& deploy() const { return deploy_; }
  // pipeline.json as written.
  const Json& pipeline() const { return pipeline_; }
  // Unknown keys of deploy.json, and whether unknown keys are errors.
  const JsonNotes& notes() const { return notes_; }

  // The spec called `name`. Errors: kFail with the known names.
  Result<const NetSpec*> FindNet(std::string_view name) const;

  // A file inside the model. Errors: kFileNotExist, kFail (a name that leaves the model).
  virtual Result<Bytes> ReadFile(std::string_view name) const = 0;

  virtual bool HasFile(std::string_view name) const = 0;

  // The path of a file inside the model, or "" when it has none (zip).
  virtual std::string PathOf(std::string_view name) const = 0;

 protected:
  explicit Model(std::string origin) : origin_(std::move(origin)) {}

 private:
  Result<void> Load(bool strict);
  template <class T>
  static Result<std::shared_ptr<const Model>> Finish(std::shared_ptr<T> model, bool strict);

  std::string origin_;
  DeploySpec deploy_;
  Json pipeline_;
  JsonNotes notes_;
};

}  // namespace mmdeploy
