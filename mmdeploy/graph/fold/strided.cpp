#include "mmdeploy/graph/fold/strided.h"

#include <cstring>

namespace mmdeploy::graph {

Strided Contiguous(const Shape64& dims) {
  Strided places;
  places.strides.resize(dims.size());
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    places.strides[i] = stride;
    stride *= dims[i];
  }
  return places;
}

Strided Broadcasted(const Shape64& dims, const Shape64& to) {
  Strided places = Contiguous(dims);
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 1) places.strides[i] = 0;
  }
  places.strides.insert(places.strides.begin(), to.size() - dims.size(), 0);
  return places;
}

void CopyStrided(const Shape64& dims, const char* from, const Strided& from_places, char* to,
                 const Strided& to_places, size_t element_bytes) {
  for (int64_t dim : dims) {
    if (dim <= 0) return;
  }
  const auto size = static_cast<int64_t>(element_bytes);
  const size_t rank = dims.size();
  std::vector<int64_t> index(rank, 0);
  int64_t source = from_places.offset, target = to_places.offset;
  while (true) {
    std::memcpy(to + target * size, from + source * size, element_bytes);
    size_t axis = rank;
    while (axis > 0) {
      --axis;
      source += from_places.strides[axis];
      target += to_places.strides[axis];
      if (++index[axis] < dims[axis]) break;
      source -= from_places.strides[axis] * dims[axis];
      target -= to_places.strides[axis] * dims[axis];
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (rank == 0) return;
  }
}

Result<Shape64> BroadcastShapes(const EvaluateContext& c, const Shape64& a, const Shape64& b) {
  Shape64 result = a.size() >= b.size() ? a : b;
  const Shape64& shorter = a.size() >= b.size() ? b : a;
  const size_t offset = result.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t& dim = result[offset + i];
    if (dim == 1) {
      dim = shorter[i];
    } else if (shorter[i] != 1 && shorter[i] != dim) {
      return c.Fail("dimensions {} and {} do not broadcast", dim, shorter[i]);
    }
  }
  return result;
}

}  // namespace mmdeploy::graph
