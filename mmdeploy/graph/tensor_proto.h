#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "mmdeploy/base/mapped_file.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/onnx.pb.h"
#include "mmdeploy/graph/tensor_data.h"

// Between onnx.TensorProto and TensorData.

namespace mmdeploy::graph {

// Files beside a model that hold its weights. Each is mapped once.
class ExternalFiles {
 public:
  // Empty: the model came without a folder.
  explicit ExternalFiles(std::string folder) : folder_(std::move(folder)) {}

  // The bytes of an external tensor; `location` must stay inside the folder, also through links.
  Result<std::shared_ptr<const MappedFile>> Open(const std::string& location);

 private:
  std::string folder_;
  std::unordered_map<std::string, std::shared_ptr<const MappedFile>> files_;
};

// Takes the elements out of `proto`. Errors name the tensor: wrong number of bytes, a type without
// size, an external file that is missing, too short or outside the folder.
Result<TensorPtr> TakeTensor(onnx_proto::TensorProto* proto, ExternalFiles* files);

// Everything but the elements.
void WriteTensorHeader(const TensorData& tensor, onnx_proto::TensorProto* proto);
void WriteTensor(const TensorData& tensor, onnx_proto::TensorProto* proto);

}  // namespace mmdeploy::graph
