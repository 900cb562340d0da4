#include "mmdeploy/backend/onnxruntime/ops/attributes.h"

#include "mmdeploy/op/read_attributes.h"

namespace mmdeploy::onnxruntime {
namespace {

using op::AttrType;
using op::AttrValue;

// ONNX Runtime has one function per type, which fails alike for an attribute that is missing and
// for one of another type.
class Reader {
 public:
  Reader(const OrtApi& ort, const OrtKernelInfo& info, const char* name)
      : ort_(ort), info_(&info), name_(name) {}

  std::optional<AttrValue> Read(AttrType type) const {
    switch (type) {
      case AttrType::kInt:
        return Scalar<int64_t>(ort_.KernelInfoGetAttribute_int64);
      case AttrType::kFloat:
        return Scalar<float>(ort_.KernelInfoGetAttribute_float);
      case AttrType::kString:
        return String();
      case AttrType::kInts:
        return List<int64_t>(ort_.KernelInfoGetAttributeArray_int64);
      default:
        return List<float>(ort_.KernelInfoGetAttributeArray_float);
    }
  }

 private:
  bool Ok(OrtStatus* status) const {
    if (status) ort_.ReleaseStatus(status);
    return !status;
  }

  template <class T, class Function>
  std::optional<AttrValue> Scalar(Function get) const {
    T value;
    if (!Ok(get(info_, name_, &value))) return std::nullopt;
    return AttrValue(value);
  }

  std::optional<AttrValue> String() const {
    size_t size = 0;
    if (!Ok(ort_.KernelInfoGetAttribute_string(info_, name_, nullptr, &size))) return std::nullopt;
    std::string value(size, '\0');
    if (!Ok(ort_.KernelInfoGetAttribute_string(info_, name_, value.data(), &size))) {
      return std::nullopt;
    }
    value.resize(size - 1);  // without the final zero
    return AttrValue(value);
  }

  template <class T, class Function>
  std::optional<AttrValue> List(Function get) const {
    size_t size = 0;
    if (!Ok(get(info_, name_, nullptr, &size))) return std::nullopt;
    std::vector<T> values(size);
    if (!Ok(get(info_, name_, values.data(), &size))) return std::nullopt;
    return AttrValue(values);
  }

  const OrtApi& ort_;
  const OrtKernelInfo* info_;
  const char* name_;
};

std::optional<AttrValue> ReadNamed(const Reader& reader, AttrType type) {
  if (auto value = reader.Read(type)) return value;
  for (const auto other :
       {AttrType::kInt, AttrType::kFloat, AttrType::kString, AttrType::kInts, AttrType::kFloats}) {
    // Of another type; what that means is not decided here.
    if (auto value = reader.Read(other)) return value;
  }
  return std::nullopt;
}

}  // namespace

Result<op::Attributes> ReadAttributes(const OrtApi& ort, const OrtKernelInfo& info,
                                      const op::OpDef& op) {
  return op::ReadAttributes(op, [&](const std::string& name, AttrType type) {
    return ReadNamed(Reader(ort, info, name.c_str()), type);
  });
}

}  // namespace mmdeploy::onnxruntime
