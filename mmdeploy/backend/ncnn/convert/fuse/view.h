#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mmdeploy/graph/graph.h"

// A value as an arrangement of the elements of another one: what Reshape, Transpose, Slice, Gather
// of one index, Split and factors make of it, in whatever order an exporter writes them.

namespace mmdeploy::ncnn_convert {

// A run of elements along one axis of the base.
struct Atom {
  static constexpr int64_t kOpen = -1;

  size_t axis = 0;
  int64_t size = 1;  // never 1 in a view; kOpen: all of an axis whose size is not known
  int64_t stride = 1;

  bool operator==(const Atom& other) const {
    return axis == other.axis && size == other.size && stride == other.stride;
  }
};

using Atoms = std::vector<Atom>;

struct View {
  graph::Value* base = nullptr;
  std::vector<int64_t> offsets;  // of the first element, along the axes of the base
  std::vector<Atoms> dims;       // of the value, a list of atoms each, the outermost first
  double scale = 1;              // by which all elements are multiplied
};

// The view of the value that is furthest away; of the value itself if nothing else is understood.
// Nothing for a value of unknown rank.
std::optional<View> ViewOf(graph::Value* value);

// Whether the atoms are all of axis `axis` of the base, in order.
bool IsWholeAxis(const View& view, const Atoms& atoms, size_t axis);

// Where along `axis` each element of the atoms lies, the first atom changing slowest, without the
// offset. Nothing if an atom is of another axis or open.
std::optional<std::vector<int64_t>> Positions(const Atoms& atoms, size_t axis);

}  // namespace mmdeploy::ncnn_convert
