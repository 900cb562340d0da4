#include "mmdeploy/model/model.h"

#include <algorithm>
#include <filesystem>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/base/zip.h"
#include "mmdeploy/model/deploy_spec.h"

namespace mmdeploy {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMaxJsonBytes = int64_t{64} << 20;

class FolderModel : public Model {
 public:
  explicit FolderModel(std::string path) : Model(path), folder_(std::move(path)) {}

  Result<Bytes> ReadFile(std::string_view name) const override {
    MMDEPLOY_ENSURE(IsContained(name), Code::kFail, "file name '{}' leaves the model's folder",
                    name);
    return mmdeploy::ReadFile(PathOf(name));
  }

  bool HasFile(std::string_view name) const override {
    std::error_code error;
    return IsContained(name) && fs::is_regular_file(PathOf(name), error);
  }

  std::string PathOf(std::string_view name) const override { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

class ZipModel : public Model {
 public:
  ZipModel(std::string origin, std::unique_ptr<ZipArchive> archive)
      : Model(std::move(origin)), archive_(std::move(archive)) {}

  Result<Bytes> ReadFile(std::string_view name) const override { return archive_->Read(name); }
  // A full name or the last part of one, as for reading.
  bool HasFile(std::string_view name) const override {
    const auto& names = archive_->names();
    return std::any_of(names.begin(), names.end(), [&](const std::string& one) {
      return one == name || fs::path(one).filename() == name;
    });
  }
  std::string PathOf(std::string_view) const override { return ""; }

 private:
  std::unique_ptr<ZipArchive> archive_;
};

Result<Json> ReadJson(const Model& model, std::string_view name) {
  MMDEPLOY_TRY(const Bytes bytes, model.ReadFile(name));
  MMDEPLOY_ENSURE(static_cast<int64_t>(bytes->size()) <= kMaxJsonBytes, Code::kFail,
                  "{}: {} bytes, allowed: up to {}", name, bytes->size(), kMaxJsonBytes);
  return ParseJson(AsText(bytes), name);
}

}  // namespace

template <class T>
Result<std::shared_ptr<const Model>> Model::Finish(std::shared_ptr<T> model, bool strict) {
  if (auto loaded = model->Load(strict); !loaded) {
    return MakeError(loaded.error().In(fmt::format("model '{}'", model->origin())));
  }
  return std::shared_ptr<const Model>(std::move(model));
}

Result<std::shared_ptr<const Model>> Model::FromPath(const std::string& path, bool strict) {
  std::error_code error;
  const auto status = fs::status(path, error);
  MMDEPLOY_ENSURE(fs::exists(status), Code::kFileNotExist,
                  "model '{}' does not exist; expected a folder with deploy.json, or a zip of it",
                  path);
  if (fs::is_directory(status)) return Finish(std::make_shared<FolderModel>(path), strict);
  MMDEPLOY_TRY(auto bytes, mmdeploy::ReadFile(path));
  MMDEPLOY_TRY(auto archive, ZipArchive::Open(std::move(bytes), path));
  return Finish(std::make_shared<ZipModel>(path, std::move(archive)), strict);
}

Result<std::shared_ptr<const Model>> Model::FromBuffer(const void* data, size_t size, bool strict) {
  MMDEPLOY_ENSURE(data && size > 0, Code::kFail,
                  "the model buffer is empty; expected the bytes of a zip archive");
  const char* begin = static_cast<const char*>(data);
  auto bytes = std::make_shared<std::vector<char>>(begin, begin + size);
  MMDEPLOY_TRY(auto archive, ZipArchive::Open(std::move(bytes), "<buffer>"));
  return Finish(std::make_shared<ZipModel>("<buffer>", std::move(archive)), strict);
}

Result<void> Model::Load(bool strict) {
  notes_.strict = strict;
  MMDEPLOY_TRY(const Json deploy, ReadJson(*this, "deploy.json"));
  MMDEPLOY_TRY(deploy_, ReadDeploySpec(deploy, &notes_));
  for (size_t i = 0; i < deploy_.customs.size(); ++i) {
    MMDEPLOY_ENSURE(HasFile(deploy_.customs[i]), Code::kFileNotExist,
                    "deploy.json:/customs/{}: the model has no file '{}'", i, deploy_.customs[i]);
  }
  MMDEPLOY_TRY(pipeline_, ReadJson(*this, "pipeline.json"));
  return {};
}

Result<const NetSpec*> Model::FindNet(std::string_view name) const {
  std::vector<std::string> known;
  for (const auto& spec : deploy_.models) {
    if (spec.name == name) return &spec;
    known.push_back(spec.name);
  }
  return MakeError(Code::kFail, "deploy.json:/models: no model named '{}', found: {}", name,
                   ListAllowed(name, known));
}

}  // namespace mmdeploy
