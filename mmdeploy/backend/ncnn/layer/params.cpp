#include "mmdeploy/backend/ncnn/layer/params.h"

namespace mmdeploy::ncnn {

Rules operator+(Rules a, const Rules& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

ParamRule Int(int id, const char* name, double min, double max) {
  return {id, name, ParamRule::kInt, min, max};
}

ParamRule Flag(int id, const char* name) { return Int(id, name, 0, 1); }

ParamRule Size(int id, const char* name) { return Int(id, name, 1, kSize); }

ParamRule Float(int id, const char* name) { return {id, name, ParamRule::kFloat, -kAny, kAny}; }

ParamRule Eps(int id) { return {id, "eps", ParamRule::kFloat, 0, 1}; }

ParamRule Axis(int id) { return Int(id, "axis", -4, 3); }

ParamRule Ints(int id, const char* name, double min, double max) {
  return {id, name, ParamRule::kInts, min, max};
}

ParamRule Axes(int id) { return Ints(id, "axes", -4, 4); }

ParamRule Offset(int id, const char* name) { return Int(id, name, -kCount, 2147483647); }

ParamRule Offsets(int id, const char* name) { return Ints(id, name, -2147483648., 2147483647); }

ParamRule Floats(int id, const char* name) { return {id, name, ParamRule::kFloats, -kAny, kAny}; }

ParamRule Padding(int id, const char* name) { return Int(id, name, kSamePadding, kSize); }

Rules Weights() {
  return {Int(0, "num_output", 1, kChannels), Int(6, "weight_data_size", 1, kCount),
          Flag(5, "bias_term"), Int(9, "activation_type", 0, 6), Floats(10, "activation_params")};
}

Rules Window1() { return {Size(1, "kernel_w"), Size(3, "stride_w"), Size(2, "dilation_w")}; }

Rules Window2() {
  return Window1() + Rules{Size(11, "kernel_h"), Size(13, "stride_h"), Size(12, "dilation_h")};
}

Rules Window3() {
  return Window2() + Rules{Size(21, "kernel_d"), Size(23, "stride_d"), Size(22, "dilation_d")};
}

Rules Pads1() { return {Padding(4, "pad_left"), Padding(15, "pad_right")}; }

Rules Pads2() { return Pads1() + Rules{Padding(14, "pad_top"), Padding(16, "pad_bottom")}; }

Rules Pads3() { return Pads2() + Rules{Padding(24, "pad_front"), Padding(17, "pad_behind")}; }

Rules PadValue() { return {Float(18, "pad_value")}; }

Rules Group() { return {Int(7, "group", 1, kChannels)}; }

Rules Int8() { return {Int(8, "int8_scale_term", 0, 2)}; }

Rules Extents(double min) {
  return {Int(0, "w", min, kCount), Int(1, "h", min, kCount), Int(11, "d", min, kCount),
          Int(2, "c", min, kCount)};
}

}  // namespace mmdeploy::ncnn
