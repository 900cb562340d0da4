#pragma once

namespace mmdeploy::torchscript {

// Lets LibTorch use `count` threads in what the calling thread runs during the life of the object.
// It sets OpenMP's thread count, which belongs to the calling thread; the process-wide count of
// at::set_num_threads is left alone, because it may be a Python program's.
class ThreadScope {
 public:
  explicit ThreadScope(int count);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

// LibTorch gives matrix products to OpenBLAS, which uses threads of its own and lets them spin. It
// has one count for the whole process: lowers it to `count`, unless the process is a Python program
// with PyTorch, whose count it then is. Without OpenBLAS nothing happens.
void LimitBlasThreads(int count);

}  // namespace mmdeploy::torchscript
