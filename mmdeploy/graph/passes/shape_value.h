#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// One element of an integer tensor that is part of the computation of a shape.
struct ShapeElement {
  enum Kind { kUnknown, kNumber, kDim };
  Kind kind = kUnknown;
  int64_t number = 0;   // kNumber
  Value* of = nullptr;  // kDim: dimension `axis` of this value
  size_t axis = 0;
  // Where it was found: element `place` of the output of a Shape; nullptr if nowhere.
  Value* shape = nullptr;
  size_t place = 0;

  static ShapeElement Number(int64_t number) {
    ShapeElement element;
    element.kind = kNumber;
    element.number = number;
    return element;
  }
  // Known dimensions become numbers.
  static ShapeElement DimOf(Value* value, size_t axis);

  // Surely equal; symbols of types count.
  bool operator==(const ShapeElement& other) const;
};

// The elements of a scalar or vector of integers, traced through Shape, Gather, Slice, Concat,
// Unsqueeze, Squeeze, Reshape, Cast and arithmetic on numbers; nullopt if their number is not
// known.
std::optional<std::vector<ShapeElement>> ShapeElements(Value* value);

}  // namespace mmdeploy::graph
