// my_add/torch.cpp
#include <ATen/ATen.h>
#include <torch/library.h>

at::Tensor my_add(const at::Tensor& a, const at::Tensor& b) { return a * 2 + b; }

TORCH_LIBRARY(custom, library) { library.def("my_add", my_add); }
