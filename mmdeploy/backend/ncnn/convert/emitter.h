#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mmdeploy/backend/ncnn/convert/layer.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::ncnn_convert {

// Collects the layers of a model. Operators ask it for the blobs that they read and make; a blob's
// dimensions are those of layout.h.
class Emitter {
 public:
  explicit Emitter(const graph::Graph& graph);

  // The blob of a value. Constants become MemoryData layers. One that cannot be a blob is a problem
  // of the current node, see TakeProblem.
  std::string Read(const graph::Value* value);
  // As above, with dimensions of 1 in front so that it has `rank` axes: ncnn aligns operands of
  // equal rank only as ONNX does. `value` has at most this many, the batch left out.
  std::string ReadAs(const graph::Node& node, const graph::Value* value, size_t rank);
  // The blob with all dimensions of the value, the batch included.
  std::string ReadWhole(const graph::Node& node, const graph::Value* value);

  // A blob of numbers, its dimensions outermost first.
  std::string Literal(const graph::Node& node, std::vector<float> numbers,
                      const std::vector<int64_t>& dims);
  // The same with the dimensions of the constant `like`, read as ReadAs does.
  std::string Literal(const graph::Node& node, const graph::Value& like, std::vector<float> numbers,
                      size_t rank);

  // A layer that makes the first output of a node (from its first input, without `inputs`). Valid
  // until the emitter ends.
  Layer* Add(std::string_view type, const graph::Node& node);
  Layer* Add(std::string_view type, const graph::Node& node, std::vector<std::string> inputs);
  // A layer in between; its only blob gets a name made of the node's.
  Layer* AddInner(std::string_view type, const graph::Node& node, std::vector<std::string> inputs);
  // A layer with all outputs that are used.
  Layer* AddMany(std::string_view type, const graph::Node& node, std::vector<std::string> inputs);
  // Lets the layer that was added last make the first output of the node.
  void RenameLast(const graph::Node& node);
  // A Reshape of a blob to known dimensions, outermost first; answers the new blob.
  std::string Reshape(const graph::Node& node, const std::string& blob,
                      const std::vector<int64_t>& dims);

  // What went wrong since the last call.
  Result<void> TakeProblem();

  // All layers in order: inputs, constants, nodes, outputs.
  std::vector<Layer> Finish();
  std::vector<std::string> OutputNames() const;
  // The blobs of values.
  const std::unordered_map<const graph::Value*, std::string>& names() const { return names_; }

 private:
  std::string Constant(const graph::Value* value, const std::vector<int64_t>& dims,
                       const std::string& name);
  void AddMemory(std::vector<float> numbers, const std::vector<int64_t>& dims,
                 const std::string& name);
  // A name without spaces, of a length that ncnn reads, that no other blob (or layer) has.
  std::string Unique(std::string_view name, std::unordered_set<std::string>* taken);
  const std::string& Name(const graph::Value* value);
  std::string LayerName(const graph::Node& node);

  const graph::Graph& graph_;
  std::vector<Layer> inputs_;
  std::map<std::string, Layer> constants_;  // by blob
  std::deque<Layer> layers_;
  std::unordered_map<const graph::Value*, std::string> names_;
  std::unordered_set<std::string> blobs_, layer_names_;
  Result<void> problem_;
};

// Writes the dimensions of a blob, outermost first, under the ids of Reshape and MemoryData.
void SetDims(const std::vector<int64_t>& dims, Layer* layer);

}  // namespace mmdeploy::ncnn_convert
