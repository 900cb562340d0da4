#pragma once

#include <vector>

#include "mmdeploy/transform/compose/compose.h"

namespace mmdeploy {

// Replaces the steps at the front of a list by one pass, if they are
//
//   LoadImageFromFile, steps that move pixels, [Normalize, [Pad]], ImageToTensor or
//   DefaultFormatBundle
//
// The pass computes only the pixels that the network sees, straight from the caller's memory. Its
// results and meta data are bit-equal to those of the plain steps. What it cannot do for an image
// (a float image, OpenCV's bicubic) runs through the plain steps, which it keeps.
// `threads` inside the pass follow TransformContext::num_threads.
std::vector<Compose::Step> FuseSteps(std::vector<Compose::Step> steps);

}  // namespace mmdeploy
