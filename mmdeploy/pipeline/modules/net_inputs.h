#pragma once

#include <string>
#include <vector>

#include "mmdeploy/module/module.h"

namespace mmdeploy {

// What preprocessing is known to make must be what the network takes; `keys` are the names of its
// inputs on the side of the pipeline. Errors: kFail with what is made, what is taken, and the step
// that is missing or too much.
Result<void> CheckProvided(const EdgeType& provided, const std::vector<TensorInfo>& inputs,
                           const std::vector<std::string>& keys, const JsonPath& path);

// `batch_size` items must fit into one call of the network, and a network that is said to take
// several shapes must do so. `where` names what asks for the batch.
Result<void> CheckBatch(const std::vector<TensorInfo>& inputs, int batch_size,
                        const std::string& where);
Result<void> CheckDynamic(const std::vector<TensorInfo>& inputs, const NetSpec& spec);

// Steps and heads calculate in float32, on the host. A network that takes or gives float16 gets it
// rounded to the nearest, and gives it as float32.
DataType AtBorder(DataType dtype);
// Inputs or outputs of a network as the pipeline sees them, under its own names.
std::vector<StaticTensor> TensorsAtBorder(const std::vector<TensorInfo>& infos,
                                          const std::vector<std::string>& names);
Result<Tensor> ToNetwork(const Tensor& tensor, const TensorInfo& taken, BufferPool* pool);
Result<Tensor> FromNetwork(const Tensor& tensor, BufferPool* pool);

}  // namespace mmdeploy
