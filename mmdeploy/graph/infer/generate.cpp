// Operators that make tensors from shapes and numbers, and shapes from tensors.

#include <cmath>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// A position among the dimensions, clipped as in a slice.
size_t ClipPosition(int64_t position, size_t rank) {
  const auto size = static_cast<int64_t>(rank);
  if (position < 0) position = position < -size ? 0 : position + size;
  return static_cast<size_t>(std::min(position, size));
}

Result<void> Shape(InferContext& c) {
  const int64_t from = c.Int("start", 0), to = c.Int("end", INT64_MAX);
  if (!c.dims(0)) {
    c.Set(0, ElementType::kInt64, Dims(1));
    return {};
  }
  const Dims& dims = *c.dims(0);
  const size_t begin = ClipPosition(from, dims.size());
  const size_t end = std::max(begin, ClipPosition(to, dims.size()));
  std::vector<SymInt> sizes(dims.begin() + static_cast<int64_t>(begin),
                            dims.begin() + static_cast<int64_t>(end));
  const auto count = static_cast<int64_t>(sizes.size());
  c.Set(0, ElementType::kInt64, Dims{count});
  c.SetContent(0, Content::Of(ElementType::kInt64, {count}, std::move(sizes)));
  return {};
}

Result<void> Size(InferContext& c) {
  c.Set(0, ElementType::kInt64, Dims());
  if (!c.dims(0)) return {};
  c.SetContent(0,
               Content::Of(ElementType::kInt64, {}, {Product(*c.dims(0), 0, c.dims(0)->size())}));
  return {};
}

Result<void> ConstantOfShape(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 1));
  ElementType element = ElementType::kFloat32;
  const AttributeValue* attribute = c.node().Find("value");
  if (attribute) {
    const auto* value = std::get_if<TensorPtr>(attribute);
    if (!value || !*value) return c.Fail("attribute 'value' must be a tensor");
    element = (*value)->type();
  }
  c.Set(0, element);
  std::optional<std::vector<SymInt>> shape = c.Elements(0);
  if (!shape) return {};
  Dims dims;
  for (const SymInt& size : *shape) {
    if (size.is_known() && size.value() < 0) {
      return c.Fail("the shape has {}, allowed 0 or more", size.value());
    }
    dims.push_back(size.ToDim());
  }
  c.Set(0, element, std::move(dims));
  return {};
}

// The one element of an input; unknown if it is not known.
SymInt Scalar(const InferContext& c, size_t i) {
  const Content* content = c.content(i);
  return content && content->elements.size() == 1 ? content->elements[0] : SymInt();
}

Result<void> Range(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  const SymInt start = Scalar(c, 0), limit = Scalar(c, 1), delta = Scalar(c, 2);
  Dim size;
  const auto numbers = {c.KnownNumbers(0), c.KnownNumbers(1), c.KnownNumbers(2)};
  std::vector<double> known;
  for (const auto& number : numbers) {
    if (number && number->size() == 1) known.push_back((*number)[0]);
  }
  if (known.size() == 3 && known[2] == 0) return c.Fail("the step is 0");
  if (delta.is_known() && delta.value() > 0) {
    size = Max(CeilDiv(limit - start, delta), 0).ToDim();
  } else if (delta.is_known() && delta.value() < 0 && delta.value() > INT64_MIN) {
    size = Max(CeilDiv(start - limit, -delta.value()), 0).ToDim();
  }
  if (size.is_unknown() && known.size() == 3) {
    const double count = std::ceil((known[1] - known[0]) / known[2]);
    if (count < 9e15) size = static_cast<int64_t>(std::max(count, 0.0));
  }
  c.Set(0, c.element(0), Dims{size});
  return {};
}

Result<void> EyeLike(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 2));
  const int64_t dtype = c.Int("dtype", static_cast<int64_t>(c.element(0)));
  c.Set(0, static_cast<ElementType>(dtype), c.dims(0));
  return {};
}

Result<void> Trilu(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 2, SIZE_MAX));
  return InferSameType(c);
}

Result<void> Random(InferContext& c) {
  const std::vector<int64_t> shape = c.Ints("shape").value_or(std::vector<int64_t>());
  Dims dims;
  for (int64_t size : shape) {
    if (size < 0) return c.Fail("attribute 'shape' has {}, allowed 0 or more", size);
    dims.emplace_back(size);
  }
  c.Set(0, static_cast<ElementType>(c.Int("dtype", 1)), std::move(dims));
  return {};
}

Result<void> RandomLike(InferContext& c) {
  const int64_t dtype = c.Int("dtype", static_cast<int64_t>(c.element(0)));
  c.Set(0, static_cast<ElementType>(dtype), c.dims(0));
  return {};
}

Result<void> Multinomial(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 2));
  const int64_t samples = c.Int("sample_size", 1);
  if (samples < 1) return c.Fail("attribute 'sample_size' is {}, allowed 1 or more", samples);
  const Dim batch = c.dims(0) ? (*c.dims(0))[0] : Dim();
  c.Set(0, static_cast<ElementType>(c.Int("dtype", 6)), Dims{batch, samples});
  return {};
}

Result<void> Window(InferContext& c) {
  c.Set(0, static_cast<ElementType>(c.Int("output_datatype", 1)), Dims{Scalar(c, 0).ToDim()});
  return {};
}

constexpr InferRule kRules[] = {
    {"Bernoulli", 1, 1, kFloats, RandomLike},
    {"BlackmanWindow", 1, 1, kIntegers, Window},
    {"ConstantOfShape", 1, 1, kIntegers, ConstantOfShape},
    {"EyeLike", 1, 1, kAnything, EyeLike},
    {"HammingWindow", 1, 1, kIntegers, Window},
    {"HannWindow", 1, 1, kIntegers, Window},
    {"Multinomial", 1, 1, kFloats, Multinomial},
    {"RandomNormal", 0, 0, kAnything, Random},
    {"RandomNormalLike", 1, 1, kAnything, RandomLike},
    {"RandomUniform", 0, 0, kAnything, Random},
    {"RandomUniformLike", 1, 1, kAnything, RandomLike},
    {"Range", 3, 3, kNumbers, Range},
    {"Shape", 1, 1, kAnything, Shape},
    {"Size", 1, 1, kAnything, Size},
    {"Trilu", 1, 2, kAnything, Trilu},
};

}  // namespace

Span<const InferRule> GenerateRules() { return kRules; }

}  // namespace mmdeploy::graph
