// A program of somebody who uses ncnn: runs a network with the layers of mmdeploy.
//
//   ncnn_program PARAM BIN: reads c, h, w and the values of blob x0, prints those of blob y0.
#include <ncnn/net.h>

#include <cstdio>

// Of libmmdeploy_ncnn_ops.so.
int register_mmdeploy_custom_layers(ncnn::Net& net);

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  ncnn::Net net;
  if (register_mmdeploy_custom_layers(net)) return 2;
  if (net.load_param(argv[1]) || net.load_model(argv[2])) return 3;
  int c, h, w;
  if (std::scanf("%d %d %d", &c, &h, &w) != 3) return 4;
  ncnn::Mat in(w, h, c), out;
  for (int i = 0; i < c; ++i) {
    for (int k = 0; k < h * w; ++k) {
      if (std::scanf("%f", static_cast<float*>(in.channel(i)) + k) != 1) return 4;
    }
  }
  ncnn::Extractor extractor = net.create_extractor();
  extractor.input("x0", in);
  if (extractor.extract("y0", out)) return 5;
  for (int i = 0; i < out.c; ++i) {
    for (int k = 0; k < out.h * out.w * out.d; ++k) {
      std::printf("%.9g\n", static_cast<float*>(out.channel(i))[k]);
    }
  }
  return 0;
}
