// my_add/my_add.cpp
#include "mmdeploy/op/op.h"

namespace mmdeploy::op {
namespace my_add {
namespace {

Result<std::vector<Shape>> Infer(const Attributes&, InputShapes shapes) {
  MMDEPLOY_ENSURE(!shapes[0] || !shapes[1] || *shapes[0] == *shapes[1], Code::kInvalidArgument,
                  "inputs a and b have shapes {} and {}, expected equal ones", Name(*shapes[0]),
                  Name(*shapes[1]));
  return std::vector<Shape>{shapes[0] ? *shapes[0] : shapes[1].value_or(Shape())};
}

Result<void> Run(const Attributes&, OpContext& context) {
  const float *a = context.input(0).data<float>(), *b = context.input(1).data<float>();
  MMDEPLOY_TRY(auto output, context.Output(0));
  for (int64_t i = 0; i < output.num_elements(); ++i) output.data<float>()[i] = 2 * a[i] + b[i];
  return {};
}

}  // namespace
}  // namespace my_add

// output = 2 a + b, element by element; a, b and output are [...] of equal shapes.
std::vector<OpDef> my_add_ops() {
  OpDef op;
  op.names = {{"custom", "my_add"}};
  op.inputs = {{"a"}, {"b"}};
  op.outputs = {{"output"}};
  op.infer = my_add::Infer;
  op.reference = my_add::Run;  // plain code; there is no faster one
  op.run = my_add::Run;
  return {op};
}

}  // namespace mmdeploy::op
