// Operators that pick or replace elements by index.

#include <algorithm>

#include "mmdeploy/graph/fold/evaluate_context.h"
#include "mmdeploy/graph/fold/strided.h"

namespace mmdeploy::graph {

namespace {

// Counts negative indices from the end. Errors: outside of the dimension.
Result<int64_t> Resolve(const EvaluateContext& c, int64_t index, int64_t size) {
  if (index < -size || index >= size) {
    return c.Fail("index {} for a dimension of {}, allowed {}..{}", index, size, -size, size - 1);
  }
  return index < 0 ? index + size : index;
}

int64_t CountFrom(const Shape64& dims, size_t first) {
  int64_t count = 1;
  for (size_t i = first; i < dims.size(); ++i) count *= dims[i];
  return count;
}

Result<Outputs> Gather(EvaluateContext& c) {
  const TensorData& data = c.in(0);
  MMDEPLOY_TRY(const size_t axis, c.Axis(c.node().Int("axis", 0), data.rank()));
  MMDEPLOY_TRY(const std::vector<int64_t> indices, c.Ints(1));
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(data.type()));
  const Shape64& from = data.dims();
  Shape64 dims(from.begin(), from.begin() + static_cast<int64_t>(axis));
  dims.insert(dims.end(), c.in(1).dims().begin(), c.in(1).dims().end());
  dims.insert(dims.end(), from.begin() + static_cast<int64_t>(axis) + 1, from.end());
  MMDEPLOY_TRY(std::string bytes, c.Allocate(data.type(), dims));
  const size_t block = static_cast<size_t>(CountFrom(from, axis + 1)) * size;
  const int64_t outer = block == 0 || from[axis] == 0
                            ? 0
                            : static_cast<int64_t>(data.bytes().size() / block) / from[axis];
  size_t at = 0;
  for (int64_t row = 0; row < outer; ++row) {
    for (int64_t index : indices) {
      MMDEPLOY_TRY(const int64_t place, Resolve(c, index, from[axis]));
      const auto source = static_cast<size_t>(row * from[axis] + place) * block;
      std::memcpy(bytes.data() + at, data.bytes().data() + source, block);
      at += block;
    }
  }
  return Outputs{TensorData::Own(data.type(), dims, std::move(bytes))};
}

// For each element of `indices`: where in a tensor of `dims` it points, along `axis`.
Result<std::vector<int64_t>> ElementPlaces(const EvaluateContext& c, const Shape64& dims,
                                           size_t axis) {
  const Shape64& shape = c.in(1).dims();
  if (shape.size() != dims.size()) {
    return c.Fail("the indices have {} dimensions, the data {}", shape.size(), dims.size());
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i != axis && shape[i] > dims[i]) return c.Fail("the indices are larger than the data");
  }
  MMDEPLOY_TRY(std::vector<int64_t> places, c.Ints(1));
  const Strided to = Contiguous(dims), from = Contiguous(shape);
  for (size_t k = 0; k < places.size(); ++k) {
    MMDEPLOY_TRY(int64_t place, Resolve(c, places[k], dims[axis]));
    place *= to.strides[axis];
    for (size_t i = 0; i < dims.size(); ++i) {
      if (i != axis) place += static_cast<int64_t>(k) / from.strides[i] % shape[i] * to.strides[i];
    }
    places[k] = place;
  }
  return places;
}

// For each row of `indices`: where the block starts that it names. The first `batch` dimensions go
// along with those of the data.
Result<std::vector<int64_t>> BlockPlaces(const EvaluateContext& c, const Shape64& dims,
                                         size_t batch) {
  const Shape64& shape = c.in(1).dims();
  if (shape.empty() || dims.empty() || batch >= std::min(shape.size(), dims.size())) {
    return c.Fail("{} batch dimensions for data of {} and indices of {}", batch, dims.size(),
                  shape.size());
  }
  const auto depth = static_cast<size_t>(shape.back());
  if (depth < 1 || depth > dims.size() - batch) {
    return c.Fail("indices of {} numbers for data of {} dimensions", depth, dims.size() - batch);
  }
  if (!std::equal(shape.begin(), shape.begin() + static_cast<int64_t>(batch), dims.begin())) {
    return c.Fail("the batch dimensions differ");
  }
  MMDEPLOY_TRY(const std::vector<int64_t> indices, c.Ints(1));
  const Strided to = Contiguous(dims);
  const int64_t batch_rows = std::max<int64_t>(1, CountFrom(shape, batch) / shape.back());
  const int64_t batch_size = CountFrom(dims, batch);
  std::vector<int64_t> places(indices.size() / depth);
  for (size_t row = 0; row < places.size(); ++row) {
    places[row] = static_cast<int64_t>(row) / batch_rows * batch_size;
    for (size_t i = 0; i < depth; ++i) {
      MMDEPLOY_TRY(const int64_t index, Resolve(c, indices[row * depth + i], dims[batch + i]));
      places[row] += index * to.strides[batch + i];
    }
  }
  return places;
}

Result<Outputs> GatherElements(EvaluateContext& c) {
  const TensorData& data = c.in(0);
  MMDEPLOY_TRY(const size_t axis, c.Axis(c.node().Int("axis", 0), data.rank()));
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(data.type()));
  MMDEPLOY_TRY(const std::vector<int64_t> places, ElementPlaces(c, data.dims(), axis));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(data.type(), c.in(1).dims()));
  for (size_t i = 0; i < places.size(); ++i) {
    std::memcpy(bytes.data() + i * size,
                data.bytes().data() + static_cast<size_t>(places[i]) * size, size);
  }
  return Outputs{TensorData::Own(data.type(), c.in(1).dims(), std::move(bytes))};
}

Result<Outputs> GatherND(EvaluateContext& c) {
  const TensorData& data = c.in(0);
  const int64_t batch_dims = c.node().Int("batch_dims", 0);
  if (batch_dims < 0) return c.Fail("'batch_dims' is {}", batch_dims);
  const auto batch = static_cast<size_t>(batch_dims);
  MMDEPLOY_TRY(const std::vector<int64_t> places, BlockPlaces(c, data.dims(), batch));
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(data.type()));
  const Shape64& shape = c.in(1).dims();
  const size_t first = batch + static_cast<size_t>(shape.back());
  Shape64 dims(shape.begin(), shape.end() - 1);
  dims.insert(dims.end(), data.dims().begin() + static_cast<int64_t>(first), data.dims().end());
  MMDEPLOY_TRY(std::string bytes, c.Allocate(data.type(), dims));
  const size_t block = static_cast<size_t>(CountFrom(data.dims(), first)) * size;
  for (size_t i = 0; i < places.size(); ++i) {
    std::memcpy(bytes.data() + i * block,
                data.bytes().data() + static_cast<size_t>(places[i]) * size, block);
  }
  return Outputs{TensorData::Own(data.type(), dims, std::move(bytes))};
}

// Writes blocks of the updates over a copy of the data.
Result<Outputs> Scatter(EvaluateContext& c, const std::vector<int64_t>& places, size_t block) {
  const TensorData &data = c.in(0), &updates = c.in(2);
  if (c.node().String("reduction", "none") != "none") return c.Decline();
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(data.type()));
  if (updates.type() != data.type() || updates.bytes().size() != places.size() * block * size) {
    return c.Fail("{} updates do not fit {} indices", updates.num_elements(), places.size());
  }
  std::string bytes(data.bytes());
  for (size_t i = 0; i < places.size(); ++i) {
    std::memcpy(bytes.data() + static_cast<size_t>(places[i]) * size,
                updates.bytes().data() + i * block * size, block * size);
  }
  return Outputs{TensorData::Own(data.type(), data.dims(), std::move(bytes))};
}

Result<Outputs> ScatterElements(EvaluateContext& c) {
  const Shape64& dims = c.in(0).dims();
  MMDEPLOY_TRY(const size_t axis, c.Axis(c.node().Int("axis", 0), dims.size()));
  if (c.in(2).dims() != c.in(1).dims()) return c.Fail("indices and updates differ in size");
  MMDEPLOY_TRY(const std::vector<int64_t> places, ElementPlaces(c, dims, axis));
  return Scatter(c, places, 1);
}

Result<Outputs> ScatterND(EvaluateContext& c) {
  const Shape64& dims = c.in(0).dims();
  MMDEPLOY_TRY(const std::vector<int64_t> places, BlockPlaces(c, dims, 0));
  const int64_t block = CountFrom(dims, static_cast<size_t>(c.in(1).dims().back()));
  return Scatter(c, places, static_cast<size_t>(block));
}

// Indices of what is not zero, one column each.
Result<Outputs> NonZero(EvaluateContext& c) {
  const TensorData& data = c.in(0);
  if (data.rank() == 0) return c.Decline();  // engines differ
  std::optional<std::vector<double>> numbers = data.Numbers();
  if (!numbers) return c.Decline();
  std::vector<int64_t> found;
  for (size_t i = 0; i < numbers->size(); ++i) {
    if ((*numbers)[i] != 0) found.push_back(static_cast<int64_t>(i));
  }
  const Shape64 dims = {static_cast<int64_t>(data.rank()), static_cast<int64_t>(found.size())};
  MMDEPLOY_TRY(std::string bytes, c.Allocate(ElementType::kInt64, dims));
  const Strided places = Contiguous(data.dims());
  char* to = bytes.data();
  for (size_t axis = 0; axis < data.rank(); ++axis) {
    for (int64_t place : found) {
      const int64_t index = place / places.strides[axis] % data.dims()[axis];
      std::memcpy(to, &index, sizeof(index));
      to += sizeof(index);
    }
  }
  return Outputs{TensorData::Own(ElementType::kInt64, dims, std::move(bytes))};
}

Result<Outputs> OneHot(EvaluateContext& c) {
  std::optional<std::vector<double>> indices = c.in(0).Numbers();
  std::optional<std::vector<double>> depths = c.in(1).Numbers();
  const TensorData& values = c.in(2);
  if (!indices || !depths || depths->size() != 1 || values.num_elements() != 2) {
    return c.Fail("needed: numbers, one depth, two values");
  }
  const auto depth = static_cast<int64_t>(std::clamp((*depths)[0], 0.0, 1e9));
  MMDEPLOY_TRY(const size_t axis, c.Axis(c.node().Int("axis", -1), c.in(0).rank() + 1));
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(values.type()));
  Shape64 dims = c.in(0).dims();
  dims.insert(dims.begin() + static_cast<int64_t>(axis), depth);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(values.type(), dims));
  for (size_t at = 0; at < bytes.size(); at += size) {
    std::memcpy(bytes.data() + at, values.bytes().data(), size);
  }
  const int64_t inner = CountFrom(dims, axis + 1);
  for (size_t i = 0; i < indices->size(); ++i) {
    const double number =
        (*indices)[i] < 0 ? (*indices)[i] + static_cast<double>(depth) : (*indices)[i];
    if (!(number >= 0 && number < static_cast<double>(depth))) continue;
    const auto k = static_cast<int64_t>(i);
    const int64_t place = (k / inner * depth + static_cast<int64_t>(number)) * inner + k % inner;
    std::memcpy(bytes.data() + static_cast<size_t>(place) * size, values.bytes().data() + size,
                size);
  }
  return Outputs{TensorData::Own(values.type(), dims, std::move(bytes))};
}

constexpr Evaluator kEvaluators[] = {
    {"Gather", 2, 2, Gather},
    {"GatherElements", 2, 2, GatherElements},
    {"GatherND", 2, 2, GatherND},
    {"NonZero", 1, 1, NonZero},
    {"OneHot", 3, 3, OneHot},
    {"Scatter", 3, 3, ScatterElements},
    {"ScatterElements", 3, 3, ScatterElements},
    {"ScatterND", 3, 3, ScatterND},
};

}  // namespace

Span<const Evaluator> IndexEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
