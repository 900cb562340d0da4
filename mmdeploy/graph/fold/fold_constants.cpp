// Replaces what can be computed now by constants, in one sweep in execution order: what a node
// gives is a constant already when its users are looked at.

#include <algorithm>

#include "mmdeploy/graph/fold.h"
#include "mmdeploy/graph/fold/evaluate.h"
#include "mmdeploy/graph/infer/inference.h"

namespace mmdeploy::graph {

namespace {

// Results up to this size are not counted.
constexpr int64_t kSmallResult = 64 << 10;

class Folder {
 public:
  Folder(Model* model, const FoldOptions& options)
      : model_(model), options_(options), inference_(model) {
    ForEachConstant(model->graph(), [&](const TensorPtr& tensor) {
      budget_ += 8 * static_cast<int64_t>(tensor->bytes().size());
    });
  }

  int64_t Run() {
    Fold(model_->graph());
    FreeConstants(model_->graph());
    return count_;
  }

 private:
  void Fold(Graph* graph) {
    if (++nesting_ <= Inference::kMaxNesting) {
      for (Node* node : graph->Nodes()) {
        if (FoldConstantNode(node)) continue;
        // A node with wrong inputs may never run: it stays as it is.
        if (!inference_.RunNode(node)) continue;
        if (FoldKnownContent(node)) continue;
        for (Graph* inner : node->Subgraphs()) Fold(inner);
      }
      if (nesting_ > 1) FreeConstants(graph);
    }
    --nesting_;
  }

  int64_t OpsetOf(const Node& node) const {
    const int64_t version = model_->opset(node.domain());
    return version > 0 ? version : INT32_MAX;
  }

  // All inputs are constants, and the operator is evaluated.
  bool FoldConstantNode(Node* node) {
    if (node->num_inputs() == 0 || !node->has_uses()) return false;
    std::vector<TensorPtr> inputs;
    for (size_t i = 0; i < node->num_inputs(); ++i) {
      const Value* input = node->input(i);
      if (input && !input->constant()) return false;
      inputs.push_back(input ? input->constant() : nullptr);
    }
    auto outputs = EvaluateNode(*node, OpsetOf(*node), inputs, options_.max_bytes);
    return outputs && IsAffordable(*outputs) && Replace(node, *outputs);
  }

  // Small results cost nothing. Large ones are as large as their inputs, but a few nodes could
  // double them again and again.
  bool IsAffordable(const std::vector<TensorPtr>& outputs) {
    int64_t large = 0;
    for (const TensorPtr& output : outputs) {
      const int64_t bytes = output ? static_cast<int64_t>(output->bytes().size()) : 0;
      if (bytes > kSmallResult) large += bytes;
    }
    if (large > budget_) return false;
    budget_ -= large;
    return true;
  }

  template <class F>
  static void ForEachConstant(Graph* graph, F&& f) {
    for (const auto& constant : graph->constants()) f(constant->constant());
    for (Node* node : graph->Nodes()) {
      for (Graph* inner : node->Subgraphs()) ForEachConstant(inner, f);
    }
  }

  // The inputs are not known, but what they give is: Shape and what is computed from it.
  bool FoldKnownContent(Node* node) {
    std::vector<TensorPtr> outputs;
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      const Content* content = inference_.content(node->output(i));
      outputs.push_back(content ? content->tensor : nullptr);
    }
    return Replace(node, outputs);
  }

  // All outputs that are used must be known.
  bool Replace(Node* node, const std::vector<TensorPtr>& outputs) {
    bool any = false;
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      if (!node->output(i)->has_uses()) continue;
      if (i >= outputs.size() || !outputs[i]) return false;
      any = true;
    }
    if (!any) return false;
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      Value* output = node->output(i);
      inference_.Forget(output);
      if (!output->has_uses()) continue;
      Value* constant = node->graph()->AddConstant(outputs[i], output->name());
      output->ReplaceUses(constant);
    }
    node->graph()->Erase(node);
    ++count_;
    FreeUnused();
    return true;
  }

  // Intermediate results are freed on the way, but not so often that it costs more than a sweep.
  void FreeUnused() {
    Graph* graph = model_->graph();
    if (++since_freed_ * 2 < static_cast<int64_t>(graph->constants().size()) + 1000) return;
    since_freed_ = 0;
    FreeConstants(graph);
  }

  void FreeConstants(Graph* graph) {
    for (const auto& constant : graph->constants()) {
      if (!constant->has_uses()) inference_.Forget(constant.get());
    }
    graph->RemoveUnusedConstants();
  }

  Model* model_;
  FoldOptions options_;
  Inference inference_;
  // Bytes that large results may still take in all.
  int64_t budget_ = int64_t{64} << 20;
  int64_t count_ = 0;
  int64_t since_freed_ = 0;
  int nesting_ = 0;
};

}  // namespace

Result<int64_t> FoldConstants(Model* model, const FoldOptions& options) {
  return Folder(model, options).Run();
}

}  // namespace mmdeploy::graph
