#include "mmdeploy/tracker/filters.h"

#include <cmath>

namespace mmdeploy {

ConstantVelocity::ConstantVelocity(double position, const Noise& noise)
    : position_(position),
      var_position_(4 * noise.position * noise.position),
      var_velocity_(100 * noise.velocity * noise.velocity) {}

void ConstantVelocity::Predict(const Noise& noise) {
  position_ += velocity_;
  var_position_ += 2 * covariance_ + var_velocity_ + noise.position * noise.position;
  covariance_ += var_velocity_;
  var_velocity_ += noise.velocity * noise.velocity;
}

void ConstantVelocity::Correct(double position, const Noise& noise) {
  const double variance = var_position_ + noise.position * noise.position;
  const double gain = var_position_ / variance, gain_of_velocity = covariance_ / variance;
  const double error = position - position_;
  position_ += gain * error;
  velocity_ += gain_of_velocity * error;
  var_velocity_ -= gain_of_velocity * covariance_;
  covariance_ *= 1 - gain;
  var_position_ *= 1 - gain;
}

double ConstantVelocity::Distance(double position, const Noise& noise) const {
  const double error = position - position_;
  return error * error / (var_position_ + noise.position * noise.position);
}

namespace {

// The weight of what is new.
float WeightOf(float cutoff) {
  const float turns = 2 * 3.14159265F * cutoff;
  return turns / (turns + 1);
}

Point Mix(const Point& old, const Point& now, float weight) {
  return {old.x + weight * (now.x - old.x), old.y + weight * (now.y - old.y)};
}

}  // namespace

Point OneEuro::Smooth(const Point& point, const Args& args) {
  const Point moved{point.x - point_.x, point.y - point_.y};
  velocity_ = Mix(velocity_, moved, WeightOf(args.cutoff_of_velocity));
  const float speed = std::hypot(velocity_.x, velocity_.y);
  point_ = Mix(point_, point, WeightOf(args.min_cutoff + args.beta * speed));
  return point_;
}

}  // namespace mmdeploy
