#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {

int64_t Dim(InputShapes shapes, DimOf dim) {
  const bool known = dim.input < shapes.size() && shapes[dim.input];
  return known ? (*shapes[dim.input])[dim.axis] : Shape::kDynamic;
}

Result<void> ExpectDim(InputShapes shapes, size_t input, size_t axis, int64_t expected,
                       std::string_view meaning) {
  const int64_t found = Dim(shapes, {input, axis});
  MMDEPLOY_ENSURE(found == expected || found == Shape::kDynamic || expected == Shape::kDynamic,
                  Code::kInvalidArgument,
                  "input {} has shape {}, expected {} for dimension {} ({})", input,
                  Name(*shapes[input]), expected, axis, meaning);
  return {};
}

Result<int64_t> SameDim(InputShapes shapes, DimOf a, DimOf b, std::string_view meaning) {
  const int64_t dim_a = Dim(shapes, a), dim_b = Dim(shapes, b);
  MMDEPLOY_ENSURE(dim_a == dim_b || dim_a == Shape::kDynamic || dim_b == Shape::kDynamic,
                  Code::kInvalidArgument,
                  "inputs {} and {} have shapes {} and {}, expected the same {} in dimensions {} "
                  "and {}",
                  a.input, b.input, Name(*shapes[a.input]), Name(*shapes[b.input]), meaning, a.axis,
                  b.axis);
  return dim_a == Shape::kDynamic ? dim_b : dim_a;
}

}  // namespace mmdeploy::op
