#pragma once

#include "mmdeploy/base/tensor.h"
#include "mmdeploy/base/zip.h"

namespace mmdeploy {

// Reads one array of a numpy .npz archive ("<name>.npy" inside), little-endian, C order.
// Errors: kFileNotExist, kFail (a header or size that is not valid).
Result<Tensor> ReadArray(const ZipArchive& archive, const std::string& name);

// Parses the bytes of a .npy file; the tensor keeps `bytes`.
Result<Tensor> ParseArray(Bytes bytes, const std::string& name);

}  // namespace mmdeploy
