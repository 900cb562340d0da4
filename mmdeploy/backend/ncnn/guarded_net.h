#pragma once

#include <ncnn/net.h>

#include <optional>
#include <string>

#include "mmdeploy/backend/ncnn/param_file.h"
#include "mmdeploy/backend/ncnn/weights_reader.h"

namespace mmdeploy::ncnn {

// A net of ncnn, each layer of which stands behind a guard: it knows how the file calls the layer,
// looks at the blobs before the layer computes with them, and tells why a layer failed.
class GuardedNet : public ::ncnn::Net {
 public:
  // `file` has been checked. Errors: kFail (what ncnn does not take, naming the layer),
  // kOutOfMemory.
  Result<void> Load(ParamFile file, const WeightsReader& weights, const std::string& weights_name);

  const ParamFile& file() const { return file_; }

  // Why the last run on this thread failed; "" if no layer said so.
  static std::string TakeRunError();

 protected:
  using ::ncnn::Net::create_overwrite_builtin_layer;
  ::ncnn::Layer* create_overwrite_builtin_layer(const char* type) override;

 private:
  friend class GuardedLayer;

  ParamFile file_;
  size_t num_created_ = 0;                  // layers are created in the order of the file
  const WeightsReader* weights_ = nullptr;  // while it loads
  std::optional<std::string> problem_;      // of the first layer that could not be loaded
};

}  // namespace mmdeploy::ncnn
