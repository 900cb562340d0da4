#pragma once

#include <openvino/core/model.hpp>
#include <string>

#include "mmdeploy/backend/engine.h"

// Tells whether an .xml and a .bin were written together: the .xml that we write carries size and
// checksum of its weights.
namespace mmdeploy::openvino {

// "<bytes>-<FNV-1a over 64-bit words, hexadecimal>" of a file of weights.
Result<std::string> Checksum(const NetFile& weights);

// Writes down the checksum in a model that is to be saved.
void SetChecksum(ov::Model& model, const std::string& checksum);

// Errors: kFail when the model carries another checksum than its weights have. A model without one
// is not checked.
Result<void> CheckWeights(const ov::Model& model, const NetFile& weights);

}  // namespace mmdeploy::openvino
