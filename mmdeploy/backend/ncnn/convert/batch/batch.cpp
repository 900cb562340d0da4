#include "mmdeploy/backend/ncnn/convert/batch/batch.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/batch/tracker.h"

namespace mmdeploy::ncnn_convert {

using graph::Dim;
using graph::Dims;
using graph::Graph;
using graph::Model;
using graph::Node;
using graph::Value;

namespace {

constexpr const char* kName = "batch";
constexpr int kMostLines = 8;

bool HasOpenBatch(const Value& input) {
  const std::optional<Dims>& dims = input.type.dims;
  return dims && dims->size() >= 2 && !dims->front().is_known();
}

class Check {
 public:
  explicit Check(Dim batch) : tracker_(std::move(batch)) {}

  Result<void> Run(const Graph& graph) {
    for (size_t i = 0; i < graph.num_inputs(); ++i) {
      const Value* input = graph.input(i);
      if (HasOpenBatch(*input)) {
        tracker_.Put(input, {0, {}});
      } else {
        Add("input '" + input->name() + "'",
            fmt::format("it is {}, all inputs have the same number of images", Name(input->type)));
      }
    }
    RunNodes(graph);
    for (size_t i = 0; i < graph.num_outputs(); ++i) CheckOutput(graph, i);
    MMDEPLOY_ENSURE(lines_.empty(), Code::kNotSupported,
                    "cannot be converted to ncnn with an open batch, which it runs image by image; "
                    "fix the first dimension of the inputs at 1, or change:{}",
                    lines_);
    return {};
  }

 private:
  // What follows a node that mixes images says nothing more.
  void RunNodes(const Graph& graph) {
    for (const Node* node : graph.Nodes()) {
      const Result<void> result = RunNode(*node);
      if (!result) Add(Describe(*node), result.error().message());
      if (num_lines_ >= kMostLines) return;
    }
  }

  Result<void> RunNode(const Node& node) {
    if (node.op() == "If" && node.domain().empty()) return RunIf(node);
    const bool follows = FollowCounts(node, &tracker_);
    if (follows) return {};
    for (size_t i = 0; i < node.num_inputs(); ++i) {
      MMDEPLOY_ENSURE(!tracker_.Of(node.input(i)).has_count() || IsSize(node, i),
                      Code::kNotSupported, "it calculates with the number of images");
    }
    MMDEPLOY_TRYV(RunRule(node));
    return CheckSizes(node);
  }

  // The number of images is a size of the result where its images lie, and nowhere else.
  Result<void> CheckSizes(const Node& node) {
    const Images& images = tracker_.Of(node.output());
    const auto& dims = node.output()->type.dims;
    for (size_t i = 0; i < node.num_inputs(); ++i) {
      const std::vector<bool>& counts = tracker_.Of(node.input(i)).counts;
      // Expand names the last sizes.
      const size_t missing =
          dims && dims->size() > counts.size() ? dims->size() - counts.size() : 0;
      for (size_t k = 0; counts.size() > 1 && k < counts.size(); ++k) {
        const bool fits = !counts[k] || images.axis == static_cast<int>(k + missing);
        MMDEPLOY_ENSURE(fits, Code::kNotSupported, "size {} is the number of images", k);
      }
      if (!tracker_.Of(node.input(i)).has_count() || !dims) continue;
      const auto sizes = std::count(dims->begin(), dims->end(), tracker_.batch());
      MMDEPLOY_ENSURE(sizes <= 1, Code::kNotSupported, "several sizes are the number of images");
    }
    return {};
  }

  Result<void> RunRule(const Node& node) {
    if (!tracker_.HasImages(node)) return Broadcast(node);
    MMDEPLOY_ENSURE(!node.Is("Tile") || !tracker_.Of(node.input(1)).has_count(),
                    Code::kNotSupported, "it repeats images by their number");
    const BatchRule rule = FindBatchRule(node);
    MMDEPLOY_ENSURE(rule && node.Subgraphs().empty(), Code::kNotSupported,
                    "what it does with the images of a batch is not known");
    return rule(node, &tracker_);
  }

  // Of a value that is the same for all images: one copy for each (Expand), or none.
  Result<void> Broadcast(const Node& node) {
    for (size_t i = 0; i < node.num_outputs(); ++i) {
      const std::optional<Dims>& dims = node.output(i)->type.dims;
      for (size_t axis = 0; dims && axis < dims->size(); ++axis) {
        if ((*dims)[axis] != tracker_.batch()) continue;
        const bool copies =
            node.op() == "Expand" || node.op() == "ConstantOfShape" || node.op() == "Tile";
        MMDEPLOY_ENSURE(copies, Code::kNotSupported, "it counts the images");
        return tracker_.Set(node, static_cast<int>(axis), i);
      }
    }
    return {};
  }

  // One branch is taken for all images if the condition is none of the images.
  Result<void> RunIf(const Node& node) {
    MMDEPLOY_ENSURE(!tracker_.Of(node.input(0)).has_images(), Code::kNotSupported,
                    "its condition depends on the images");
    MMDEPLOY_ENSURE(!tracker_.Of(node.input(0)).has_count(), Code::kNotSupported,
                    "its condition depends on the number of images");
    for (const Graph* branch : node.Subgraphs()) {
      RunNodes(*branch);
      for (size_t i = 0; i < branch->num_outputs() && i < node.num_outputs(); ++i) {
        const Images& images = tracker_.Of(branch->output(i));
        if (images.has_images() || images.has_count()) tracker_.Put(node.output(i), images);
      }
    }
    return {};
  }

  void CheckOutput(const Graph& graph, size_t i) {
    const Value& value = *graph.output(i);
    const std::string where = "output '" + graph.output_name(i) + "'";
    const Images& images = tracker_.Of(&value);
    if (images.axis > 0) Add(where, fmt::format("its images lie along axis {}", images.axis));
    if (!lines_.empty() || images.has_images()) return;
    Add(where, "it is the same for all images, and would be repeated for each");
  }

  void Add(const std::string& where, std::string_view what) {
    lines_ += fmt::format("{} {}: {}", lines_.empty() ? "" : ";", where, what);
    ++num_lines_;
  }

  Tracker tracker_;
  std::string lines_;
  int num_lines_ = 0;
};

}  // namespace

bool NameBatch(Model* model) {
  Graph* graph = model->graph();
  Dim batch;
  for (size_t i = 0; i < graph->num_inputs(); ++i) {
    if (!HasOpenBatch(*graph->input(i))) continue;
    Dim& dim = graph->input(i)->type.dims->front();
    if (batch.is_unknown()) batch = dim.is_symbol() ? dim : Dim(std::string(kName));
    dim = batch;
  }
  return batch.is_symbol();
}

Result<void> CheckBatch(const Model& model) {
  const Graph& graph = *model.graph();
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    if (HasOpenBatch(*graph.input(i))) {
      return Check(graph.input(i)->type.dims->front()).Run(graph);
    }
  }
  return {};
}

}  // namespace mmdeploy::ncnn_convert
