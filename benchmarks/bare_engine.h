#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "mmdeploy/backend/engine.h"

// What engine_overhead compares with: an engine's own interface, used as its manual says is
// fastest.

namespace mmdeploy::benchmarks {

struct BareEngine {
  std::string name;
  // Loads files into our wrapper of the engine.
  Result<std::shared_ptr<const Net>> (*load)(const NetFiles& files, const NetOptions& options);
  // One call of the engine itself on the same loaded network, or on one that the engine loads
  // itself from the same files, with everything bound beforehand that can be. `input` lives as long
  // as the function. Throws or ends the program when the engine fails.
  std::function<void()> (*bind)(const std::shared_ptr<const Net>& net, const NetFiles& files,
                                const Tensor& input);
  // A network that takes float32 [?,3] and does next to nothing.
  NetFiles (*tiny)();
};

// A network of one file that is held in memory.
inline NetFiles InMemory(Bytes bytes) { return {{"tiny", "", std::move(bytes)}, {}}; }

// Each is defined when its engine is built, see CMakeLists.txt.
BareEngine BareNcnn();
BareEngine BareOnnxruntime();
BareEngine BareOpenvino();
BareEngine BareTorchscript();

}  // namespace mmdeploy::benchmarks
