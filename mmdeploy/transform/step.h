#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "mmdeploy/base/json.h"
#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// Shared by the steps: walking the images of a sample, reading arguments that several steps have.

// Calls f(Tensor&) -> Result<void> on every image of the sample: its crops or frames if there are
// any, else the one image.
template <class F>
Result<void> ForEachImage(Sample& sample, const F& f) {
  if (sample.imgs.empty()) return f(sample.img);
  for (Tensor& img : sample.imgs) MMDEPLOY_TRYV(f(img));
  return {};
}

// Errors: a step that needs [H,W,C] comes after one that makes [1,C,H,W].
Result<void> ExpectInterleaved(const StaticImage& image);

// Two integers as written, or one that counts for both.
struct IntPair {
  int first = 0, second = 0;
};

// Reads an integer or an array of two. Errors: another type or length, a value outside
// [min, max]; `second_min` may be lower than `min` (-1 for "from the aspect ratio").
std::optional<IntPair> ReadIntPair(JsonReader& args, std::string_view key, int min, int max,
                                   int second_min);
inline std::optional<IntPair> ReadIntPair(JsonReader& args, std::string_view key, int min,
                                          int max) {
  return ReadIntPair(args, key, min, max, min);
}

// As ReadIntPair; a missing key is an error.
IntPair RequireIntPair(JsonReader& args, std::string_view key, int min, int max, int second_min);
inline IntPair RequireIntPair(JsonReader& args, std::string_view key, int min, int max) {
  return RequireIntPair(args, key, min, max, min);
}

// Reads `pad_val`: a number, an array of a number per channel, or {"img": either}. One number
// counts for all channels, or for the first one, with 0 for the others.
std::array<double, 4> ReadPadValue(JsonReader& args, std::string_view key, bool number_is_for_all);

// Finishes reading and makes the step, or gives the first error.
template <class Step, class Args>
Result<std::unique_ptr<Transform>> MakeStep(JsonReader& reader, Args args) {
  MMDEPLOY_TRYV(reader.Finish());
  return std::make_unique<Step>(std::move(args));
}

}  // namespace mmdeploy
