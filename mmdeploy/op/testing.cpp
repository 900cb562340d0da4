#include "mmdeploy/op/testing.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>
#include <random>

#include "mmdeploy/op/host_context.h"
#ifdef MMDEPLOY_CUDA
#include "mmdeploy/op/cuda/device_context.h"
#endif

namespace mmdeploy::op::testing {
namespace {

Result<Attributes> TryAttributes(const OpDef& op, const AttributeMap& given) {
  std::vector<std::optional<AttrValue>> values;
  size_t used = 0;
  for (const auto& def : op.attributes) {
    const auto it = given.find(def.name);
    used += it != given.end();
    values.push_back(it == given.end() ? std::nullopt : std::optional<AttrValue>(it->second));
  }
  EXPECT_EQ(used, given.size()) << "an attribute that " << Name(op) << " does not have";
  return op::MakeAttributes(op, values);
}

double ValueOf(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DataType::kFloat32:
      return tensor.data<float>()[i];
    case DataType::kInt32:
      return tensor.data<int32_t>()[i];
    default:
      return static_cast<double>(tensor.data<int64_t>()[i]);
  }
}

void ExpectNear(const Tensor& expected, const Tensor& found, double tolerance) {
  ASSERT_EQ(Name(found.shape()), Name(expected.shape()));
  ASSERT_EQ(found.dtype(), expected.dtype());
  for (int64_t i = 0; i < expected.num_elements(); ++i) {
    const double want = ValueOf(expected, i), got = ValueOf(found, i);
    if (std::isnan(want) && std::isnan(got)) continue;
    if (want == got) continue;
    ASSERT_LE(std::fabs(want - got), tolerance * std::max(1., std::fabs(want)))
        << "element " << i << " of " << Describe(expected) << ": expected " << want << ", found "
        << got;
  }
}

void ExpectEqualBytes(const Tensor& expected, const Tensor& found) {
  ASSERT_EQ(Name(found.shape()), Name(expected.shape()));
  EXPECT_EQ(std::memcmp(found.raw(), expected.raw(), expected.num_bytes()), 0)
      << "several threads give other results than one";
}

#ifdef MMDEPLOY_CUDA

// Where there is no device, nothing can be compared.
void ExpectDeviceMatches(const OpDef& op, const Attributes& attributes, const Inputs& inputs,
                         const std::vector<Tensor>& expected, double tolerance) {
  SCOPED_TRACE("CUDA");
  // Forms of an operator that one engine has itself need none.
  if (!op.native_engines.empty()) return;
  ASSERT_TRUE(op.run_cuda);
  if (!cuda::HasDevice()) return;
  const auto found = cuda::RunOnDevice(op, attributes, inputs);
  ASSERT_TRUE(found) << found.error().message();
  for (size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(op.outputs[i].name);
    ExpectNear(expected[i], (*found)[i], tolerance);
  }
}

#else

void ExpectDeviceMatches(const OpDef&, const Attributes&, const Inputs&, const std::vector<Tensor>&,
                         double) {}

#endif

}  // namespace

Attributes MakeAttributes(const OpDef& op, const AttributeMap& given) {
  auto attributes = TryAttributes(op, given);
  if (!attributes) throw std::invalid_argument(attributes.error().message());
  return *attributes;
}

std::string AttributesError(const OpDef& op, const AttributeMap& given) {
  const auto attributes = TryAttributes(op, given);
  return attributes ? "" : attributes.error().message();
}

Tensor Random(const Shape& shape, float low, float high, uint32_t seed) {
  auto tensor = *Tensor::Allocate(DataType::kFloat32, shape);
  std::mt19937 engine(seed + 1);
  std::uniform_real_distribution<float> distribution(low, high);
  for (int64_t i = 0; i < tensor.num_elements(); ++i)
    tensor.data<float>()[i] = distribution(engine);
  return tensor;
}

Result<std::vector<Tensor>> Run(const OpDef& op, const Attributes& attributes, RunFunction function,
                                const Inputs& inputs, int num_threads) {
  return HostContext(op, inputs, num_threads).Run(attributes, function);
}

void ExpectMatchesReference(const OpDef& op, const AttributeMap& attribute_map,
                            const Inputs& inputs, double tolerance) {
  const auto attributes = MakeAttributes(op, attribute_map);
  const auto expected = Run(op, attributes, op.reference, inputs);
  ASSERT_TRUE(expected) << expected.error().message();
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    const auto one = Run(op, attributes, op.run, inputs);
    const auto several = Run(op, attributes, op.run, inputs, 3);
    hwy::SetSupportedTargetsForTest(0);
    ASSERT_TRUE(one && several) << one.error().message();
    for (size_t i = 0; i < expected->size(); ++i) {
      SCOPED_TRACE(op.outputs[i].name);
      ExpectNear((*expected)[i], (*one)[i], tolerance);
      ExpectEqualBytes((*one)[i], (*several)[i]);
    }
  }
  ExpectDeviceMatches(op, attributes, inputs, *expected, tolerance);
}

std::string RunError(const OpDef& op, const AttributeMap& attributes, const Inputs& inputs) {
  const auto result = Run(op, MakeAttributes(op, attributes), op.run, inputs);
  return result ? "" : result.error().message();
}

}  // namespace mmdeploy::op::testing
