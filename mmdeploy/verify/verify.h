#pragma once

#include <string>
#include <vector>

#include "mmdeploy/pipeline/pipeline.h"
#include "mmdeploy/verify/golden.h"

namespace mmdeploy {

// One comparison with the golden data.
struct Comparison {
  std::string stage;  // "preprocess"
  std::string what;   // tensor name, or "result"
  bool passed = false;
  bool replayed = true;  // from the stage's golden input; false: from what ran before it here
  double max_difference = 0;
  double mean_difference = 0;
  std::string where;    // index of the largest difference, or what is different
  std::string message;  // why it failed; empty if it passed
};

struct VerifyReport {
  std::string reference;
  std::vector<Comparison> stages;  // each stage from its golden input, in order
  std::vector<Comparison> chain;   // the whole pipeline from the image

  bool passed() const;
  // The first stage that differs, or nullptr.
  const Comparison* first_failure() const;
};

// Replays every stage of the model's golden data, then the whole chain. Errors: what keeps it
// from running at all; differences are in the report.
Result<VerifyReport> Verify(const Model& model, const Pipeline& pipeline);

// Element `i` of a tensor as a number; NaN for a type that holds none.
double Element(const Tensor& tensor, int64_t i);

// Compares stored elements with a tensor computed here.
Comparison CompareTensor(const GoldenTensor& expected, const Tensor& found,
                         const Tolerance& tolerance);

// Compares the results of one image by the description of their type: which of two lists belong
// together, and when two values of a field count as the same.
Comparison CompareResults(const GoldenStage& expected, const std::vector<Record>& found);

}  // namespace mmdeploy
