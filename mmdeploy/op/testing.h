#pragma once

#include <map>
#include <string>
#include <vector>

#include "mmdeploy/op/op.h"

// For tests of operators: random tensors, and the fast code against the plain one.

namespace mmdeploy::op::testing {

using AttributeMap = std::map<std::string, AttrValue>;
using Inputs = std::vector<std::optional<Tensor>>;

// Attributes of a node that has these. Aborts the test if they are not allowed.
Attributes MakeAttributes(const OpDef& op, const AttributeMap& given);
// The error of attributes that are not allowed; "" if they are.
std::string AttributesError(const OpDef& op, const AttributeMap& given);

// Numbers from `low` to `high`, the same for the same seed.
Tensor Random(const Shape& shape, float low = -1, float high = 1, uint32_t seed = 0);

template <class T>
Tensor Filled(const Shape& shape, const std::vector<T>& values) {
  Tensor tensor = *Tensor::Allocate(DataTypeOf<T>::value, shape);
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

Result<std::vector<Tensor>> Run(const OpDef& op, const Attributes& attributes, RunFunction function,
                                const Inputs& inputs, int num_threads = 1);

// Runs op.run with every instruction set that this processor has, on one and on several threads,
// and compares with op.reference: |a - b| <= tolerance * max(1, |b|); integers are equal. Results
// of several threads are bit-equal to those of one. In builds with CUDA, and where there is a
// device, op.run_cuda is compared too.
void ExpectMatchesReference(const OpDef& op, const AttributeMap& attributes, const Inputs& inputs,
                            double tolerance = 1e-5);

// The message of the error that a run ends in; "" if it does not.
std::string RunError(const OpDef& op, const AttributeMap& attributes, const Inputs& inputs);

}  // namespace mmdeploy::op::testing
