#pragma once

#include "mmdeploy/op/op.h"

namespace mmdeploy::op::deform_conv {

// What the operators of this family have in common.
struct Options {
  int64_t stride_h, stride_w;
  int64_t dilation_h, dilation_w;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  int64_t groups, deform_groups;
};

// Which input is what; -1 if the operator has none of it.
struct InputIndices {
  int input, offset, mask, weight, bias;
};

// One call.
struct Problem {
  Options options;
  const Tensor& input;
  const Tensor& offset;
  const Tensor* mask;  // nullptr: all 1
  const Tensor& weight;
  const Tensor* bias;  // nullptr: all 0

  Problem(const Options& options, const InputIndices& indices, const OpContext& context);
};

// The shape of the output [N,O,oH,oW]. Errors: kInvalidArgument.
Result<std::vector<Shape>> Infer(const Options& options, const InputIndices& indices,
                                 InputShapes shapes);

// Attributes stride, padding, dilation, groups and deform_groups of the forms of mmcv; `padding` is
// [h, w] or, if it may have 4 values, [top, bottom, left, right], as the exporter writes it.
std::vector<AttrDef> MmcvAttributes(const std::vector<size_t>& padding_sizes);
Options MmcvOptions(const Attributes& attributes);

Result<void> Reference(const Problem& problem, OpContext& context);
Result<void> Run(const Problem& problem, OpContext& context);
Result<void> RunCuda(const Problem& problem, OpContext& context);

}  // namespace mmdeploy::op::deform_conv
