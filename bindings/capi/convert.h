#pragma once

#include <string>
#include <vector>

#include "bindings/capi/items.h"
#include "mmdeploy/base/geometry.h"
#include "mmdeploy/base/image.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/common.h"

// Fields of results into members of the C structs, by their types. Pointers are memory of the C
// struct's own; Free gives it back and accepts NULL.
namespace mmdeploy::capi {

inline Result<void> Assign(int& to, int from) {
  to = from;
  return {};
}
inline Result<void> Assign(float& to, float from) {
  to = from;
  return {};
}
Result<void> Assign(mmdeploy_rect_t& to, const Rect& from);
Result<void> Assign(mmdeploy_point_t& to, const Point& from);
Result<void> Assign(float (&to)[5], const RotatedBox& from);
Result<void> Assign(mmdeploy_point_t (&to)[4], const Quad& from);
Result<void> Assign(char*& to, const std::string& from);
Result<void> Assign(float*& to, const std::vector<float>& from);
Result<void> Assign(mmdeploy_point_t*& to, const std::vector<Point>& from);
// Empty tensors give NULL. Errors: kFail for a tensor of another element type.
Result<void> Assign(int*& to, const Tensor& from, Held* held);
Result<void> Assign(float*& to, const Tensor& from, Held* held);
Result<void> Assign(mmdeploy_instance_mask_t*& to, const Tensor& from);
Result<void> Assign(mmdeploy_mat_t& to, const Image& from);

inline void Free(char* data) { delete[] data; }
inline void Free(float* data) { delete[] data; }
inline void Free(mmdeploy_point_t* data) { delete[] data; }
inline void Free(mmdeploy_mat_t& mat) { delete[] mat.data; }
inline void Free(mmdeploy_instance_mask_t* mask) {
  if (mask != nullptr) delete[] mask->data;
  delete mask;
}

// A side of a tensor, counted from its last one (-1); 0 if it has none.
int Side(const Tensor& tensor, int axis);

}  // namespace mmdeploy::capi
