#pragma once

#include <cstdint>

#include "mmdeploy/codebase/mmocr/head/polygon.h"

namespace mmdeploy::mmocr {

// A mask of 0 and 1, with a row and a column of 0 around it that are no part of it.
struct Mask {
  uint8_t* data = nullptr;  // the first pixel
  int height = 0, width = 0;
  int64_t stride = 0;  // bytes from row to row
};

// The outlines of what is connected by sides or corners in rows of a mask, above and below which
// lies nothing, and those of the holes in it: the corners that cv::findContours gives with
// RETR_LIST and CHAIN_APPROX_SIMPLE, in its order. Other values are written for 1.
std::vector<Polygon> FindOutlines(const Mask& mask, const cv::Range& rows);

}  // namespace mmdeploy::mmocr
