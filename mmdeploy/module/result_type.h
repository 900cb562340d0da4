#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mmdeploy/base/geometry.h"
#include "mmdeploy/base/image.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/module/kind.h"

// Results of tasks as data. `mmdeploy/task/<task>/task.yaml` describes the fields of a result; the
// struct and its ResultType are generated from it (api/gen.py). What reads, writes, compares and
// shows results works on this description and knows no task.

namespace mmdeploy {

// Where a field of a result lies, by its type.
using FieldPointer = std::variant<int*, float*, std::string*, Rect*, RotatedBox*, Point*, Quad*,
                                  std::vector<float>*, std::vector<Point>*, Tensor*, Image*>;

// When two values of a field count as the same.
enum class Equality : uint8_t {
  kExact,      // equal
  kTolerance,  // every number within the tolerance of the comparison
  kShare,      // at least `limit` of the elements equal: label maps and masks, whose borders move
};

// One field of a result.
struct Field {
  std::string_view name;
  Equality equality = Equality::kExact;
  double limit = 0;       // of kShare: 0..1
  bool optional = false;  // a tensor that may be empty
  FieldPointer (*get)(void* record) = nullptr;
};

// Which results of one image belong together when two lists are compared.
enum class Match : uint8_t {
  kPosition,  // the first with the first
  kKey,       // equal `key` (an int field): labels, whose ties may swap
  kIou,       // boxes that cover the same place, and have the same label
  kDistance,  // points that lie close together
};

struct ResultType : KindInfo {
  std::vector<Field> fields;
  Match match = Match::kPosition;
  std::string_view match_field;  // the field that `match` looks at
  double match_limit = 0;        // least IoU; largest mean distance in pixels
  std::string_view ordered_by;   // at each place of a list, this field must agree; "" for none
  bool is_list = true;           // an image has a list of them; false: it has exactly one
  std::shared_ptr<void> (*create)() = nullptr;

  // The field, or nullptr.
  const Field* Find(std::string_view field) const;
};

// A result of some task with its type. `data` points to the struct, or is null.
struct Record {
  const ResultType* type = nullptr;
  std::shared_ptr<const void> data;

  // The field's value. Nothing may be written through it.
  FieldPointer Get(const Field& field) const { return field.get(const_cast<void*>(data.get())); }
};

template <auto member>
struct MemberAccess;

template <class Struct, class Type, Type Struct::*member>
struct MemberAccess<member> {
  static FieldPointer Get(void* record) { return &(static_cast<Struct*>(record)->*member); }
};

// A description of the member, for instance MakeField<&Detection::score>("score").
template <auto member>
Field MakeField(std::string_view name, Equality equality = Equality::kExact, double limit = 0,
                bool optional = false) {
  return Field{name, equality, limit, optional, MemberAccess<member>::Get};
}

template <class Struct>
std::shared_ptr<void> CreateRecord() {
  return std::make_shared<Struct>();
}

}  // namespace mmdeploy
