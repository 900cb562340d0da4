#pragma once

#include <ATen/core/stack.h>

#include <string>

#include "mmdeploy/op/op.h"

// How LibTorch calls an operator: inputs and attributes in the order of the declaration, or in one
// of its documented forms.

namespace mmdeploy::torchscript {

// What a call passes.
struct Call {
  std::vector<at::Tensor> inputs;  // undefined where absent
  std::vector<std::optional<op::AttrValue>> attributes;
};

// "grid_sampler(Tensor input, Tensor grid, int interpolation_mode=0, ...) -> Tensor".
std::string Schema(const op::OpDef& op);
std::string Schema(const op::OpDef& op, const op::TorchscriptForm& form);

// Takes the arguments off the stack.
Call PopCall(const op::OpDef& op, torch::jit::Stack* stack);
Call PopCall(const op::OpDef& op, const op::TorchscriptForm& form, torch::jit::Stack* stack);

}  // namespace mmdeploy::torchscript
