#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// Products of matrices, and attention, which is made of them.

namespace mmdeploy::ncnn {
namespace {

Rules Gemm() {
  return {Float(0, "alpha"),
          Float(1, "beta"),
          Flag(2, "transA"),
          Flag(3, "transB"),
          Flag(4, "constantA"),
          Flag(5, "constantB"),
          Flag(6, "constantC"),
          Int(7, "constantM", 0, kChannels),
          Int(8, "constantN", 0, kChannels),
          Int(9, "constantK", 0, kChannels),
          Int(10, "constant_broadcast_type_C", -1, 4),
          Flag(11, "output_N1M"),
          Int(12, "output_elempack", 0, 1),
          Int(13, "output_elemtype", 0, 1),
          Flag(14, "output_transpose"),
          Int(20, "constant_TILE_M", 0, kSize),
          Int(21, "constant_TILE_N", 0, kSize),
          Int(22, "constant_TILE_K", 0, kSize)};
}

Rules Attention() {
  return {Int(0, "embed_dim", 1, kSize),
          Int(1, "num_heads", 1, kSize),
          Int(2, "weight_data_size", 1, kCount),
          Int(3, "kdim", 1, kSize),
          Int(4, "vdim", 1, kSize),
          Flag(5, "attn_mask"),
          Float(6, "scale")};
}

Result<void> CheckAttention(const ParamLayer& layer) {
  const int embed = layer.Int(0, 0), heads = layer.Int(1, 1);
  MMDEPLOY_ENSURE(embed > 0 && embed % heads == 0, Code::kFail,
                  "num_heads {} does not divide embed_dim {}", heads, embed);
  MMDEPLOY_ENSURE(layer.inputs.size() - layer.Int(5, 0) >= 1, Code::kFail,
                  "attn_mask takes one more input");
  return CheckProduct(layer, 2, embed);
}

Result<void> CheckGemm(const ParamLayer& layer) {
  const int64_t m = layer.Int(7, 0), n = layer.Int(8, 0), k = layer.Int(9, 0);
  const bool a = layer.Int(4, 0), b = layer.Int(5, 0), c = layer.Int(6, 0);
  MMDEPLOY_ENSURE((!a || (m && k)) && (!b || (n && k)), Code::kFail,
                  "a constant matrix needs its size in constantM, constantN, constantK");
  MMDEPLOY_ENSURE(!c || (layer.Int(10, 0) < 1 || m || n), Code::kFail,
                  "constantC needs its size in constantM, constantN");
  const size_t needed = 2u - a - b;
  MMDEPLOY_ENSURE(layer.inputs.size() >= needed && layer.inputs.size() <= needed + !c, Code::kFail,
                  "{} inputs, the constants leave {}", layer.inputs.size(), needed);
  return {};
}

Result<void> CheckInnerProductInput(const ParamLayer& layer, Shapes in) {
  const int64_t inputs = layer.Int(2, 0) / layer.Int(0, 1);
  if (in[0].rank == 2 && in[0].w == inputs) return {};
  return ExpectSize(in[0], in[0].count(), inputs, "elements");
}

Result<void> CheckMatMulInputs(const ParamLayer& layer, Shapes in) {
  const BlobShape &a = in[0], &b = in[1];
  const int k = b.rank == 1 || layer.Int(0, 0) ? b.w : b.h;
  bool fits = a.w == k;
  if (a.rank >= 3 && b.rank >= 3) {
    fits = fits && (a.c == b.c || a.c == 1 || b.c == 1) && (a.d == b.d || a.d == 1 || b.d == 1);
  }
  MMDEPLOY_ENSURE(fits, Code::kFail, "inputs {} and {} do not fit", Name(a), Name(b));
  return {};
}

// Rows and columns of a matrix, transposed if asked for.
std::pair<int64_t, int64_t> Matrix(const BlobShape& x, bool transposed) {
  const int64_t rows = x.rank == 3 ? x.c : x.h;
  return transposed ? std::pair<int64_t, int64_t>(x.w, rows)
                    : std::pair<int64_t, int64_t>(rows, x.w);
}

Result<void> CheckGemmInputs(const ParamLayer& layer, Shapes in) {
  size_t next = 0;
  int64_t m = layer.Int(7, 0), n = layer.Int(8, 0), k_a = layer.Int(9, 0), k_b = k_a;
  if (!layer.Int(4, 0)) {
    MMDEPLOY_TRYV(ExpectRank(in[next], 1, 3));
    std::tie(m, k_a) = Matrix(in[next++], layer.Int(2, 0) != 0);
  }
  if (!layer.Int(5, 0)) {
    MMDEPLOY_TRYV(ExpectRank(in[next], 1, 3));
    std::tie(k_b, n) = Matrix(in[next++], layer.Int(3, 0) != 0);
  }
  MMDEPLOY_ENSURE(k_a == k_b, Code::kFail, "matrices of {} columns and {} rows do not fit", k_a,
                  k_b);
  if (next == in.size()) {
    const int64_t rows = layer.Int(7, 0);
    const int kind = layer.Int(6, 0) ? layer.Int(10, 0) : -1;
    MMDEPLOY_ENSURE((kind != 1 && kind != 2 && kind != 3) || rows == m, Code::kFail,
                    "constantC is for {} rows, found {}", rows, m);
    return {};
  }
  const BlobShape& c = in[next];
  const bool fits = (c.w == n || c.w == m || c.w == 1) && (c.h == 1 || c.h == m);
  MMDEPLOY_ENSURE(fits && c.rank <= 2, Code::kFail, "input C {} does not fit {}x{}", Name(c), m, n);
  return {};
}

Result<void> CheckAttentionInput(const ParamLayer& layer, Shapes in) {
  const int64_t embed = layer.Int(0, 1);
  const int mask = layer.Int(5, 0);
  const Shapes qkv = in.subspan(0, in.size() - static_cast<size_t>(mask));
  const std::array<int64_t, 3> columns = {layer.Int(2, 0) / embed,
                                          layer.Int(3, static_cast<int>(embed)),
                                          layer.Int(4, static_cast<int>(embed))};
  for (size_t i = 0; i < 3; ++i) {
    // One input is query, key and value; two are query, and key and value.
    const BlobShape& x = qkv[std::min(i, qkv.size() - 1)];
    MMDEPLOY_TRYV(ExpectRank(x, 2, 2));
    MMDEPLOY_TRYV(ExpectSize(x, x.w, columns[i], "columns"));
  }
  const BlobShape &key = qkv[std::min<size_t>(1, qkv.size() - 1)], &value = qkv[qkv.size() - 1];
  MMDEPLOY_ENSURE(key.h == value.h, Code::kFail, "key {} and value {} have different lengths",
                  Name(key), Name(value));
  if (!mask) return {};
  const BlobShape& m = in[in.size() - 1];
  const bool fits =
      m.w == key.h && m.h == qkv[0].h && (m.rank == 2 || (m.rank == 3 && m.c == layer.Int(1, 1)));
  MMDEPLOY_ENSURE(fits, Code::kFail, "mask {} does not fit {} x {}", Name(m), qkv[0].h, key.h);
  return {};
}

Result<void> CheckSdpaInputs(const ParamLayer& layer, Shapes in) {
  const int masks = layer.Int(5, 0);
  MMDEPLOY_ENSURE(in.size() == 3 + static_cast<size_t>(masks), Code::kFail,
                  "{} inputs with attn_mask={}", in.size(), masks);
  for (size_t i = 0; i < 3; ++i) MMDEPLOY_TRYV(ExpectRank(in[i], 3, 3));
  const BlobShape &q = in[0], &k = in[1], &v = in[2];
  MMDEPLOY_ENSURE(q.w == k.w && k.h == v.h && k.c == v.c && q.c % k.c == 0, Code::kFail,
                  "query {}, key {} and value {} do not fit", Name(q), Name(k), Name(v));
  if (!masks) return {};
  const BlobShape& m = in[3];
  MMDEPLOY_ENSURE(m.w == k.h && m.h == q.h && (m.rank == 2 || (m.rank == 3 && m.c == q.c)),
                  Code::kFail, "mask {} does not fit {} x {}", Name(m), q.h, k.h);
  return {};
}

Result<void> CheckInnerProduct(const ParamLayer& layer) {
  MMDEPLOY_TRYV(CheckActivation(layer));
  return CheckProduct(layer, 2, layer.Int(0, 0));
}

Result<void> CheckEmbed(const ParamLayer& layer) {
  return CheckProduct(layer, 3, int64_t{layer.Int(0, 0)} * layer.Int(1, 0));
}

int64_t CountGemm(const ParamLayer& layer) {
  const int64_t m = layer.Int(7, 0), n = layer.Int(8, 0), k = layer.Int(9, 0);
  return (layer.Int(4, 0) ? m * k : 0) + (layer.Int(5, 0) ? n * k : 0);
}

std::vector<BlobShape> InnerProductShape(const ParamLayer& layer, Shapes in) {
  const int64_t outputs = layer.Int(0, 0);
  const bool rows = in[0].rank == 2 && in[0].w == layer.Int(2, 0) / outputs;
  return {rows ? ShapeOf({in[0].h, outputs}) : ShapeOf({outputs})};
}

std::vector<BlobShape> GemmShape(const ParamLayer& layer, Shapes in) {
  size_t next = 0;
  int64_t m = layer.Int(7, 0), n = layer.Int(8, 0);
  if (!layer.Int(4, 0)) m = Matrix(in[next++], layer.Int(2, 0) != 0).first;
  if (!layer.Int(5, 0)) n = Matrix(in[next++], layer.Int(3, 0) != 0).second;
  if (layer.Int(14, 0)) std::swap(m, n);
  return {layer.Int(11, 0) ? ShapeOf({m, 1, n}) : ShapeOf({m, n})};
}

// Vectors and operands of different ranks are not known: the converter makes none.
std::vector<BlobShape> MatMulShape(const ParamLayer& layer, Shapes in) {
  const BlobShape &a = in[0], &b = in[1];
  if (a.rank != b.rank || a.rank < 2) return {BlobShape()};
  BlobShape shape = a;
  shape.w = layer.Int(0, 0) ? b.h : b.w;
  shape.d = std::max(a.d, b.d);
  shape.c = std::max(a.c, b.c);
  return {shape};
}

std::vector<BlobShape> AttentionShape(const ParamLayer& layer, Shapes in) {
  return {ShapeOf({in[0].h, layer.Int(2, 0) / layer.Int(0, 1)})};
}

std::vector<BlobShape> SdpaShape(const ParamLayer&, Shapes in) {
  return {ShapeOf({in[0].c, in[0].h, in[2].w})};
}

}  // namespace

Rows products_rows() {
  return {
      {"InnerProduct",
       {},
       {},
       {Int(0, "num_output", 1, kChannels), Flag(1, "bias_term"),
        Int(2, "weight_data_size", 1, kCount), Int(8, "int8_scale_term", 0, 2),
        Int(9, "activation_type", 0, 6), Floats(10, "activation_params")},
       {1, 4},
       CheckInnerProduct,
       CheckInnerProductInput,
       InnerProductShape,
       CountInParam<2>},
      {"Embed",
       {},
       {},
       {Int(0, "num_output", 1, kChannels), Int(1, "input_dim", 1, kCount), Flag(2, "bias_term"),
        Int(3, "weight_data_size", 1, kCount)},
       {1, 4},
       CheckEmbed,
       nullptr,
       nullptr,
       CountInParam<3>,
       kForeign},
      {"Gemm", {1, 3}, {}, Gemm(), {1, 4}, CheckGemm, CheckGemmInputs, GemmShape, CountGemm},
      {"MatMul",
       {2, 2},
       {},
       {Flag(0, "transB")},
       {1, 4},
       nullptr,
       CheckMatMulInputs,
       MatMulShape,
       nullptr},
      {"MultiHeadAttention",
       {1, 4},
       {},
       Attention(),
       {2, 2},
       CheckAttention,
       CheckAttentionInput,
       AttentionShape,
       CountInParam<2>},
      {"SDPA",
       {3, 4},
       {},
       {Flag(5, "attn_mask"), Float(6, "scale")},
       {3, 3},
       nullptr,
       CheckSdpaInputs,
       SdpaShape,
       nullptr},
  };
}

}  // namespace mmdeploy::ncnn
