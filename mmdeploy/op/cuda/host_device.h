#pragma once

// In front of functions that CUDA kernels call as well as the host.
#ifdef __CUDACC__
#define MMDEPLOY_HOST_DEVICE __host__ __device__
#else
#define MMDEPLOY_HOST_DEVICE
#endif
