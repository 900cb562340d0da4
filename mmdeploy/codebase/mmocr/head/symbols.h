#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/text_recognizer/result.h"

// What the heads of text recognizers share.
namespace mmdeploy::mmocr {

// What the classes of a recognizer mean.
struct Symbols {
  std::vector<std::string> text;  // UTF-8, by class
  // Classes with a meaning of their own; -1 where there is none. `padding` is the blank of CTC.
  int padding = -1, start = -1, end = -1, unknown = -1;
  std::vector<bool> ignored;  // by class: not part of the text
  // The network may tell all classes apart but the last, the padding: the model does not say.
  bool may_lack_padding = false;
};

// How the format level and the kind of recognizer put classes together.
struct SymbolRules {
  bool is_ctc = false;  // has a blank; else a start and an end
};

// Reads the dictionary of `params` (`dict_file`, `dict_list` or `dict_type`, in this order; with
// none of them a `dict_file.txt` of the model's `customs`) and adds the tokens that the recognizer
// has beside it, by the model's format level (sdk interface 9.5 and 16.7).
// `with_unknown` may be absent: then `num_classes`, if known, decides. Errors: kFail with the JSON
// path for no dictionary, a file that is not there or no UTF-8.
Result<Symbols> ReadSymbols(JsonReader& params, const ModuleEnv& env, const SymbolRules& rules);

// Errors: kFail, with both sizes, where the network has other classes than the dictionary.
Result<void> CheckClasses(int64_t num_classes, const Symbols& symbols);

// The same, and whether steps come first, when the model is loaded, for what is known then of the
// network; says where in the model.
Result<void> CheckKnownOutput(const ModuleEnv& env, const JsonPath& path, const Symbols& symbols);

// The scores [1,T,C] of one image. Errors: kFail for another shape, NaN.
struct Steps {
  const float* data = nullptr;
  int64_t count = 0, classes = 0;

  const float* step(int64_t index) const { return data + index * classes; }
};
Result<Steps> RequireSteps(const NamedTensors& tensors);

// The first class with the largest score.
int64_t ArgMax(const float* scores, int64_t count);

// Gives the probabilities of symbols: the network's scores, or their softmax. It looks whether they
// are what it was told, and says once if not: the text is right, but its scores are not.
// Thread-safe.
class Probabilities {
 public:
  // `where` are the parameters of the head; softmax: the network gives logits.
  Probabilities(std::string where, bool softmax) : where_(std::move(where)), softmax_(softmax) {}

  // That of the class `best` of a step.
  float Of(const float* scores, int64_t classes, int64_t best) const;

 private:
  void WarnOnce(const std::string& found) const;

  const std::string where_;
  const bool softmax_;
  mutable std::atomic<bool> warned_{false};
};

}  // namespace mmdeploy::mmocr
