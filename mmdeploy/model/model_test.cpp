#include "mmdeploy/model/model.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/model_files.h"

namespace mmdeploy {
namespace {

using testing::ExampleClassifier;
using ::testing::HasSubstr;
using testing::LoadFiles;
using testing::Replace;

TEST(Model, FolderZipAndBufferAreTheSame) {
  const auto files = ExampleClassifier();
  const auto bytes = testing::Zip(files);
  auto with_zip = files;
  with_zip["m.zip"] = std::string(bytes.begin(), bytes.end());
  const testing::TemporaryFolder folder(with_zip);
  for (const auto& model :
       {Model::FromPath(folder.path()), Model::FromPath(folder.path() + "/m.zip"),
        Model::FromBuffer(bytes.data(), bytes.size())}) {
    ASSERT_TRUE(model) << model.error().message();
    EXPECT_EQ((*model)->deploy().task, "Classifier");
    EXPECT_EQ((*model)->deploy().models.at(0).backend, "example");
    EXPECT_EQ(AsText(*(*model)->ReadFile("net.json")), files.at("net.json"));
    EXPECT_EQ((*model)->ReadFile("none").error().code(), Code::kFileNotExist);
    EXPECT_FALSE((*model)->ReadFile("../deploy.json"));
  }
}

TEST(Model, OptionalKeysHaveDefaults) {
  auto files = ExampleClassifier();
  files["deploy.json"] =
      R"({"version": "1.3.1", "models": [{"name": "n", "net": "a.onnx", "backend": "onnxruntime"}]})";
  const auto model = LoadFiles(files);
  ASSERT_TRUE(model) << model.error().message();
  const auto& spec = (*model)->deploy().models.at(0);
  EXPECT_EQ(spec.weights, "");
  EXPECT_EQ(spec.batch_size, 1);
  EXPECT_EQ(spec.precision, "FP32");
  EXPECT_TRUE((*model)->deploy().version.size_is_width_height());
}

TEST(Model, EngineOptionsAreText) {
  auto files = ExampleClassifier();
  files["deploy.json"] = Replace(files["deploy.json"], "\"batch_size\": 1",
                                 R"("engine_options": {"a": "x", "b": 2, "c": true})");
  const auto model = LoadFiles(files);
  ASSERT_TRUE(model) << model.error().message();
  const std::map<std::string, std::string> expected{{"a", "x"}, {"b", "2"}, {"c", "true"}};
  EXPECT_EQ((*model)->deploy().models[0].engine_options, expected);
  files["deploy.json"] = Replace(files["deploy.json"], "\"x\"", "[1]");
  EXPECT_THAT(LoadFiles(files).error().message(),
              HasSubstr("deploy.json:/models/0/engine_options: 'a': expected a string, a number or "
                        "a boolean, found an array of 1"));
}

TEST(Model, ReportsWhatIsWrong) {
  const auto message = [](const std::string& from, const std::string& to) {
    auto files = ExampleClassifier();
    files["deploy.json"] = Replace(files["deploy.json"], from, to);
    const auto model = LoadFiles(files);
    return model ? "accepted" : model.error().message();
  };
  EXPECT_THAT(message("\"0.7.0\"", "\"new\""),
              HasSubstr("deploy.json:/version: 'new' is not a version"));
  EXPECT_THAT(message("\"0.7.0\"", "7"), HasSubstr("deploy.json:/version: expected a string"));
  EXPECT_THAT(message("\"models\"", "\"modles\""), HasSubstr("modles"));
  EXPECT_THAT(message("\"net.json\"", "\"../net.json\""),
              HasSubstr("deploy.json:/models/0/net: file name '../net.json' leaves the model"));
  EXPECT_THAT(message("\"batch_size\": 1", "\"batch_size\": 0"),
              HasSubstr("deploy.json:/models/0/batch_size: found 0, allowed: 1 to"));
  EXPECT_THAT(message("\"name\": \"net\"", "\"name\": null"),
              HasSubstr("deploy.json:/models/0: required key missing: 'name'"));
}

TEST(Model, ReportsMissingFiles) {
  EXPECT_THAT(
      Model::FromPath("no/such/model").error().message(),
      HasSubstr("model 'no/such/model' does not exist; expected a folder with deploy.json"));
  auto files = ExampleClassifier();
  files.erase("pipeline.json");
  EXPECT_THAT(LoadFiles(files).error().message(), HasSubstr("no file 'pipeline.json'"));
  const testing::TemporaryFolder folder;
  EXPECT_THAT(Model::FromPath(folder.path()).error().message(),
              HasSubstr("deploy.json' does not exist"));
  EXPECT_FALSE(Model::FromBuffer(nullptr, 0));
  EXPECT_THAT(Model::FromBuffer("garbage", 7).error().message(),
              HasSubstr("not a complete zip archive"));
}

TEST(Model, CustomsAreThere) {
  auto files = ExampleClassifier();
  files["deploy.json"] =
      Replace(files["deploy.json"], "\"customs\": []", "\"customs\": [\"dict_file.txt\"]");
  EXPECT_THAT(LoadFiles(files).error().message(),
              HasSubstr("deploy.json:/customs/0: the model has no file 'dict_file.txt'"));
  const testing::TemporaryFolder without(files);
  EXPECT_EQ(Model::FromPath(without.path()).error().code(), Code::kFileNotExist);
  files["dict_file.txt"] = "a";
  EXPECT_TRUE(LoadFiles(files));
  const testing::TemporaryFolder with(files);
  EXPECT_TRUE(Model::FromPath(with.path()));
  files["deploy.json"] = Replace(files["deploy.json"], "dict_file.txt", "../dict_file.txt");
  EXPECT_THAT(LoadFiles(files).error().message(), HasSubstr("leaves the model's folder"));
}

TEST(FormatVersion, DecidesTheRules) {
  EXPECT_FALSE(FormatVersion::Parse("0.14.0")->size_is_width_height());
  EXPECT_FALSE(FormatVersion::Parse("1.0.0rc3")->size_is_width_height());
  EXPECT_TRUE(FormatVersion::Parse("1.0.0rc3")->candidate);
  EXPECT_TRUE(FormatVersion::Parse("1.0.0rc3")->ctc_blank_is_last());
  EXPECT_TRUE(FormatVersion::Parse("1.1.0")->size_is_width_height());
  for (const char* bad : {"", "1", "1.2", "a.b.c", "1..2", "-1.0.0"}) {
    EXPECT_FALSE(FormatVersion::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace mmdeploy
