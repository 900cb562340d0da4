#include "mmdeploy/codebase/mmocr/head/unclip.h"

#include <algorithm>
#include <cmath>
#include <polyclipping/clipper.hpp>

namespace mmdeploy::mmocr {
namespace {

int64_t Cross(const cv::Point& a, const cv::Point& b) {
  return int64_t{a.x} * b.y - int64_t{a.y} * b.x;
}

int64_t TwiceSignedArea(const Polygon& polygon) {
  int64_t twice = 0;
  for (size_t i = 0; i < polygon.size(); ++i) {
    twice += Cross(polygon[i], polygon[(i + 1) % polygon.size()]);
  }
  return twice;
}

double Perimeter(const Polygon& polygon) {
  double length = 0;
  for (size_t i = 0; i < polygon.size(); ++i) {
    length += cv::norm(polygon[i] - polygon[(i + 1) % polygon.size()]);
  }
  return length;
}

double Distance(const Polygon& polygon, double ratio, double perimeter) {
  return std::abs(static_cast<double>(TwiceSignedArea(polygon))) / 2 * ratio / perimeter;
}

// Whether a polygon goes down once and up once.
bool IsOneHill(const Polygon& polygon) {
  int turns = 0;
  bool was_down = false, has_way = false;
  for (size_t i = 0; i < 2 * polygon.size(); ++i) {
    const int step = polygon[(i + 1) % polygon.size()].y - polygon[i % polygon.size()].y;
    if (step == 0) continue;
    // The second time around counts: then it is known where it came from.
    turns += has_way && i >= polygon.size() && was_down != (step > 0);
    was_down = step > 0;
    has_way = true;
  }
  return turns == 2;
}

// Whether all corners turn to the same side, none of them straight or back.
bool IsStrictlyConvex(const Polygon& polygon) {
  const size_t count = polygon.size();
  const auto side = [&](size_t i) { return polygon[(i + 1) % count] - polygon[i % count]; };
  const bool left = Cross(side(0), side(1)) > 0;
  for (size_t i = 0; i < count; ++i) {
    const int64_t turn = Cross(side(i), side(i + 1));
    if (turn == 0 || (turn > 0) != left) return false;
  }
  return IsOneHill(polygon);
}

// What Clipper moves to whole pixels, before it looks for where the outline crosses itself, which
// that of a convex polygon does not.
class RoundOffset {
 public:
  explicit RoundOffset(double distance) : distance_(distance) {
    constexpr double kTolerance = 0.25;  // of an arc
    const double steps = std::min(CV_PI / std::acos(1 - kTolerance / distance), distance * CV_PI);
    sin_ = std::sin(2 * CV_PI / steps);
    cos_ = std::cos(2 * CV_PI / steps);
    steps_per_radian_ = steps / (2 * CV_PI);
  }

  // `polygon` runs with the clock as seen.
  Polygon Of(const Polygon& polygon) {
    const size_t count = polygon.size();
    std::vector<cv::Point2d> normals;
    for (size_t i = 0; i < count; ++i) {
      const cv::Point2d side = polygon[(i + 1) % count] - polygon[i];
      const double scale = 1.0 / std::sqrt(side.x * side.x + side.y * side.y);
      normals.emplace_back(side.y * scale, -(side.x * scale));
    }
    size_t before = count - 1;
    for (size_t i = 0; i < count; ++i) {
      // A side that hardly turns is not noticed, also not by the next corner.
      if (PutCorner(polygon[i], normals[before], normals[i])) before = i;
    }
    return std::move(moved_);
  }

 private:
  bool PutCorner(const cv::Point& corner, const cv::Point2d& before, const cv::Point2d& behind) {
    double sin = before.x * behind.y - behind.x * before.y;
    const double cos = before.x * behind.x + behind.y * before.y;
    if (std::abs(sin * distance_) >= 1) {
      sin = std::clamp(sin, -1.0, 1.0);
    } else if (cos > 0) {
      Put(corner, before);
      return false;
    }
    if (sin < 0) {  // since a side before was not noticed
      Put(corner, before);
      moved_.push_back(corner);
    } else {
      PutArc(corner, before, std::atan2(sin, cos));
    }
    Put(corner, behind);
    return true;
  }

  void PutArc(const cv::Point& corner, cv::Point2d normal, double angle) {
    const int steps = std::max(Rounded(steps_per_radian_ * std::abs(angle)), 1);
    for (int i = 0; i < steps; ++i) {
      Put(corner, normal);
      normal = {normal.x * cos_ - sin_ * normal.y, normal.x * sin_ + normal.y * cos_};
    }
  }

  void Put(const cv::Point& corner, const cv::Point2d& normal) {
    moved_.emplace_back(Rounded(corner.x + normal.x * distance_),
                        Rounded(corner.y + normal.y * distance_));
  }

  static int Rounded(double value) {
    return static_cast<int>(value < 0 ? value - 0.5 : value + 0.5);
  }

  const double distance_;
  double sin_ = 0, cos_ = 1, steps_per_radian_ = 0;
  Polygon moved_;
};

// Clipper's answers begin behind the last of the topmost corners.
void BeginBehindTop(Polygon* polygon) {
  const auto higher = [](const cv::Point& a, const cv::Point& b) { return a.y < b.y; };
  auto top = std::min_element(polygon->begin(), polygon->end(), higher);
  const int y = top->y;
  const auto behind = [&](Polygon::iterator at) {
    return at + 1 == polygon->end() ? polygon->begin() : at + 1;
  };
  while (behind(top)->y == y) top = behind(top);
  std::rotate(polygon->begin(), behind(top), polygon->end());
}

}  // namespace

Polygon UnclipByClipper(const Polygon& polygon, double ratio) {
  const double perimeter = Perimeter(polygon);
  if (perimeter <= 0) return {};
  ClipperLib::Path path;
  for (const cv::Point& point : polygon) path.emplace_back(point.x, point.y);
  ClipperLib::ClipperOffset offset;
  offset.AddPath(path, ClipperLib::jtRound, ClipperLib::etClosedPolygon);
  ClipperLib::Paths moved;
  offset.Execute(moved, Distance(polygon, ratio, perimeter));
  Polygon result;
  for (const ClipperLib::Path& piece : moved) {
    // mmocr makes one array of all pieces, where they can be one.
    if (piece.size() != moved[0].size()) return {};
    for (const auto& point : piece) {
      result.emplace_back(static_cast<int>(point.X), static_cast<int>(point.Y));
    }
  }
  return result;
}

Polygon Unclip(const Polygon& polygon, double ratio) {
  if (polygon.size() < 3 || !IsStrictlyConvex(polygon)) return UnclipByClipper(polygon, ratio);
  const double distance = Distance(polygon, ratio, Perimeter(polygon));
  if (distance < 1) return UnclipByClipper(polygon, ratio);
  Polygon clockwise = polygon;
  if (TwiceSignedArea(polygon) < 0) std::reverse(clockwise.begin(), clockwise.end());
  Polygon moved = RoundOffset(distance).Of(clockwise);
  // Rounding may have made a second hill of a nearly level side.
  if (!IsOneHill(moved)) return UnclipByClipper(polygon, ratio);
  BeginBehindTop(&moved);
  return moved;
}

}  // namespace mmdeploy::mmocr
