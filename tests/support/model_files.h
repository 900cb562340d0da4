#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/model/model.h"

namespace mmdeploy::testing {

// The files of an SDK model by name; tests change what they need and turn them into a model.
using ModelFiles = std::map<std::string, std::string>;

// A classifier on the example engine: LoadImageFromFile, Resize to 8x8, Normalize to 0..1, the mean
// of each channel as score. Labels 0, 1, 2 are R, G, B; topk is 2.
ModelFiles ExampleClassifier();

// An example network file: the mean of each of the 3 channels of an 8x8 input.
std::string ChannelMeanNet();

// The bytes of a zip archive of the files.
std::vector<char> Zip(const ModelFiles& files);

// Loads the files as a zip in memory.
Result<std::shared_ptr<const Model>> LoadFiles(const ModelFiles& files, bool strict = false);

// A folder for the life of the object, with the files inside.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const ModelFiles& files = {});
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// `text` with the first occurrence of `from` replaced; `from` must occur.
std::string Replace(std::string text, const std::string& from, const std::string& to);

}  // namespace mmdeploy::testing
