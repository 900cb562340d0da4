#include <algorithm>
#include <cmath>
#include <optional>

#include "mmdeploy/task/text.h"
#include "mmdeploy/verify/verify.h"

namespace mmdeploy {
namespace {

// How far two values of a field are apart.
struct Difference {
  double size = 0;  // of numbers: the largest; of maps: the share of elements that differ
  bool same = true;
};

Difference Numbers(const float* expected, const float* found, size_t count,
                   const Tolerance& tolerance) {
  Difference difference;
  for (size_t i = 0; i < count; ++i) {
    double size = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (std::isnan(size)) size = found[i] == expected[i] ? 0 : INFINITY;
    difference.size = std::max(difference.size, size);
    difference.same &= tolerance.Holds(found[i], expected[i]);
  }
  return difference;
}

// Compares a field of `expected` with the same field of `found`.
struct FieldDifference {
  const Field& field;
  const Tolerance& tolerance;
  const FieldPointer other;

  template <class T>
  const T& Other() const {
    return **std::get_if<T*>(&other);
  }

  Difference operator()(const int* value) const { return Exactly(*value == Other<int>()); }
  Difference operator()(const std::string* value) const {
    return Exactly(*value == Other<std::string>());
  }
  Difference operator()(const float* value) const {
    return Numbers(value, &Other<float>(), 1, tolerance);
  }
  Difference operator()(const Rect* value) const {
    return Numbers(&value->left, &Other<Rect>().left, 4, tolerance);
  }
  Difference operator()(const RotatedBox* value) const {
    return Numbers(value->data(), Other<RotatedBox>().data(), 5, tolerance);
  }
  Difference operator()(const Point* value) const {
    return Numbers(&value->x, &Other<Point>().x, 2, tolerance);
  }
  Difference operator()(const Quad* value) const {
    return Numbers(&(*value)[0].x, &Other<Quad>()[0].x, 8, tolerance);
  }
  Difference operator()(const std::vector<float>* value) const {
    const auto& found = Other<std::vector<float>>();
    if (found.size() != value->size()) return Exactly(false);
    return Numbers(value->data(), found.data(), found.size(), tolerance);
  }
  Difference operator()(const std::vector<Point>* value) const {
    const auto& found = Other<std::vector<Point>>();
    if (found.size() != value->size()) return Exactly(false);
    return Numbers(value->empty() ? nullptr : &(*value)[0].x, found.empty() ? nullptr : &found[0].x,
                   2 * found.size(), tolerance);
  }
  Difference operator()(const Tensor* value) const {
    const auto& found = Other<Tensor>();
    if (found.empty() || value->empty()) return Exactly(found.empty() == value->empty());
    if (found.dtype() != value->dtype() || found.shape() != value->shape()) return Exactly(false);
    return Elements(
        found.num_elements(), [&](int64_t i) { return Element(*value, i); },
        [&](int64_t i) { return Element(found, i); });
  }
  Difference operator()(const Image* value) const {
    const auto& found = Other<Image>();
    const bool alike = found.height == value->height && found.width == value->width &&
                       found.format == value->format && found.dtype == value->dtype &&
                       found.dtype == DataType::kUint8;
    if (!alike) return Exactly(false);
    const int64_t row = value->tight_row_bytes();
    const auto at = [row](const Image& image) {
      return [row, &image](int64_t i) {
        return static_cast<double>(image.data[i / row * image.stride() + i % row]);
      };
    };
    Difference difference = Elements(row * value->height, at(*value), at(found));
    // Numbers that are close may be rounded to neighbours.
    if (field.equality == Equality::kTolerance) difference.same |= difference.size <= 1;
    return difference;
  }

 private:
  static Difference Exactly(bool same) { return {same ? 0 : INFINITY, same}; }

  template <class Expected, class Found>
  Difference Elements(int64_t count, Expected&& expected, Found&& found) const {
    Difference difference;
    int64_t unequal = 0;
    for (int64_t i = 0; i < count; ++i) {
      const double want = expected(i), got = found(i);
      unequal += !(want == got);
      difference.size = std::max(difference.size, std::abs(got - want));
      difference.same &= tolerance.Holds(got, want);
    }
    if (field.equality == Equality::kShare) {
      difference.size = count ? static_cast<double>(unequal) / static_cast<double>(count) : 0;
      difference.same = 1 - difference.size >= field.limit;
    } else if (field.equality == Equality::kExact) {
      difference.same = unequal == 0;
    }
    return difference;
  }
};

// Sides belong to the boxes, so that one without area, cut off at the border, has a place too.
double IntersectionOverUnion(const Rect& a, const Rect& b) {
  const auto area = [](const Rect& r) {
    return std::max(0.0, double{r.right} - r.left + 1) *
           std::max(0.0, double{r.bottom} - r.top + 1);
  };
  const double common = area({std::max(a.left, b.left), std::max(a.top, b.top),
                              std::min(a.right, b.right), std::min(a.bottom, b.bottom)});
  const double all = area(a) + area(b) - common;
  return all > 0 ? common / all : 0;
}

// How well two values of a field fit together: 1 and more negative is worse.
struct Likeness {
  const FieldPointer other;

  template <class T>
  double operator()(const T*) const {
    return -INFINITY;
  }
  double operator()(const int* value) const {
    return *value == **std::get_if<int*>(&other) ? 1 : -INFINITY;
  }
  double operator()(const Rect* box) const {
    return IntersectionOverUnion(*box, **std::get_if<Rect*>(&other));
  }
  double operator()(const RotatedBox* box) const {
    return -MeanDistance(box->data(), (*std::get_if<RotatedBox*>(&other))->data(), 1);
  }
  double operator()(const Quad* quad) const {
    return -MeanDistance(&(*quad)[0].x, &(**std::get_if<Quad*>(&other))[0].x, 4);
  }
  double operator()(const std::vector<Point>* points) const {
    const auto& found = **std::get_if<std::vector<Point>*>(&other);
    if (found.size() != points->size() || found.empty()) return -INFINITY;
    return -MeanDistance(&(*points)[0].x, &found[0].x, found.size());
  }

 private:
  static double MeanDistance(const float* a, const float* b, size_t points) {
    double sum = 0;
    for (size_t i = 0; i < points; ++i)
      sum += std::hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]);
    return sum / static_cast<double>(points);
  }
};

class Comparer {
 public:
  Comparer(const GoldenStage& stage, const std::vector<Record>& found)
      : stage_(stage), type_(*stage.result_type), found_(found), used_(found.size()) {}

  Comparison Run() {
    result_.what = "result";
    const auto& expected = stage_.results;
    if (found_.size() != expected.size()) {
      result_.message =
          fmt::format("{} of {}, expected {}", found_.size(), type_.name, expected.size());
      return result_;
    }
    for (size_t i = 0; i < expected.size(); ++i) CompareAt(i);
    result_.mean_difference = count_ ? sum_ / static_cast<double>(count_) : 0;
    result_.passed = result_.message.empty();
    return result_;
  }

 private:
  void CompareAt(size_t i) {
    const Record& expected = stage_.results[i];
    if (found_[i].type != &type_) return Fail(i, fmt::format("is {}", found_[i].type->name));
    const Field* order = type_.ordered_by.empty() ? nullptr : type_.Find(type_.ordered_by);
    const bool in_order = !order || Differ(expected, found_[i], *order).same;
    const std::optional<size_t> partner = Partner(i);
    if (!partner) {
      // A label at the end of a list may give way to one of the same score.
      if (type_.match == Match::kKey && order && in_order) return;
      return Fail(i, fmt::format("is {}, expected {}, which is nowhere in the list",
                                 Summarize(found_[i]), Summarize(expected)));
    }
    used_[*partner] = true;
    for (const Field& field : type_.fields) {
      const Difference difference = Differ(expected, found_[*partner], field);
      Note(difference.size, i);
      if (!difference.same || !in_order) {
        return Fail(
            i, fmt::format("is {}, expected {}: '{}' differs by {:.3g}",
                           Summarize(found_[difference.same ? i : *partner]), Summarize(expected),
                           difference.same ? order->name : field.name, difference.size));
      }
    }
  }

  // Which of the found records is the expected one.
  std::optional<size_t> Partner(size_t i) const {
    if (type_.match == Match::kPosition) return i;
    const Field* by = type_.Find(type_.match_field);
    const double limit = type_.match == Match::kKey   ? 1
                         : type_.match == Match::kIou ? type_.match_limit
                                                      : -type_.match_limit;
    std::optional<size_t> best;
    double likeness = limit;
    for (size_t k = 0; k < found_.size(); ++k) {
      if (used_[k] || found_[k].type != &type_ || !SameInts(stage_.results[i], found_[k])) continue;
      const double here = std::visit(Likeness{found_[k].Get(*by)}, stage_.results[i].Get(*by));
      if (here > likeness || (here == likeness && (!best || k == i))) {
        best = k;
        likeness = here;
      }
    }
    return best;
  }

  // Objects of different classes never belong together.
  bool SameInts(const Record& a, const Record& b) const {
    return std::all_of(type_.fields.begin(), type_.fields.end(), [&](const Field& field) {
      const FieldPointer value = a.Get(field), other = b.Get(field);
      int* const* number = std::get_if<int*>(&value);
      return !number || **number == **std::get_if<int*>(&other);
    });
  }

  Difference Differ(const Record& expected, const Record& found, const Field& field) const {
    const auto own = stage_.field_tolerances.find(std::string(field.name));
    const Tolerance& tolerance =
        own != stage_.field_tolerances.end() ? own->second : stage_.tolerance;
    return std::visit(FieldDifference{field, tolerance, found.Get(field)}, expected.Get(field));
  }

  void Note(double difference, size_t i) {
    if (difference > result_.max_difference) result_.where = fmt::format("place {}", i + 1);
    result_.max_difference = std::max(result_.max_difference, difference);
    sum_ += difference;
    ++count_;
  }

  void Fail(size_t i, const std::string& what) {
    if (!result_.message.empty()) return;
    result_.where = fmt::format("place {}", i + 1);
    result_.message = fmt::format("place {} {}", i + 1, what);
  }

  const GoldenStage& stage_;
  const ResultType& type_;
  const std::vector<Record>& found_;
  std::vector<bool> used_;
  Comparison result_;
  double sum_ = 0;
  int64_t count_ = 0;
};

}  // namespace

Comparison CompareResults(const GoldenStage& expected, const std::vector<Record>& found) {
  return Comparer(expected, found).Run();
}

}  // namespace mmdeploy
