#pragma once

#include "mmdeploy/base/geometry.h"

namespace mmdeploy {

// A Kalman filter of a number that moves with a nearly constant velocity. Points and boxes have one
// per coordinate: their noise is independent, so one large filter would calculate the same.
class ConstantVelocity {
 public:
  // `noise`: standard deviations of position and velocity per frame.
  struct Noise {
    double position = 0, velocity = 0;
  };

  ConstantVelocity() = default;
  ConstantVelocity(double position, const Noise& noise);

  // Goes to the next frame.
  void Predict(const Noise& noise);
  // Takes what was measured in this frame.
  void Correct(double position, const Noise& noise);
  // How far a measurement is from the prediction: the square of the distance in deviations.
  double Distance(double position, const Noise& noise) const;

  float position() const { return static_cast<float>(position_); }

 private:
  double position_ = 0, velocity_ = 0;
  // Their covariance.
  double var_position_ = 0, covariance_ = 0, var_velocity_ = 0;
};

// The one-euro filter (Casiez et al. 2012) of a point: what is slow is smoothed more.
class OneEuro {
 public:
  struct Args {
    float beta, min_cutoff, cutoff_of_velocity;
  };

  OneEuro() = default;
  explicit OneEuro(const Point& point) : point_(point) {}

  // Takes the point of the next frame and gives the smoothed one.
  Point Smooth(const Point& point, const Args& args);
  const Point& point() const { return point_; }

 private:
  Point point_, velocity_;
};

}  // namespace mmdeploy
