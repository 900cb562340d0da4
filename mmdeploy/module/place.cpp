#include "mmdeploy/module/place.h"

#include <algorithm>

#include "mmdeploy/base/device_memory.h"

namespace mmdeploy {
namespace {

// Where a tensor is to lie, or nullopt if it may lie anywhere.
std::optional<Device> PlaceOf(std::string_view tensor, const EdgeType& wanted) {
  if (wanted.tensors && !tensor.empty()) {
    for (const StaticTensor& info : *wanted.tensors) {
      if (info.name == tensor) return info.device;
    }
  }
  return wanted.device;
}

// The visitors below call visit(Image or Tensor, name) for what takes memory, until one answers
// false; whether none did. With a const object they look, with another they change it.
template <class Tensors, class Visit>
bool VisitTensors(Tensors& tensors, const Visit& visit) {
  return std::all_of(tensors.begin(), tensors.end(),
                     [&](auto& named) { return visit(named.second, named.first); });
}

template <class AnySample, class Visit>
bool VisitSample(AnySample& sample, const Visit& visit) {
  const auto unnamed = [&](auto& part) { return visit(part, std::string_view()); };
  return unnamed(sample.ori_img) && unnamed(sample.img) &&
         std::all_of(sample.frames.begin(), sample.frames.end(), unnamed) &&
         std::all_of(sample.imgs.begin(), sample.imgs.end(), unnamed) &&
         VisitTensors(sample.tensors, visit);
}

template <class Visit>
bool VisitRecord(const Record& record, const Visit& visit) {
  for (const Field& field : record.type->fields) {
    const FieldPointer pointer = record.Get(field);
    if (Tensor* const* tensor = std::get_if<Tensor*>(&pointer)) {
      if (!visit(**tensor, std::string_view())) return false;
    } else if (Image* const* image = std::get_if<Image*>(&pointer)) {
      if (!visit(**image, std::string_view())) return false;
    }
  }
  return true;
}

bool IsEmpty(const Image& image) { return image.data == nullptr; }
bool IsEmpty(const Tensor& tensor) { return tensor.empty(); }
const Device& DeviceOf(const Image& image) { return image.device; }
const Device& DeviceOf(const Tensor& tensor) { return tensor.device(); }
Result<Image> Moved(const Image& image, const Device& device, BufferPool*) {
  return ToDevice(image, device);
}
Result<Tensor> Moved(const Tensor& tensor, const Device& device, BufferPool* pool) {
  return ToDevice(tensor, device, pool);
}

// Moves what it visits; the first error ends the visit.
struct Mover {
  const EdgeType& wanted;
  BufferPool* pool;
  Result<void>* done;

  template <class Part>
  bool operator()(Part& part, std::string_view name) const {
    const auto place = PlaceOf(name, wanted);
    if (!place || IsEmpty(part) || DeviceOf(part) == *place) return true;
    auto moved = Moved(part, *place, pool);
    if (moved) {
      part = std::move(*moved);
    } else {
      *done = MakeError(name.empty() ? moved.error()
                                     : moved.error().In(fmt::format("tensor '{}'", name)));
    }
    return done->has_value();
  }
};

// The same record with fields of its own.
Record Clone(const Record& record) {
  const Record clone{record.type, record.type->create()};
  for (const Field& field : record.type->fields) {
    const FieldPointer from = record.Get(field);
    std::visit([&](auto* to) { *to = *std::get<decltype(to)>(from); }, clone.Get(field));
  }
  return clone;
}

}  // namespace

bool LiesWhere(const EdgeType& found, const EdgeType& wanted) {
  // Of tensors that only one side names, the other side knows the place of all the rest.
  for (const EdgeType* type : {&found, &wanted}) {
    if (!type->tensors) continue;
    for (const StaticTensor& info : *type->tensors) {
      const auto place = PlaceOf(info.name, wanted);
      if (place && PlaceOf(info.name, found) != place) return false;
    }
  }
  return !wanted.device || found.device == wanted.device;
}

bool LiesWhere(const Value& value, const EdgeType& wanted) {
  const auto lies = [&](const auto& part, std::string_view name) {
    const auto place = PlaceOf(name, wanted);
    return !place || IsEmpty(part) || DeviceOf(part) == *place;
  };
  if (value.is_list()) {
    const auto& list = value.list();
    return std::all_of(list.begin(), list.end(),
                       [&](const Value& item) { return LiesWhere(item, wanted); });
  }
  if (value.is_record()) return VisitRecord(value.record(), lies);
  const Kind kind = value.kind();
  if (kind == Kind::kImage) return lies(value.image(), std::string_view());
  if (kind == Kind::kSample) return VisitSample(value.sample(), lies);
  return kind != Kind::kTensors || VisitTensors(value.tensors(), lies);
}

Result<Value> Bring(const Value& value, const EdgeType& wanted, BufferPool* pool) {
  if (LiesWhere(value, wanted)) return value;
  if (value.is_list()) {
    Value::List list;
    for (const Value& item : value.list()) {
      MMDEPLOY_TRY(list.emplace_back(), Bring(item, wanted, pool));
    }
    return Value(std::move(list));
  }
  Result<void> done;
  const Mover move{wanted, pool, &done};
  const auto brought = [&](auto parts, const auto& visit) -> Result<Value> {
    visit(parts);
    if (!done) return MakeError(done.error());
    return Value(std::move(parts));
  };
  if (value.is_record()) {
    return brought(Clone(value.record()), [&](Record& parts) { VisitRecord(parts, move); });
  }
  const Kind kind = value.kind();
  if (kind == Kind::kImage) {
    return brought(value.image(), [&](Image& parts) { move(parts, std::string_view()); });
  }
  if (kind == Kind::kSample) {
    return brought(value.sample(), [&](Sample& parts) { VisitSample(parts, move); });
  }
  return brought(value.tensors(), [&](NamedTensors& parts) { VisitTensors(parts, move); });
}

EdgeType Brought(EdgeType found, const EdgeType& wanted) {
  if (wanted.device) found.device = wanted.device;
  if (!found.tensors) return found;
  for (StaticTensor& info : *found.tensors) {
    if (const auto place = PlaceOf(info.name, wanted)) info.device = *place;
  }
  return found;
}

std::string DescribePlace(const EdgeType& wanted) {
  std::string text = wanted.device ? Name(*wanted.device) : "";
  if (!wanted.tensors) return text;
  for (const StaticTensor& info : *wanted.tensors) {
    text += fmt::format("{}{} ('{}')", text.empty() ? "" : ", ", Name(info.device), info.name);
  }
  return text;
}

Result<void> CheckDevices(const EdgeType& type) {
  if (type.device) MMDEPLOY_TRYV(FindDeviceMemory(*type.device));
  if (!type.tensors) return {};
  for (const StaticTensor& info : *type.tensors) MMDEPLOY_TRYV(FindDeviceMemory(info.device));
  return {};
}

}  // namespace mmdeploy
