#pragma once

#include <iterator>
#include <memory>
#include <vector>

#include "mmdeploy/base/file.h"

namespace mmdeploy::testing {

// The ONNX file of a network that takes x, float32 [?,3], and gives y = Add(x, x).
inline Bytes DoublingOnnx() {
  constexpr unsigned char kModel[] = {
      8,   8,  58,  63,  10, 14,  10, 1,  120, 10, 1,  120, 18, 1,  121, 34, 3, 65, 100,
      100, 18, 1,   103, 90, 20,  10, 1,  120, 18, 15, 10,  13, 8,  1,   18, 9, 10, 3,
      18,  1,  110, 10,  2,  8,   3,  98, 20,  10, 1,  121, 18, 15, 10,  13, 8, 1,  18,
      9,   10, 3,   18,  1,  110, 10, 2,  8,   3,  66, 4,   10, 0,  16,  13};
  return std::make_shared<const std::vector<char>>(std::begin(kModel), std::end(kModel));
}

}  // namespace mmdeploy::testing
