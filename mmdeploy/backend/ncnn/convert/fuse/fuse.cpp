#include "mmdeploy/backend/ncnn/convert/fuse/fuse.h"

namespace mmdeploy::ncnn_convert {

#define MMDEPLOY_NCNN_FUSION(pattern) Result<int64_t> fuse_##pattern(graph::Model* model);
#include "mmdeploy/backend/ncnn/convert/fusion_list.inc"
#undef MMDEPLOY_NCNN_FUSION

Result<void> Fuse(graph::Model* model) {
#define MMDEPLOY_NCNN_FUSION(pattern) MMDEPLOY_TRYV(fuse_##pattern(model));
#include "mmdeploy/backend/ncnn/convert/fusion_list.inc"
#undef MMDEPLOY_NCNN_FUSION
  return {};
}

}  // namespace mmdeploy::ncnn_convert
