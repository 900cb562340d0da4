#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "mmdeploy/model/model.h"
#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// |found - expected| <= abs + rel * |expected|.
struct Tolerance {
  double abs = 1e-5;
  double rel = 1e-4;
  double share = 1;  // of the elements of a tensor that this must hold for

  bool Holds(double found, double expected) const {
    return std::abs(found - expected) <= abs + rel * std::abs(expected);
  }
};

// What a tensor was when the model was converted. `data` holds every `stride`-th element from
// `offset` on, in C order; all of them when stride is 1 and offset 0.
struct GoldenTensor {
  std::string name;
  Shape shape;
  DataType dtype = DataType::kFloat32;
  int64_t offset = 0;
  int64_t stride = 1;
  Tensor data;

  bool complete() const { return offset == 0 && stride == 1; }
};

// What one step of the pipeline gave.
struct GoldenStage {
  std::string name;  // "preprocess", "net", "postprocess"
  std::string node;  // name of the task in pipeline.json
  Tolerance tolerance;
  std::vector<GoldenTensor> tensors;
  const ResultType* result_type = nullptr;            // nullptr for a stage of tensors
  std::vector<Record> results;                        // of the image
  std::map<std::string, Tolerance> field_tolerances;  // by field; others have `tolerance`
};

// The proof of parity that an SDK model carries (mmdeploy/model/README.md, section "golden").
struct Golden {
  Bytes image;            // encoded
  std::string reference;  // "pytorch 1.13.1, mmcls 0.25.0"
  std::vector<GoldenStage> stages;
};

// Errors: kFileNotExist when the model has none (it was converted with --no-golden), kFail with
// the JSON path for one that is not valid.
Result<Golden> ReadGolden(const Model& model);

}  // namespace mmdeploy
