#include "mmdeploy/backend/example/program.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy::example {
namespace {

constexpr int64_t kMaxElements = 1 << 24;

Result<void> CheckSize(const Shape& shape) {
  const auto count = shape.num_elements();
  MMDEPLOY_ENSURE(count && *count <= kMaxElements, Code::kOutOfRange,
                  "shape {} is too large for the example engine", Name(shape));
  return {};
}

class Constant : public Op {
 public:
  static Result<std::unique_ptr<Op>> Read(JsonReader& args) {
    auto op = std::make_unique<Constant>();
    std::vector<int64_t> dims;
    args.Require("shape", &dims);
    args.Require("values", &op->values_);
    MMDEPLOY_TRYV(args.Finish());
    op->shape_ = Shape(dims);
    const bool fits = dims.size() <= Shape::kMaxRank &&
                      op->shape_.num_elements() == static_cast<int64_t>(op->values_.size());
    MMDEPLOY_ENSURE(fits, Code::kFail, "{}: {} values do not fill shape {}", args.path().str(),
                    op->values_.size(), Name(op->shape_));
    return op;
  }

  Result<Tensor> Run(const Tensor&) const override {
    MMDEPLOY_TRY(auto out, Tensor::Allocate(DataType::kFloat32, shape_));
    std::copy(values_.begin(), values_.end(), out.data<float>());
    return out;
  }

 private:
  Shape shape_;
  std::vector<float> values_;
};

class Identity : public Op {
 public:
  static Result<std::unique_ptr<Op>> Read(JsonReader& args) {
    MMDEPLOY_TRYV(args.Finish());
    return std::make_unique<Identity>();
  }

  Result<Tensor> Run(const Tensor& in) const override {
    MMDEPLOY_TRY(auto out, Tensor::Allocate(in.dtype(), in.shape()));
    std::copy_n(in.data<float>(), in.num_elements(), out.data<float>());
    return out;
  }
};

// [N,C,H,W] -> [N,C]
class GlobalAveragePool : public Op {
 public:
  static Result<std::unique_ptr<Op>> Read(JsonReader& args) {
    MMDEPLOY_TRYV(args.Finish());
    return std::make_unique<GlobalAveragePool>();
  }

  Result<Tensor> Run(const Tensor& in) const override {
    const Shape& shape = in.shape();
    MMDEPLOY_ENSURE(shape.size() == 4, Code::kInvalidArgument,
                    "global_average_pool takes [N,C,H,W], found {}", Name(shape));
    const int64_t area = shape[2] * shape[3];
    MMDEPLOY_TRY(auto out, Tensor::Allocate(DataType::kFloat32, {shape[0], shape[1]}));
    for (int64_t i = 0; i < out.num_elements(); ++i) {
      const float* pixel = in.data<float>() + i * area;
      double sum = 0;
      for (int64_t k = 0; k < area; ++k) sum += pixel[k];
      out.data<float>()[i] = area ? static_cast<float>(sum / static_cast<double>(area)) : 0.f;
    }
    return out;
  }
};

// [N,K] -> [N,M]: out[n,m] = bias[m] + sum_k in[n,k] * weights[m][k]
class Linear : public Op {
 public:
  static Result<std::unique_ptr<Op>> Read(JsonReader& args) {
    auto op = std::make_unique<Linear>();
    args.Require("weights", &op->weights_);
    args.Require("bias", &op->bias_);
    MMDEPLOY_TRYV(args.Finish());
    const auto columns = op->weights_.empty() ? 0 : op->weights_[0].size();
    for (const auto& row : op->weights_) {
      MMDEPLOY_ENSURE(row.size() == columns, Code::kFail, "{}: rows of different length",
                      (args.path() / "weights").str());
    }
    MMDEPLOY_ENSURE(op->bias_.size() == op->weights_.size(), Code::kFail,
                    "{}: {} values, weights has {} rows", (args.path() / "bias").str(),
                    op->bias_.size(), op->weights_.size());
    return op;
  }

  Result<Tensor> Run(const Tensor& in) const override {
    const auto columns = static_cast<int64_t>(weights_.empty() ? 0 : weights_[0].size());
    const auto rows = static_cast<int64_t>(weights_.size());
    MMDEPLOY_ENSURE(in.shape().size() == 2 && in.shape()[1] == columns, Code::kInvalidArgument,
                    "linear takes [N,{}], found {}", columns, Name(in.shape()));
    MMDEPLOY_TRY(auto out, Tensor::Allocate(DataType::kFloat32, {in.shape()[0], rows}));
    for (int64_t n = 0; n < in.shape()[0]; ++n) {
      for (int64_t m = 0; m < rows; ++m) {
        float sum = bias_[m];
        for (int64_t k = 0; k < columns; ++k)
          sum += in.data<float>()[n * columns + k] * weights_[m][k];
        out.data<float>()[n * rows + m] = sum;
      }
    }
    return out;
  }

 private:
  std::vector<std::vector<float>> weights_;
  std::vector<float> bias_;
};

// The same elements in another shape; -1 for the side that follows from the others.
class Reshape : public Op {
 public:
  static Result<std::unique_ptr<Op>> Read(JsonReader& args) {
    auto op = std::make_unique<Reshape>();
    args.Require("shape", &op->dims_);
    MMDEPLOY_TRYV(args.Finish());
    const auto open = std::count(op->dims_.begin(), op->dims_.end(), -1);
    const bool sides = std::all_of(op->dims_.begin(), op->dims_.end(), [](int64_t dim) {
      return dim == -1 || (dim > 0 && dim <= kMaxElements);
    });
    MMDEPLOY_ENSURE(op->dims_.size() <= Shape::kMaxRank && sides && open <= 1, Code::kFail,
                    "{}: allowed: sides from 1 to {}, at most one of -1",
                    (args.path() / "shape").str(), kMaxElements);
    return op;
  }

  Result<Tensor> Run(const Tensor& in) const override {
    int64_t rest = in.num_elements();
    for (const int64_t dim : dims_) rest /= dim == -1 ? 1 : dim;
    std::vector<int64_t> dims = dims_;
    std::replace(dims.begin(), dims.end(), int64_t{-1}, rest);
    const Shape shape(dims);
    MMDEPLOY_ENSURE(shape.num_elements() == in.num_elements(), Code::kInvalidArgument,
                    "reshape to {} of {}", Name(Shape(dims_)), Name(in.shape()));
    MMDEPLOY_TRY(auto out, Tensor::Allocate(in.dtype(), shape));
    std::copy_n(in.data<float>(), in.num_elements(), out.data<float>());
    return out;
  }

 private:
  std::vector<int64_t> dims_;
};

struct OpType {
  const char* name;
  bool has_input;
  Result<std::unique_ptr<Op>> (*read)(JsonReader& args);
};

constexpr OpType kOps[] = {
    {"constant", false, Constant::Read},
    {"identity", true, Identity::Read},
    {"global_average_pool", true, GlobalAveragePool::Read},
    {"linear", true, Linear::Read},
    {"reshape", true, Reshape::Read},
};

Result<std::unique_ptr<Op>> ReadOp(const Json& json, const JsonPath& path) {
  JsonReader args(json, path, nullptr);
  std::string name, input, output;
  args.Require("op", &name);
  args.Require("output", &output);
  args.Read("input", &input);
  for (const auto& type : kOps) {
    if (type.name != name) continue;
    if (type.has_input && input.empty()) args.Fail("", "required key missing: 'input'");
    MMDEPLOY_TRY(auto op, type.read(args));
    op->input = std::move(input);
    op->output = std::move(output);
    return op;
  }
  MMDEPLOY_TRYV(args.Finish());
  std::vector<std::string> known;
  for (const auto& type : kOps) known.emplace_back(type.name);
  return MakeError(Code::kNotSupported, "{}: unknown op '{}', known: {}", (path / "op").str(), name,
                   ListAllowed(name, known));
}

Result<TensorInfo> ReadInfo(const Json& json, const JsonPath& path) {
  JsonReader args(json, path, nullptr);
  TensorInfo info;
  std::vector<int64_t> dims, min, max;
  args.Require("name", &info.name);
  args.Require("shape", &dims);
  args.Read("min_shape", &min);
  args.Read("max_shape", &max);
  MMDEPLOY_TRYV(args.Finish());
  const bool ranks = dims.size() <= Shape::kMaxRank && min.size() == max.size() &&
                     (min.empty() || min.size() == dims.size());
  MMDEPLOY_ENSURE(ranks, Code::kFail, "{}: ranks of shape, min_shape and max_shape differ",
                  path.str());
  info.shape = Shape(dims);
  info.min_shape = Shape(min);
  info.max_shape = Shape(max);
  return info;
}

Result<std::vector<TensorInfo>> ReadInfos(const Json& json, const JsonPath& path) {
  MMDEPLOY_TRYV(ExpectArray(json, path));
  std::vector<TensorInfo> infos;
  for (size_t i = 0; i < json.size(); ++i) {
    MMDEPLOY_TRY(infos.emplace_back(), ReadInfo(json[i], path / i));
  }
  return infos;
}

// Every name must have been defined by an input or an earlier op.
Result<void> CheckNames(const Program& program, const JsonPath& root) {
  std::vector<std::string> defined;
  for (const auto& info : program.inputs) defined.push_back(info.name);
  const auto check = [&](const std::string& name, const JsonPath& path) -> Result<void> {
    MMDEPLOY_ENSURE(std::find(defined.begin(), defined.end(), name) != defined.end(), Code::kFail,
                    "{}: tensor '{}' is not defined, found: {}", path.str(), name,
                    ListAllowed(name, defined));
    return {};
  };
  for (size_t i = 0; i < program.ops.size(); ++i) {
    const auto& op = *program.ops[i];
    if (!op.input.empty()) MMDEPLOY_TRYV(check(op.input, root / "ops" / i / "input"));
    defined.push_back(op.output);
  }
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    MMDEPLOY_TRYV(check(program.outputs[i].name, root / "outputs" / i / "name"));
  }
  return {};
}

}  // namespace

Result<Program> ReadProgram(std::string_view text, const std::string& file) {
  MMDEPLOY_TRY(const Json json, ParseJson(text, file));
  const JsonPath root(file);
  JsonReader reader(json, root, nullptr);
  const Json* inputs = reader.RequireMember("inputs");
  const Json* outputs = reader.RequireMember("outputs");
  const Json* ops = reader.RequireMember("ops");
  MMDEPLOY_TRYV(reader.Finish());
  Program program;
  MMDEPLOY_TRY(program.inputs, ReadInfos(*inputs, root / "inputs"));
  MMDEPLOY_TRY(program.outputs, ReadInfos(*outputs, root / "outputs"));
  MMDEPLOY_TRYV(ExpectArray(*ops, root / "ops"));
  for (size_t i = 0; i < ops->size(); ++i) {
    MMDEPLOY_TRY(program.ops.emplace_back(), ReadOp((*ops)[i], root / "ops" / i));
  }
  MMDEPLOY_TRYV(CheckNames(program, root));
  for (const auto& info : program.inputs) {
    if (info.shape.is_static()) MMDEPLOY_TRYV(CheckSize(info.shape));
  }
  return program;
}

}  // namespace mmdeploy::example
