#include <algorithm>
#include <numeric>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/graph/passes/facts.h"

// Assignments to places that are known. A block of them is a CopyTo, numbers known beforehand are
// chosen by a constant condition, anything else is gathered from both:
//
//   y = ScatterND(x, {{0,1},{0,2}}, u)   y = ncnn::CopyTo<offsets=[0,1,0,0]>(x, u)
//   y = ScatterND(x, _, const u)         y = Where(const c, const u', x)
//   y = ScatterElements(x, const i, u)   y = Gather(Concat(x, u), const j)
//
// Of places that are written twice ONNX promises nothing; the last one stays.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

using Ints = std::vector<int64_t>;

int64_t Product(const Ints& dims) {
  return std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<int64_t>());
}

// Elements by one along each axis.
Ints StepsOf(const Ints& dims) {
  Ints steps(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) steps[i - 1] = steps[i] * dims[i];
  return steps;
}

Ints Coordinates(int64_t index, const Ints& dims) {
  Ints coordinates(dims.size());
  for (size_t i = dims.size(); i-- > 0; index /= dims[i]) coordinates[i] = index % dims[i];
  return coordinates;
}

struct Scatter {
  Node* node = nullptr;
  Ints dims;    // of what is written to
  Ints places;  // of each update, as numbers of elements
};

// Indices count from the end when they are negative.
bool Resolve(int64_t size, int64_t* index) {
  *index += *index < 0 ? size : 0;
  return *index >= 0 && *index < size;
}

// Rows of indices, each the place of a block of updates.
bool PlaceBlocks(const Ints& indices, size_t depth, Scatter* scatter) {
  const Ints steps = StepsOf(scatter->dims);
  if (depth == 0 || depth > steps.size()) return false;
  const int64_t block = steps[depth - 1];
  for (size_t row = 0; row + depth <= indices.size(); row += depth) {
    int64_t begin = 0;
    for (size_t i = 0; i < depth; ++i) {
      int64_t index = indices[row + i];
      if (!Resolve(scatter->dims[i], &index)) return false;
      begin += index * steps[i];
    }
    for (int64_t i = 0; i < block; ++i) scatter->places.push_back(begin + i);
  }
  return true;
}

// An index along one axis for each update.
bool PlaceElements(const Ints& indices, const Ints& shape, size_t axis, Scatter* scatter) {
  const Ints steps = StepsOf(scatter->dims);
  if (shape.size() != steps.size() || axis >= shape.size()) return false;
  for (size_t i = 0; i < indices.size(); ++i) {
    Ints at = Coordinates(static_cast<int64_t>(i), shape);
    at[axis] = indices[i];
    if (!Resolve(scatter->dims[axis], &at[axis])) return false;
    int64_t place = 0;
    for (size_t k = 0; k < at.size(); ++k) {
      if (at[k] >= scatter->dims[k]) return false;
      place += at[k] * steps[k];
    }
    scatter->places.push_back(place);
  }
  return true;
}

std::optional<Scatter> ScatterOf(Node* node) {
  // Numbers of elements are float32 in ncnn.
  constexpr int64_t kMostElements = 1 << 24;
  const Value* x = node->input(0);
  const Value* updates = node->input(2);
  const auto indices = node->input(1) ? graph::ConstantInts(node->input(1)) : std::nullopt;
  if (!x || !updates || !indices || !x->type.dims || !updates->type.dims) return {};
  if (node->String("reduction", "none") != "none") return {};
  const auto dims = graph::KnownDims(*x->type.dims);
  const auto shape = graph::KnownDims(*updates->type.dims);
  if (!dims || !shape || dims->empty() || Product(*dims) + Product(*shape) > kMostElements)
    return {};
  Scatter scatter = {node, *dims, {}};
  const Ints& index_dims = node->input(1)->constant()->dims();
  if (index_dims.empty()) return {};
  int64_t axis = node->Int("axis", 0);
  axis += axis < 0 ? static_cast<int64_t>(dims->size()) : 0;
  const bool placed =
      node->Is("ScatterND")
          ? PlaceBlocks(*indices, static_cast<size_t>(index_dims.back()), &scatter)
          : PlaceElements(*indices, index_dims, static_cast<size_t>(axis), &scatter);
  const bool fits = placed && !scatter.places.empty() &&
                    static_cast<int64_t>(scatter.places.size()) == Product(*shape);
  return fits ? std::optional(std::move(scatter)) : std::nullopt;
}

// Where a block of updates begins, and its dimensions.
struct Block {
  Ints offsets, dims;
};

std::optional<Block> BlockOf(const Scatter& scatter) {
  Block block = {Coordinates(scatter.places.front(), scatter.dims), {}};
  const Ints last = Coordinates(scatter.places.back(), scatter.dims);
  for (size_t i = 0; i < last.size(); ++i) {
    block.dims.push_back(last[i] - block.offsets[i] + 1);
    if (block.dims.back() < 1) return {};
  }
  if (Product(block.dims) != static_cast<int64_t>(scatter.places.size())) return {};
  const Ints steps = StepsOf(scatter.dims);
  for (size_t i = 0; i < scatter.places.size(); ++i) {
    const Ints at = Coordinates(static_cast<int64_t>(i), block.dims);
    int64_t place = 0;
    for (size_t k = 0; k < at.size(); ++k) place += (at[k] + block.offsets[k]) * steps[k];
    if (place != scatter.places[i]) return {};
  }
  return block;
}

Value* Reshaped(Value* value, const Ints& dims, Node* before) {
  if (value->constant()) return before->graph()->AddConstant(value->constant()->Reshaped(dims));
  return AddReshape(value, Dims(dims.begin(), dims.end()), before, value->name());
}

Value* Copy(const Scatter& scatter, const Block& block) {
  Node* node = scatter.node;
  Value* y = AddNcnn("CopyTo", {node->input(0), Reshaped(node->input(2), block.dims, node)},
                     *node->output()->type.dims, node, node->output()->name());
  y->producer()->Set("offsets", block.offsets);
  return y;
}

// Nothing if the updates are no numbers.
Value* Choose(const Scatter& scatter) {
  Node* node = scatter.node;
  const auto numbers = node->input(2)->constant()->Numbers();
  if (!numbers) return nullptr;
  const auto count = static_cast<size_t>(Product(scatter.dims));
  std::vector<float> written(count, 0), values(count, 0);
  for (size_t i = 0; i < scatter.places.size(); ++i) {
    written[static_cast<size_t>(scatter.places[i])] = 1;
    values[static_cast<size_t>(scatter.places[i])] = static_cast<float>((*numbers)[i]);
  }
  graph::Graph* graph = node->graph();
  Value* y = graph->AddOp("Where",
                          {AddFloats(graph, scatter.dims, written),
                           AddFloats(graph, scatter.dims, values), node->input(0)},
                          node, node->output()->name());
  y->type = node->output()->type;
  return y;
}

Value* Mix(const Scatter& scatter) {
  Node* node = scatter.node;
  graph::Graph* graph = node->graph();
  const int64_t count = Product(scatter.dims);
  const auto updates = static_cast<int64_t>(scatter.places.size());
  Ints sources(static_cast<size_t>(count));
  std::iota(sources.begin(), sources.end(), 0);
  for (int64_t i = 0; i < updates; ++i) {
    sources[static_cast<size_t>(scatter.places[static_cast<size_t>(i)])] = count + i;
  }
  const std::string& name = node->output()->name();
  Value* both = graph->AddOp(
      "Concat",
      {Reshaped(node->input(0), {1, count}, node), Reshaped(node->input(2), {1, updates}, node)},
      node, name);
  both->producer()->Set("axis", int64_t{1});
  both->type = node->output()->type;
  both->type.dims = Dims{1, count + updates};
  Value* taken = graph->AddOp("Gather", {both, AddInts(graph, sources)}, node, name);
  taken->producer()->Set("axis", int64_t{1});
  taken->type = both->type;
  taken->type.dims = Dims{1, count};
  return AddReshape(taken, *node->output()->type.dims, node, name);
}

bool Fuse(Node* node) {
  const auto scatter = ScatterOf(node);
  if (!scatter || !node->output()->type.dims) return false;
  Value* y = nullptr;
  if (const auto block = BlockOf(*scatter)) {
    y = Copy(*scatter, *block);
  } else {
    y = node->input(2)->constant() ? Choose(*scatter) : Mix(*scatter);
  }
  if (!y) return false;
  graph::ReplaceNode(node, y);
  return true;
}

}  // namespace

Result<int64_t> fuse_scatter(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) {
    const bool scatters =
        node->Is("ScatterND") || node->Is("ScatterElements") || node->Is("Scatter");
    count += scatters && Fuse(node);
  }
  return count;
}

}  // namespace mmdeploy::ncnn_convert
