#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace mmdeploy {

// What a kind of thing is called in messages. Kinds are told apart by the address of their info,
// so that a task adds one of its own without a list of all of them.
struct KindInfo {
  std::string_view name = {};
};

// What can travel along an edge of a pipeline: one of those below, or the result of a task
// (result_type.h).
class Kind {
 public:
  constexpr Kind(const KindInfo& info) : info_(&info) {}  // NOLINT: a result type is a kind

  static const Kind kNull;     // nothing: the branch of a Cond that was not taken
  static const Kind kBool;     //
  static const Kind kInt;      //
  static const Kind kImage;    // the caller's picture
  static const Kind kSample;   // a picture with its meta data and tensors, possibly with a box
  static const Kind kTensors;  // named tensors: the outputs of a network
  static const Kind kPoints;   // [x, y] points, or a point cloud of one image
  static const Kind kBox;      // a rectangle, pixels of the original image
  static const Kind kState;    // what a stateful module keeps between calls

  std::string_view name() const { return info_->name; }
  friend bool operator==(Kind a, Kind b) { return a.info_ == b.info_; }
  friend bool operator!=(Kind a, Kind b) { return a.info_ != b.info_; }

 private:
  const KindInfo* info_;
};

namespace kinds {
inline constexpr KindInfo kNull{"Null"}, kBool{"Bool"}, kInt{"Int"}, kImage{"Image"},
    kSample{"Sample"}, kTensors{"Tensors"}, kPoints{"Points"}, kBox{"Box"}, kState{"State"};
}  // namespace kinds

inline constexpr Kind Kind::kNull{kinds::kNull};
inline constexpr Kind Kind::kBool{kinds::kBool};
inline constexpr Kind Kind::kInt{kinds::kInt};
inline constexpr Kind Kind::kImage{kinds::kImage};
inline constexpr Kind Kind::kSample{kinds::kSample};
inline constexpr Kind Kind::kTensors{kinds::kTensors};
inline constexpr Kind Kind::kPoints{kinds::kPoints};
inline constexpr Kind Kind::kBox{kinds::kBox};
inline constexpr Kind Kind::kState{kinds::kState};

// A set of kinds, or all of them.
class KindSet {
 public:
  KindSet() = default;
  KindSet(Kind kind) : kinds_{kind} {}                           // NOLINT
  KindSet(std::initializer_list<Kind> kinds) : kinds_(kinds) {}  // NOLINT
  explicit KindSet(std::vector<Kind> kinds) : kinds_(std::move(kinds)) {}
  static KindSet Any() {
    KindSet set;
    set.any_ = true;
    return set;
  }

  bool Has(Kind kind) const {
    return any_ || std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end();
  }
  bool empty() const { return !any_ && kinds_.empty(); }

  friend KindSet operator&(const KindSet& a, const KindSet& b) {
    if (a.any_) return b;
    if (b.any_) return a;
    KindSet both;
    for (const Kind kind : a.kinds_) {
      if (b.Has(kind)) both.kinds_.push_back(kind);
    }
    return both;
  }
  friend KindSet operator|(KindSet a, const KindSet& b) {
    a.any_ |= b.any_;
    for (const Kind kind : b.kinds_) {
      if (!a.Has(kind)) a.kinds_.push_back(kind);
    }
    return a;
  }

  // "Image or Sample", "anything".
  friend std::string Describe(const KindSet& kinds);

 private:
  std::vector<Kind> kinds_;  // in the order in which they were named
  bool any_ = false;
};

std::string Describe(const KindSet& kinds);

}  // namespace mmdeploy
