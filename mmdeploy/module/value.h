#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mmdeploy/base/image.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/module/kind.h"
#include "mmdeploy/module/result_type.h"
#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// What a stateful module (a tracker) keeps between calls; the caller owns it and passes it in.
class State {
 public:
  virtual ~State() = default;
};

// A value was read as something that it is not. Modules check what arrives by their signature, so
// this is a fault in a module; Pipeline turns it into an error of the step.
class WrongKind : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// A value of one kind, or a list of values. Cheap to copy: pixels, tensors and results are shared.
class Value {
 public:
  using List = std::vector<Value>;
  using Points = std::vector<Point>;

  Value() = default;
  Value(bool value) : data_(value) {}
  Value(int64_t value) : data_(value) {}
  Value(Image value) : data_(std::move(value)) {}
  Value(Sample value) : data_(std::make_shared<const Sample>(std::move(value))) {}
  Value(NamedTensors value) : data_(std::make_shared<const NamedTensors>(std::move(value))) {}
  Value(Points value) : data_(std::make_shared<const Points>(std::move(value))) {}
  Value(Rect value) : data_(value) {}
  Value(std::shared_ptr<State> value) : data_(std::move(value)) {}
  Value(List value) : data_(std::make_shared<const List>(std::move(value))) {}
  Value(Record value) : data_(std::move(value)) {}
  // The result of a task: a struct that task.yaml describes.
  template <class T, class = decltype(TypeOf(static_cast<const T*>(nullptr)))>
  Value(T result)
      : data_(Record{&TypeOf(static_cast<const T*>(nullptr)),
                     std::make_shared<const T>(std::move(result))}) {}

  bool is_list() const { return std::holds_alternative<ListPointer>(data_); }
  bool is_record() const { return std::holds_alternative<Record>(data_); }
  // The kind of a value that is not a list. Throws WrongKind.
  Kind kind() const;

  // The content. Throws WrongKind if the value is something else.
  bool boolean() const { return Get<bool>("Bool"); }
  int64_t integer() const { return Get<int64_t>("Int"); }
  const Image& image() const { return Get<Image>("Image"); }
  const Sample& sample() const { return *Get<std::shared_ptr<const Sample>>("Sample"); }
  const NamedTensors& tensors() const {
    return *Get<std::shared_ptr<const NamedTensors>>("Tensors");
  }
  const Points& points() const { return *Get<std::shared_ptr<const Points>>("Points"); }
  const Rect& box() const { return Get<Rect>("Box"); }
  const Record& record() const { return Get<Record>("the result of a task"); }
  const std::shared_ptr<State>& state() const { return Get<std::shared_ptr<State>>("State"); }
  const List& list() const { return *Get<ListPointer>("a list"); }
  template <class T>
  const T& result() const {
    const ResultType& type = TypeOf(static_cast<const T*>(nullptr));
    if (!is_record() || record().type != &type) ThrowWrongKind(type.name);
    return *static_cast<const T*>(record().data.get());
  }

 private:
  using ListPointer = std::shared_ptr<const List>;

  template <class T>
  const T& Get(std::string_view expected) const {
    const T* content = std::get_if<T>(&data_);
    if (!content) ThrowWrongKind(expected);
    return *content;
  }
  [[noreturn]] void ThrowWrongKind(std::string_view expected) const;

  std::variant<std::monostate, bool, int64_t, Image, std::shared_ptr<const Sample>,
               std::shared_ptr<const NamedTensors>, std::shared_ptr<const Points>, Rect,
               std::shared_ptr<State>, Record, ListPointer>
      data_;
};

// "Image", "a list of 3 Detection".
std::string Describe(const Value& value);

}  // namespace mmdeploy
