#pragma once

#include <functional>
#include <memory>
#include <string>

#include "mmdeploy/backend/engine.h"

// What engine_overhead compares with: an engine's own interface, used as its manual says is
// fastest.

namespace mmdeploy::benchmarks {

struct BareEngine {
  std::string name;
  // Loads files into our wrapper of the engine.
  Result<std::shared_ptr<const Net>> (*load)(const NetFiles& files, const NetOptions& options);
  // One call of the engine itself on the same loaded network, with everything bound beforehand that
  // can be. `input` lives as long as the function. Throws or ends the program when the engine
  // fails.
  std::function<void()> (*bind)(const std::shared_ptr<const Net>& net, const Tensor& input);
  // A network that takes float32 [?,3] and does next to nothing.
  Bytes (*tiny)();
};

// Each is defined when its engine is built, see CMakeLists.txt.
BareEngine BareOnnxruntime();
BareEngine BareOpenvino();
BareEngine BareTorchscript();

}  // namespace mmdeploy::benchmarks
