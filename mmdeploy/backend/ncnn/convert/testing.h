#pragma once

#include <string>

#include "mmdeploy/backend/ncnn/convert/convert.h"

// Conversions of graphs as text, for tests.

namespace mmdeploy::ncnn_convert {

// The header is added. Errors of the text abort the test program.
Result<NcnnModel> ConvertText(const std::string& graph, int opset = 13,
                              const ConvertOptions& options = {});

// The lines of the layers, without the counts and with single spaces; the message of an error.
std::string Layers(const std::string& graph, int opset = 13);

}  // namespace mmdeploy::ncnn_convert
