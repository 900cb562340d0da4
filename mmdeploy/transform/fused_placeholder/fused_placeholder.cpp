#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

// MMDeploy 1.x puts the step `Fused` where a kernel that it generated at build time replaces the
// steps beside it. We have no such kernels and fuse the steps themselves, so it does nothing.
class FusedPlaceholder : public Transform {
 public:
  Result<void> Run(Sample&, const TransformContext&) const override { return {}; }
  Result<StaticSample> Infer(const StaticSample& in) const override { return in; }
};

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  std::string hash;
  bool fuse = false;
  reader.Read("hash_code", &hash);
  reader.Read("fuse_transform", &fuse);
  if (fuse) {
    reader.Fail("fuse_transform",
                "true asks for a kernel that MMDeploy 1.x generates, which is not available; "
                "list the steps themselves, they are fused when the model is loaded");
  }
  MMDEPLOY_TRYV(reader.Finish());
  return std::make_unique<FusedPlaceholder>();
}

}  // namespace

TransformType fused_placeholder_transform() { return {"Fused", Create}; }

}  // namespace mmdeploy
