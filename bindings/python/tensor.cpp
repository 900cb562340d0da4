#include "bindings/python/tensor.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <array>
#include <cstring>
#include <memory>

namespace mmdeploy::python {
namespace {

namespace nb = nanobind;

using InputArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

struct DlpackType {
  nb::dlpack::dtype_code code;
  uint8_t bits;
  DataType type;
};

constexpr std::array kTypes = {
    DlpackType{nb::dlpack::dtype_code::Float, 32, DataType::kFloat32},
    DlpackType{nb::dlpack::dtype_code::Float, 16, DataType::kFloat16},
    DlpackType{nb::dlpack::dtype_code::Float, 64, DataType::kFloat64},
    DlpackType{nb::dlpack::dtype_code::UInt, 8, DataType::kUint8},
    DlpackType{nb::dlpack::dtype_code::UInt, 16, DataType::kUint16},
    DlpackType{nb::dlpack::dtype_code::UInt, 32, DataType::kUint32},
    DlpackType{nb::dlpack::dtype_code::UInt, 64, DataType::kUint64},
    DlpackType{nb::dlpack::dtype_code::Int, 8, DataType::kInt8},
    DlpackType{nb::dlpack::dtype_code::Int, 16, DataType::kInt16},
    DlpackType{nb::dlpack::dtype_code::Int, 32, DataType::kInt32},
    DlpackType{nb::dlpack::dtype_code::Int, 64, DataType::kInt64},
    DlpackType{nb::dlpack::dtype_code::Bool, 8, DataType::kBool},
};

// The element type of an array; nullptr for one that we do not have (complex, strings).
const DlpackType* Find(nb::dlpack::dtype dtype) {
  for (const DlpackType& type : kTypes) {
    if (static_cast<uint8_t>(type.code) == dtype.code && type.bits == dtype.bits &&
        dtype.lanes == 1)
      return &type;
  }
  return nullptr;
}

nb::dlpack::dtype ToDlpack(DataType type) {
  for (const DlpackType& known : kTypes) {
    if (known.type == type) return {static_cast<uint8_t>(known.code), known.bits, 1};
  }
  return {};
}

}  // namespace

Result<Tensor> ToTensor(nb::handle object) {
  nb::object contiguous;
  InputArray array;
  try {
    contiguous = nb::module_::import_("numpy").attr("asarray")(object, nb::arg("order") = "C");
  } catch (const nb::python_error& e) {
    return MakeError(Code::kInvalidArgument, "a numpy array is expected: {}", e.what());
  }
  const auto dtype = nb::cast<std::string>(contiguous.attr("dtype").attr("name"));
  const bool is_array = nb::try_cast(contiguous, array);
  const DlpackType* type = is_array ? Find(array.dtype()) : nullptr;
  MMDEPLOY_ENSURE(type != nullptr, Code::kInvalidArgument,
                  "elements are {}, allowed: bool, float16, float32, float64, int8, int16, int32, "
                  "int64, uint8, "
                  "uint16, uint32, uint64",
                  dtype);
  MMDEPLOY_ENSURE(array.ndim() <= Shape::kMaxRank, Code::kOutOfRange,
                  "array has {} dimensions, allowed: up to {}", array.ndim(), Shape::kMaxRank);
  std::array<int64_t, Shape::kMaxRank> dims{};
  for (size_t i = 0; i < array.ndim(); ++i) dims[i] = static_cast<int64_t>(array.shape(i));
  // Engines never write to an input.
  void* data = const_cast<void*>(array.data());
  return Tensor(data, type->type, Shape(Span<const int64_t>(dims.data(), array.ndim())),
                std::make_shared<InputArray>(array));
}

nb::object ToNumpy(const Tensor& tensor) {
  std::array<size_t, Shape::kMaxRank> dims{};
  for (size_t i = 0; i < tensor.shape().size(); ++i)
    dims[i] = static_cast<size_t>(tensor.shape()[i]);
  auto kept = std::make_unique<Tensor>(tensor);
  void* data = tensor.raw();
  nb::capsule owner(kept.release(), [](void* p) noexcept { delete static_cast<Tensor*>(p); });
  nb::ndarray<nb::numpy> array(data, tensor.shape().size(), dims.data(), owner, nullptr,
                               ToDlpack(tensor.dtype()));
  const auto policy = tensor.owner() ? nb::rv_policy::reference : nb::rv_policy::copy;
  return nb::cast(array, policy);
}

}  // namespace mmdeploy::python
