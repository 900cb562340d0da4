#include "mmdeploy/backend/ncnn/convert/fuse/view.h"

#include <algorithm>

#include "mmdeploy/graph/passes/facts.h"

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

using MaybeView = std::optional<View>;

// Longer chains than any exporter writes; what is further away is not looked at.
constexpr int kMaxDepth = 32;

MaybeView Look(Value* value, int depth);

View Identity(Value* value) {
  View view;
  view.base = value;
  const Dims& dims = *value->type.dims;
  view.offsets.assign(dims.size(), 0);
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    const int64_t size = dims[axis].is_known() ? dims[axis].value() : Atom::kOpen;
    view.dims.push_back(size == 1 ? Atoms() : Atoms{{axis, size, 1}});
  }
  return view;
}

// Takes `size` elements off the front of `*rest`; splits an atom where necessary.
std::optional<Atoms> TakeFront(int64_t size, Atoms* rest) {
  Atoms taken;
  while (size > 1) {
    if (rest->empty() || rest->front().size == Atom::kOpen) return {};
    Atom& atom = rest->front();
    if (size % atom.size == 0) {
      size /= atom.size;
      taken.push_back(atom);
      rest->erase(rest->begin());
    } else if (atom.size % size == 0) {
      taken.push_back({atom.axis, size, atom.stride * (atom.size / size)});
      atom.size /= size;
      size = 1;
    } else {
      return {};
    }
  }
  return taken;
}

std::optional<Atoms> TakeBack(int64_t size, Atoms* rest) {
  Atoms taken;
  while (size > 1) {
    if (rest->empty() || rest->back().size == Atom::kOpen) return {};
    Atom& atom = rest->back();
    if (size % atom.size == 0) {
      size /= atom.size;
      taken.insert(taken.begin(), atom);
      rest->pop_back();
    } else if (atom.size % size == 0) {
      taken.insert(taken.begin(), {atom.axis, size, atom.stride});
      atom = {atom.axis, atom.size / size, atom.stride * size};
      size = 1;
    } else {
      return {};
    }
  }
  return taken;
}

// The same elements in other dimensions, of which one may be open if one atom is.
std::optional<std::vector<Atoms>> Regroup(const std::vector<Atoms>& from, const Dims& to) {
  Atoms rest;
  for (const Atoms& atoms : from) rest.insert(rest.end(), atoms.begin(), atoms.end());
  std::vector<Atoms> dims(to.size());
  size_t front = 0;
  for (; front < to.size() && to[front].is_known(); ++front) {
    auto taken = TakeFront(to[front].value(), &rest);
    if (!taken) return {};
    dims[front] = std::move(*taken);
  }
  if (front == to.size()) return rest.empty() ? std::optional(dims) : std::nullopt;
  size_t back = to.size();
  for (; back > front + 1 && to[back - 1].is_known(); --back) {
    auto taken = TakeBack(to[back - 1].value(), &rest);
    if (!taken) return {};
    dims[back - 1] = std::move(*taken);
  }
  if (back != front + 1 || rest.size() != 1 || rest[0].size != Atom::kOpen) return {};
  dims[front] = rest;
  return dims;
}

MaybeView Reshaped(MaybeView view, const Node& node) {
  const Dims& to = *node.output()->type.dims;
  for (const graph::Dim& dim : to) {
    if (dim.is_known() && dim.value() < 1) return {};
  }
  auto dims = Regroup(view->dims, to);
  if (!dims) return {};
  view->dims = std::move(*dims);
  return view;
}

MaybeView Transposed(MaybeView view, const Node& node) {
  const size_t rank = view->dims.size();
  std::vector<int64_t> perm = node.Ints("perm");
  if (perm.empty()) {
    for (size_t i = 0; i < rank; ++i) perm.push_back(static_cast<int64_t>(rank - 1 - i));
  }
  if (perm.size() != rank) return {};
  std::vector<Atoms> dims;
  for (int64_t axis : perm) {
    if (axis < 0 || axis >= static_cast<int64_t>(rank)) return {};
    dims.push_back(view->dims[static_cast<size_t>(axis)]);
  }
  view->dims = std::move(dims);
  return view;
}

int64_t SizeOf(const Atoms& atoms) {
  int64_t size = 1;
  for (const Atom& atom : atoms) {
    if (atom.size == Atom::kOpen) return Atom::kOpen;
    size *= atom.size;
  }
  return size;
}

// The elements [begin, end) of one dimension: all, or whole multiples of its outermost atom's.
bool Cut(int64_t begin, int64_t end, size_t dim, View* view) {
  Atoms& atoms = view->dims[dim];
  const int64_t size = SizeOf(atoms);
  if (size == Atom::kOpen || begin < 0 || end > size || begin >= end) return false;
  if (end - begin == size) return true;
  const int64_t inner = size / atoms[0].size;
  if (begin % inner == 0 && end % inner == 0) {
    view->offsets[atoms[0].axis] += begin / inner * atoms[0].stride;
    atoms[0].size = (end - begin) / inner;
    if (atoms[0].size == 1) atoms.erase(atoms.begin());
    return true;
  }
  if (end - begin != 1) return false;
  // One element, somewhere inside.
  for (auto atom = atoms.rbegin(); atom != atoms.rend(); ++atom) {
    view->offsets[atom->axis] += begin % atom->size * atom->stride;
    begin /= atom->size;
  }
  atoms.clear();
  return true;
}

std::optional<size_t> AxisOf(int64_t axis, const View& view) {
  const auto rank = static_cast<int64_t>(view.dims.size());
  if (axis < -rank || axis >= rank) return {};
  return static_cast<size_t>(axis < 0 ? axis + rank : axis);
}

MaybeView Gathered(MaybeView view, const Node& node) {
  const auto indices = graph::ConstantInts(node.input(1));
  const auto axis = AxisOf(node.Int("axis", 0), *view);
  if (!indices || indices->size() != 1 || !axis) return {};
  const size_t index_rank = node.input(1)->constant()->rank();
  const int64_t size = SizeOf(view->dims[*axis]);
  const int64_t index = indices->front() < 0 ? indices->front() + size : indices->front();
  if (size == Atom::kOpen || index_rank > 1 || !Cut(index, index + 1, *axis, &*view)) return {};
  if (index_rank == 0) view->dims.erase(view->dims.begin() + static_cast<int64_t>(*axis));
  return view;
}

MaybeView Sliced(MaybeView view, const Node& node) {
  const auto starts = graph::IntsOf(node, "starts", 1);
  const auto ends = graph::IntsOf(node, "ends", 2);
  auto axes = graph::IntsOf(node, "axes", 3);
  if (!starts || !ends || starts->size() != ends->size()) return {};
  if (node.input(4) && !graph::IsFilledWith(node.input(4), 1)) return {};
  if (!axes && node.input(3)) return {};
  if (!axes) {
    axes.emplace();
    for (size_t i = 0; i < starts->size(); ++i) axes->push_back(static_cast<int64_t>(i));
  }
  if (axes->size() != starts->size()) return {};
  for (size_t i = 0; i < axes->size(); ++i) {
    const auto axis = AxisOf((*axes)[i], *view);
    if (!axis) return {};
    const int64_t size = SizeOf(view->dims[*axis]);
    if (size == Atom::kOpen) return {};
    const auto position = [&](int64_t p) {
      return std::clamp<int64_t>(p < 0 ? p + size : p, 0, size);
    };
    if (!Cut(position((*starts)[i]), position((*ends)[i]), *axis, &*view)) return {};
  }
  return view;
}

MaybeView SplitOff(MaybeView view, const Value& part) {
  const Node& node = *part.producer();
  const auto axis = AxisOf(node.Int("axis", 0), *view);
  if (!axis) return {};
  int64_t begin = 0;
  for (size_t i = 0; i <= part.index(); ++i) {
    const auto size = graph::KnownDim(node.output(i), *axis);
    if (!size) return {};
    if (i == part.index()) return Cut(begin, begin + *size, *axis, &*view) ? view : std::nullopt;
    begin += *size;
  }
  return {};
}

// By one constant number that adds no dimensions.
MaybeView Scaled(const Node& node, int depth) {
  for (const size_t side : {1, 0}) {
    const Value* number = node.input(side);
    const auto factor = number ? graph::ConstantNumber(number) : std::nullopt;
    Value* x = node.input(1 - side);
    if (!factor || !x || !x->type.dims || x->constant()) continue;
    if (number->constant()->rank() > x->type.dims->size()) continue;
    if (node.Is("Div") && (side == 0 || *factor == 0)) continue;
    auto view = Look(x, depth);
    if (view) view->scale *= node.Is("Div") ? 1 / *factor : *factor;
    return view;
  }
  return {};
}

MaybeView Apply(const Value& value, int depth) {
  const Node& node = *value.producer();
  if (node.Is("Mul") || node.Is("Div")) return Scaled(node, depth);
  if (!node.input(0) || node.input(0)->constant()) return {};
  const auto apply = [&](auto&& f) -> MaybeView {
    auto view = Look(node.input(0), depth);
    return view ? f(std::move(view)) : std::nullopt;
  };
  if (node.Is("Identity")) return Look(node.input(0), depth);
  if (node.Is("Transpose")) return apply([&](MaybeView v) { return Transposed(v, node); });
  if (node.Is("Gather")) return apply([&](MaybeView v) { return Gathered(v, node); });
  if (node.Is("Slice")) return apply([&](MaybeView v) { return Sliced(v, node); });
  if (node.Is("Split")) return apply([&](MaybeView v) { return SplitOff(v, value); });
  if (node.Is("Reshape") || node.Is("Flatten") || node.Is("Squeeze") || node.Is("Unsqueeze")) {
    return apply([&](MaybeView v) { return Reshaped(v, node); });
  }
  return {};
}

MaybeView Look(Value* value, int depth) {
  if (!value || !value->type.dims) return {};
  for (const graph::Dim& dim : *value->type.dims) {
    if (dim == graph::Dim(0)) return {};  // nothing is in it
  }
  if (value->producer() && depth < kMaxDepth) {
    auto view = Apply(*value, depth + 1);
    if (view && view->dims.size() == value->type.dims->size()) return view;
  }
  return Identity(value);
}

// Neighbours that lie one behind the other as one.
Atoms Joined(const Atoms& atoms) {
  Atoms joined;
  for (const Atom& atom : atoms) {
    const bool open = atom.size == Atom::kOpen;
    if (!joined.empty() && !open && joined.back().axis == atom.axis &&
        joined.back().stride == atom.size * atom.stride) {
      joined.back() = {atom.axis, joined.back().size * atom.size, atom.stride};
    } else {
      joined.push_back(atom);
    }
  }
  return joined;
}

}  // namespace

std::optional<View> ViewOf(Value* value) { return Look(value, 0); }

bool IsWholeAxis(const View& view, const Atoms& atoms, size_t axis) {
  const graph::Dim& dim = (*view.base->type.dims)[axis];
  if (dim == graph::Dim(1)) return atoms.empty();
  const int64_t size = dim.is_known() ? dim.value() : Atom::kOpen;
  return view.offsets[axis] == 0 && Joined(atoms) == Atoms{{axis, size, 1}};
}

std::optional<std::vector<int64_t>> Positions(const Atoms& atoms, size_t axis) {
  std::vector<int64_t> positions = {0};
  for (const Atom& atom : atoms) {
    if (atom.axis != axis || atom.size == Atom::kOpen) return {};
    std::vector<int64_t> next;
    for (int64_t position : positions) {
      for (int64_t i = 0; i < atom.size; ++i) next.push_back(position + i * atom.stride);
    }
    positions = std::move(next);
  }
  return positions;
}

}  // namespace mmdeploy::ncnn_convert
