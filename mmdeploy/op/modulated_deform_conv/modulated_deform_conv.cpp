#include "mmdeploy/op/deform_conv/deform_conv.h"

namespace mmdeploy::op {
namespace modulated_deform_conv {
namespace {

constexpr deform_conv::InputIndices kInputs{0, 1, 2, 3, 4};

Result<std::vector<Shape>> Infer(const Attributes& attributes, InputShapes shapes) {
  return deform_conv::Infer(deform_conv::MmcvOptions(attributes), kInputs, shapes);
}

template <Result<void> (*kFunction)(const deform_conv::Problem&, OpContext&)>
Result<void> RunProblem(const Attributes& attributes, OpContext& context) {
  return kFunction({deform_conv::MmcvOptions(attributes), kInputs, context}, context);
}

// torch.ops.mmdeploy.modulated_deform_conv of the documentation.
TorchscriptForm DocumentedForm() {
  return {"modulated_deform_conv",
          {{"Tensor input", 0},
           {"Tensor weight", 3},
           {"Tensor bias", 4},
           {"Tensor offset", 1},
           {"Tensor mask", 2},
           {"int kernel_h"},  // the weight tells
           {"int kernel_w"},
           {"int stride_h", -1, -1, "stride"},
           {"int stride_w", -1, -1, "stride"},
           {"int pad_h", -1, -1, "padding"},
           {"int pad_w", -1, -1, "padding"},
           {"int dilation_h", -1, -1, "dilation"},
           {"int dilation_w", -1, -1, "dilation"},
           {"int groups", -1, -1, "groups"},
           {"int deform_groups", -1, -1, "deform_groups"},
           {"bool with_bias", -1, 4}}};
}

}  // namespace
}  // namespace modulated_deform_conv

// Modulated deformable convolution (Zhu et al., "Deformable ConvNets v2", 2018; documentation:
// custom operators, MMCVModulatedDeformConv2d): what each tap samples is multiplied with a number
// of its own.
//
//   output[n,o,y,x] = bias[o] + sum over c, t of weight[o,c,t] * mask[n, d * taps + t, y, x] *
//                     (the sample of deform_conv)
//
// input [N,C,H,W]; offset [N, 2 * deform_groups * taps, oH, oW]; mask
// [N, deform_groups * taps, oH, oW]; weight [O, C / groups, kh, kw]; bias [O]; the rest as in
// deform_conv.
std::vector<OpDef> modulated_deform_conv_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "MMCVModulatedDeformConv2d"}, {"mmcv", "MMCVModulatedDeformConv2d"}};
  op.inputs = {{"input", 4, Presence::kRequired, true},
               {"offset", 4, Presence::kRequired, true},
               {"mask", 4, Presence::kRequired, true},
               {"weight", 4},
               {"bias", 1, Presence::kOptional}};
  op.outputs = {{"output", true}};
  op.attributes = deform_conv::MmcvAttributes({2});
  op.torchscript_forms = {modulated_deform_conv::DocumentedForm()};
  op.infer = modulated_deform_conv::Infer;
  op.reference = modulated_deform_conv::RunProblem<deform_conv::Reference>;
  op.run = modulated_deform_conv::RunProblem<deform_conv::Run>;
  op.run_cuda = MMDEPLOY_IF_CUDA(modulated_deform_conv::RunProblem<deform_conv::RunCuda>);
  return {op};
}

}  // namespace mmdeploy::op
