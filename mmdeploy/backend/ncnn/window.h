#pragma once

#include "mmdeploy/backend/ncnn/param_file.h"

// Parameters of layers that move a window over a blob: convolutions and poolings of 1 to 3 axes.

namespace mmdeploy::ncnn {

bool StartsWith(const std::string& text, std::string_view start);

// Convolutions and deconvolutions of any kind.
bool IsConvolution(const ParamLayer& layer);

// 2 of a layer over images.
int NumSpatialAxes(const ParamLayer& layer);

// A parameter of a window along w, h, d: h and d are as w unless given.
int WindowParam(const ParamLayer& layer, int id, int axis, int fallback);

// Elements of the kernel of a convolution.
int64_t WindowElements(const ParamLayer& layer);

int GroupOf(const ParamLayer& layer);

// Channels that the weights of a convolution are for; the divisions have been checked.
int64_t InputChannels(const ParamLayer& layer);

}  // namespace mmdeploy::ncnn
