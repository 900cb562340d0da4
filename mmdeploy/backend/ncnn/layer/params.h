#pragma once

#include <cfloat>

#include "mmdeploy/backend/ncnn/layer/row.h"

// Parameters as rows name them.

namespace mmdeploy::ncnn {

using Rules = std::vector<ParamRule>;
constexpr double kSize = 1 << 16;      // kernels, strides, paddings, extents of images
constexpr double kCount = 1 << 28;     // elements
constexpr double kChannels = 1 << 20;  // rows of a matrix too
constexpr double kAny = FLT_MAX;
// Padding as TensorFlow calculates it.
constexpr double kSamePadding = -234;

ParamRule Int(int id, const char* name, double min, double max);
ParamRule Flag(int id, const char* name);
ParamRule Size(int id, const char* name);
ParamRule Float(int id, const char* name);
ParamRule Eps(int id);
ParamRule Axis(int id);
ParamRule Ints(int id, const char* name, double min, double max);
ParamRule Axes(int id);
ParamRule Offset(int id, const char* name);
ParamRule Offsets(int id, const char* name);
ParamRule Floats(int id, const char* name);
ParamRule Padding(int id, const char* name);
// Windows of convolutions and what slides otherwise: kernel, stride, dilation along w, h and d; the
// pads around it; weights with their bias and activation.
Rules Weights();
Rules Window1();
Rules Window2();
Rules Window3();
Rules Pads1();
Rules Pads2();
Rules Pads3();
Rules PadValue();
Rules Group();
Rules Int8();
Rules Extents(double min);
Rules operator+(Rules a, const Rules& b);

}  // namespace mmdeploy::ncnn
