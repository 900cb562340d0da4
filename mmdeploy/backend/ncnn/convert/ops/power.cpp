#include <algorithm>
#include <cfloat>
#include <cmath>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/sign.h"

// Pow. ncnn computes powers by logarithms, wrong for bases of 0 and below: whole exponents are
// products here, halves are products of roots, other constants are written so that 0 gives 0 and
// what is negative NaN, and what else is not surely positive is a layer of our own.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

constexpr int64_t kMul = 2, kDiv = 3, kAdd = 0, kPow = 6, kReversedPow = 9;
constexpr int64_t kSquare = 4, kSqrt = 5, kReciprocal = 15;
// Products of more factors are left to logarithms.
constexpr double kMostFactors = 64;

bool IsWhole(double number) { return number == std::floor(number); }

// Layers that end in the output of a node.
class Chain {
 public:
  Chain(const Node& node, Emitter* emitter) : node_(node), emitter_(*emitter) {}

  std::string Unary(const std::string& x, int64_t operation) {
    Layer* layer = emitter_.AddInner("UnaryOp", node_, {x});
    layer->Set(0, operation);
    return layer->outputs[0];
  }
  std::string Binary(const std::string& x, const std::string& y, int64_t operation) {
    Layer* layer = emitter_.AddInner("BinaryOp", node_, {x, y});
    layer->Set(0, operation);
    return layer->outputs[0];
  }
  std::string Scalar(const std::string& x, double y, int64_t operation) {
    Layer* layer = emitter_.AddInner("BinaryOp", node_, {x});
    SetNumber(operation, static_cast<float>(y), layer);
    return layer->outputs[0];
  }
  std::string Clip(const std::string& x, float min, float max) {
    Layer* layer = emitter_.AddInner("Clip", node_, {x});
    layer->Set(0, min);
    layer->Set(1, max);
    return layer->outputs[0];
  }

  // x^n of n >= 1, by squares.
  std::string WholePower(std::string x, int64_t n) {
    std::string product;
    for (; n > 0; n /= 2) {
      if (n % 2 == 1) product = product.empty() ? x : Binary(product, x, kMul);
      if (n > 1) x = Unary(x, kSquare);
    }
    return product;
  }

 private:
  const Node& node_;
  Emitter& emitter_;
};

// x^e of a number that is no multiple of a half, or large: by a logarithm of what is not 0, times
// sqrt(x) / max(sqrt(x), tiny), which is 1 for x > 0, 0 for 0 and NaN below.
std::string AnyPower(const std::string& x, double exponent, Chain* chain) {
  constexpr float kTinyRoot = 1e-19F;
  const std::string root = chain->Unary(x, kSqrt);
  const std::string step = chain->Binary(root, chain->Clip(root, kTinyRoot, FLT_MAX), kDiv);
  return chain->Binary(chain->Scalar(chain->Clip(x, FLT_MIN, FLT_MAX), exponent, kPow), step, kMul);
}

std::string PositivePower(const Value& base, const std::string& x, double exponent, Chain* chain) {
  const double twice = 2 * exponent;
  if (IsWhole(exponent) && exponent <= kMostFactors) {
    return chain->WholePower(x, static_cast<int64_t>(exponent));
  }
  if (IsWhole(twice) && twice <= kMostFactors) {
    return chain->WholePower(chain->Unary(x, kSqrt), static_cast<int64_t>(twice));
  }
  return IsPositive(base) ? chain->Scalar(x, exponent, kPow) : AnyPower(x, exponent, chain);
}

// Of a constant exponent.
Result<void> AddPower(const Node& node, double exponent, Emitter* emitter) {
  const Value& base = *node.input(0);
  const std::string x = emitter->Read(&base);
  Chain chain(node, emitter);
  if (exponent == 1) {
    emitter->Add("Noop", node, {x});
    return {};
  }
  if (exponent == 0) {
    chain.Clip(x, 1, 1);
  } else {
    const std::string power = PositivePower(base, x, std::abs(exponent), &chain);
    if (exponent < 0) chain.Unary(power, kReciprocal);
  }
  emitter->RenameLast(node);
  return {};
}

// Whole exponents of several values, e.g. one per channel: for each bit of them x^(2^bit) where it
// is set, and 1 elsewhere: what is no factor is 1 before it is squared, so that nothing overflows.
Result<void> AddPowers(const Node& node, const std::vector<double>& exponents, Emitter* emitter) {
  const Value& exponent = *node.input(1);
  const size_t rank = BlobRank(*node.output());
  const std::string x = emitter->ReadAs(node, node.input(0), rank);
  const double most = *std::max_element(exponents.begin(), exponents.end());
  Chain chain(node, emitter);
  std::string product;
  for (int bit = 0; bit == 0 || std::ldexp(1, bit) <= most; ++bit) {
    std::vector<float> chosen, others;
    for (double value : exponents) {
      chosen.push_back(static_cast<float>(static_cast<int64_t>(value) >> bit & 1));
      others.push_back(1 - chosen.back());
    }
    const std::string mask = emitter->Literal(node, exponent, chosen, rank);
    const std::string rest = emitter->Literal(node, exponent, others, rank);
    std::string factor = chain.Binary(chain.Binary(x, mask, kMul), rest, kAdd);
    for (int i = 0; i < bit; ++i) factor = chain.Unary(factor, kSquare);
    product = product.empty() ? factor : chain.Binary(product, factor, kMul);
  }
  emitter->RenameLast(node);
  return {};
}

// ncnn's own power of what is surely positive, else the layer of ours.
Result<void> AddPlain(const Node& node, Emitter* emitter) {
  const Value& base = *node.input(0);
  const bool positive = IsPositive(base);
  const auto number = graph::ConstantNumber(&base);
  if (positive && base.constant() && number &&
      base.constant()->rank() <= node.input(1)->type.dims->size()) {
    Layer* layer = emitter->Add("BinaryOp", node, {emitter->Read(node.input(1))});
    SetNumber(kReversedPow, static_cast<float>(*number), layer);
    return {};
  }
  const size_t rank = BlobRank(*node.output());
  const std::vector<std::string> inputs{emitter->ReadAs(node, &base, rank),
                                        emitter->ReadAs(node, node.input(1), rank)};
  if (!positive) {
    emitter->Add("Pow", node, inputs);
  } else {
    emitter->Add("BinaryOp", node, inputs)->Set(0, kPow);
  }
  return {};
}

Result<void> ConvertPow(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "an input is left out");
  const Value& base = *node.input(0);
  const Value& exponent = *node.input(1);
  if (!exponent.constant() || base.constant()) return AddPlain(node, emitter);
  MMDEPLOY_TRY(const std::vector<float> floats, Floats(&exponent));
  const std::vector<double> numbers(floats.begin(), floats.end());
  MMDEPLOY_ENSURE(!numbers.empty(), Code::kNotSupported, "'{}' is empty", exponent.name());
  const bool same = std::all_of(numbers.begin(), numbers.end(),
                                [&](double number) { return number == numbers.front(); });
  const bool whole = std::all_of(numbers.begin(), numbers.end(), [](double number) {
    return IsWhole(number) && number >= 0 && number <= kMostFactors;
  });
  const double first = numbers.front();
  const bool chain = std::isfinite(first) && (!IsWhole(first) || std::abs(first) <= kMostFactors);
  if (same && chain && SameBlob(base, *node.output()))
    return AddPower(node, numbers.front(), emitter);
  return whole ? AddPowers(node, numbers, emitter) : AddPlain(node, emitter);
}

}  // namespace

std::vector<Converter> power_converters() { return {{"Pow", ConvertPow, 2, {"broadcast=0"}}}; }

}  // namespace mmdeploy::ncnn_convert
