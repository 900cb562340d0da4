#include <algorithm>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// Functions of one number: blobs of any rank.

namespace mmdeploy::ncnn {
namespace {

Rules AlphaBeta() { return {Float(0, "alpha"), Float(1, "beta")}; }

Rules Power() { return {Float(0, "base"), Float(1, "scale"), Float(2, "shift")}; }

}  // namespace

Rows activations_rows() {
  return {
      {"AbsVal", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"BNLL", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"CELU", {}, {}, {Float(0, "alpha")}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Clip",
       {},
       {},
       {Float(0, "min"), Float(1, "max")},
       {1, 4},
       nullptr,
       nullptr,
       SameShape,
       nullptr},
      {"DeepCopy", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"Dropout",
       {},
       {},
       {Float(0, "scale")},
       {1, 4},
       nullptr,
       nullptr,
       SameShape,
       nullptr,
       kForeign},
      {"ELU", {}, {}, {Float(0, "alpha")}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Erf", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Exp", {}, {}, Power(), {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"GELU", {}, {}, {Flag(0, "fast_gelu")}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"HardSigmoid", {}, {}, AlphaBeta(), {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"HardSwish", {}, {}, AlphaBeta(), {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Log", {}, {}, Power(), {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"Mish", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Power", {}, {}, Power(), {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"ReLU", {}, {}, {Float(0, "slope")}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"SELU",
       {},
       {},
       {Float(0, "alpha"), Float(1, "lambda")},
       {1, 4},
       nullptr,
       nullptr,
       SameShape,
       nullptr},
      {"Shrink",
       {},
       {},
       {Float(0, "bias"), Float(1, "lambd")},
       {1, 4},
       nullptr,
       nullptr,
       SameShape,
       nullptr},
      {"Sigmoid", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Softplus", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"Swish", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"TanH", {}, {}, {}, {1, 4}, nullptr, nullptr, SameShape, nullptr, kForeign},
      {"Threshold", {}, {}, {Float(0, "threshold")}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"UnaryOp", {}, {}, {Int(0, "op_type", 0, 27)}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
  };
}

}  // namespace mmdeploy::ncnn
