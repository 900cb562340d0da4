#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "mmdeploy/base/image.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// One label of an image.
struct Classification {
  int label_id = 0;
  float score = 0;
};

// One object of an image; `bbox` in pixels of the original image.
struct Detection {
  int label_id = 0;
  float score = 0;
  Rect bbox;
};

// What a stateful module (a tracker) keeps between calls; the caller owns it and passes it in.
class State {
 public:
  virtual ~State() = default;
};

// What can travel along an edge of a pipeline.
enum class Kind : uint8_t {
  kNull,  // nothing: the branch of a Cond that was not taken
  kBool,
  kInt,
  kImage,    // the caller's picture
  kSample,   // a picture with its meta data and tensors, possibly with a box
  kTensors,  // named tensors: the outputs of a network
  kPoints,   // [x, y] points, or a point cloud of one image
  kBox,      // a rectangle, pixels of the original image
  kClassification,
  kDetection,
  kState,
};
constexpr int kNumKinds = 11;

std::string_view Name(Kind kind);

// A value of one kind, or a list of values. Cheap to copy: pixels and tensors are shared.
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
  Value(Classification value) : data_(value) {}
  Value(Detection value) : data_(value) {}
  Value(std::shared_ptr<State> value) : data_(std::move(value)) {}
  Value(List value) : data_(std::make_shared<const List>(std::move(value))) {}

  bool is_list() const { return data_.index() == kNumKinds; }
  // The kind of a value that is not a list.
  Kind kind() const { return static_cast<Kind>(data_.index()); }

  // The content; the caller has checked kind() or is_list().
  bool boolean() const { return *std::get_if<bool>(&data_); }
  int64_t integer() const { return *std::get_if<int64_t>(&data_); }
  const Image& image() const { return *std::get_if<Image>(&data_); }
  const Sample& sample() const { return **std::get_if<std::shared_ptr<const Sample>>(&data_); }
  const NamedTensors& tensors() const {
    return **std::get_if<std::shared_ptr<const NamedTensors>>(&data_);
  }
  const Points& points() const { return **std::get_if<std::shared_ptr<const Points>>(&data_); }
  const Rect& box() const { return *std::get_if<Rect>(&data_); }
  const Classification& classification() const { return *std::get_if<Classification>(&data_); }
  const Detection& detection() const { return *std::get_if<Detection>(&data_); }
  const std::shared_ptr<State>& state() const {
    return *std::get_if<std::shared_ptr<State>>(&data_);
  }
  const List& list() const { return **std::get_if<std::shared_ptr<const List>>(&data_); }

 private:
  // In the order of Kind, then the list.
  std::variant<std::monostate, bool, int64_t, Image, std::shared_ptr<const Sample>,
               std::shared_ptr<const NamedTensors>, std::shared_ptr<const Points>, Rect,
               Classification, Detection, std::shared_ptr<State>, std::shared_ptr<const List>>
      data_;
};

// "Image", "list of 3 Detection".
std::string Describe(const Value& value);

// A set of kinds.
class KindSet {
 public:
  constexpr KindSet() = default;
  constexpr KindSet(Kind kind) : bits_(1u << static_cast<int>(kind)) {}
  constexpr KindSet(std::initializer_list<Kind> kinds) {
    for (const Kind kind : kinds) bits_ |= KindSet(kind).bits_;
  }
  static constexpr KindSet Any() {
    KindSet set;
    set.bits_ = (1u << kNumKinds) - 1;
    return set;
  }

  constexpr bool Has(Kind kind) const { return bits_ & KindSet(kind).bits_; }
  constexpr KindSet operator&(KindSet other) const {
    other.bits_ &= bits_;
    return other;
  }
  constexpr KindSet operator|(KindSet other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  uint32_t bits_ = 0;
};

// "Image or Sample", "anything".
std::string Describe(KindSet kinds);

}  // namespace mmdeploy
