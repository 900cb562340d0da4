#include "mmdeploy/backend/ncnn/window.h"

namespace mmdeploy::ncnn {

bool StartsWith(const std::string& text, std::string_view start) {
  return text.compare(0, start.size(), start) == 0;
}

bool IsConvolution(const ParamLayer& layer) {
  return StartsWith(layer.type, "Convolution") || StartsWith(layer.type, "Deconvolution");
}

int NumSpatialAxes(const ParamLayer& layer) {
  return layer.type.find("1D") != std::string::npos   ? 1
         : layer.type.find("3D") != std::string::npos ? 3
                                                      : 2;
}

int WindowParam(const ParamLayer& layer, int id, int axis, int fallback) {
  return layer.Int(id + 10 * axis, layer.Int(id, fallback));
}

int64_t WindowElements(const ParamLayer& layer) {
  int64_t elements = 1;
  for (int axis = 0; axis < NumSpatialAxes(layer); ++axis) {
    elements *= WindowParam(layer, 1, axis, 0);
  }
  return elements;
}

int GroupOf(const ParamLayer& layer) { return layer.Int(7, 1); }

int64_t InputChannels(const ParamLayer& layer) {
  const int64_t per_group = layer.Int(0, 0) / GroupOf(layer);
  return layer.Int(6, 0) / (WindowElements(layer) * per_group);
}

}  // namespace mmdeploy::ncnn
