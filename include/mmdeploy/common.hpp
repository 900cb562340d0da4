// What every C++ task class uses: errors, images, devices, contexts, results. Header-only over the
// C API.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

// 1 (default): a cv::Mat is accepted wherever an image is. Define it as 0 to do without OpenCV.
#ifndef MMDEPLOY_CXX_USE_OPENCV
#define MMDEPLOY_CXX_USE_OPENCV 1
#endif

#if MMDEPLOY_CXX_USE_OPENCV
#include "opencv2/core/core.hpp"
#endif

namespace mmdeploy {
namespace cxx {

// The values are those of mmdeploy_status_t.
enum class ErrorCode : int {
  eSuccess = MMDEPLOY_SUCCESS,
  eInvalidArgument = MMDEPLOY_E_INVALID_ARG,
  eNotSupported = MMDEPLOY_E_NOT_SUPPORTED,
  eOutOfRange = MMDEPLOY_E_OUT_OF_RANGE,
  eOutOfMemory = MMDEPLOY_E_OUT_OF_MEMORY,
  eFileNotExist = MMDEPLOY_E_FILE_NOT_EXIST,
  eFail = MMDEPLOY_E_FAIL,
};

// A call that failed: its code, and in words what, where, what was found and what is allowed.
class Exception : public std::exception {
 public:
  explicit Exception(ErrorCode code, std::string message = {})
      : code_(code), message_(std::make_shared<const std::string>(std::move(message))) {}

  ErrorCode code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_->c_str(); }

 private:
  ErrorCode code_;
  std::shared_ptr<const std::string> message_;  // shared: copying an exception must not throw
};

// Throws what the last C call of this thread reported, unless `status` is success.
inline void ThrowIfFailed(int status) {
  if (status != MMDEPLOY_SUCCESS) {
    throw Exception(static_cast<ErrorCode>(status), mmdeploy_last_error());
  }
}

// A view of contiguous elements that somebody else owns.
template <class T>
class Span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;

  constexpr Span() noexcept = default;
  constexpr Span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  constexpr Span(T* first, T* last) noexcept
      : Span(first, static_cast<std::size_t>(last - first)) {}
  template <std::size_t N>
  constexpr Span(T (&array)[N]) noexcept : Span(array, N) {}
  Span(std::vector<value_type>& elements) noexcept : Span(elements.data(), elements.size()) {}
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  Span(const std::vector<value_type>& elements) noexcept : Span(elements.data(), elements.size()) {}
  // The elements live until the end of the full expression only: for arguments.
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  Span(std::initializer_list<value_type> elements) noexcept
      : Span(elements.begin(), elements.size()) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

using Rect = mmdeploy_rect_t;

// Where to run: a name ("cpu", "cuda") and an index. Checked when a handle or a context is made
// with it.
class Device {
 public:
  explicit Device(std::string name, int index = 0) : name_(std::move(name)), index_(index) {}

  const char* name() const noexcept { return name_.c_str(); }
  int index() const noexcept { return index_; }

 private:
  std::string name_;
  int index_;
};

// Settings for making a task: its device and its thread count. Copies share the settings.
class Context {
 public:
  Context() {
    mmdeploy_context_t context{};
    ThrowIfFailed(mmdeploy_context_create(&context));
    context_.reset(context, mmdeploy_context_destroy);
  }
  Context(const Device& device) {  // NOLINT: a Device is accepted wherever a Context is
    mmdeploy_context_t context{};
    ThrowIfFailed(mmdeploy_context_create_by_device(device.name(), device.index(), &context));
    context_.reset(context, mmdeploy_context_destroy);
  }

  // Threads that work inside one call; 0: the default, 1: best for several threads on one handle.
  Context& SetNumThreads(int num_threads) {
    ThrowIfFailed(mmdeploy_context_set_num_threads(context_.get(), num_threads));
    return *this;
  }

  // Idle threads of the engine spin between calls, for one caller that has the machine for itself.
  Context& SetLowLatency(bool low_latency) {
    ThrowIfFailed(mmdeploy_context_set_low_latency(context_.get(), low_latency ? 1 : 0));
    return *this;
  }

  // Models come from somebody you trust: formats that carry code (TorchScript) are refused
  // otherwise.
  Context& SetTrusted(bool trusted) {
    ThrowIfFailed(mmdeploy_context_set_trusted(context_.get(), trusted ? 1 : 0));
    return *this;
  }

  // The task of that name in pipeline.json runs on the scheduler.
  Context& Add(const std::string& name, mmdeploy_scheduler_t scheduler) {
    ThrowIfFailed(
        mmdeploy_context_add(context_.get(), MMDEPLOY_TYPE_SCHEDULER, name.c_str(), scheduler));
    return *this;
  }
  // A model that `params.model` of an Inference node may name.
  Context& Add(const std::string& name, mmdeploy_model_t model) {
    ThrowIfFailed(mmdeploy_context_add(context_.get(), MMDEPLOY_TYPE_MODEL, name.c_str(), model));
    return *this;
  }
  Context& Add(mmdeploy_profiler_t profiler) {
    ThrowIfFailed(mmdeploy_context_add(context_.get(), MMDEPLOY_TYPE_PROFILER, nullptr, profiler));
    return *this;
  }

  operator mmdeploy_context_t() const noexcept { return context_.get(); }  // NOLINT

 private:
  std::shared_ptr<mmdeploy_context> context_;
};

// Notes when steps began and ended; the file is written when the last copy goes away.
class Profiler {
 public:
  explicit Profiler(const std::string& path) {
    mmdeploy_profiler_t profiler{};
    ThrowIfFailed(mmdeploy_profiler_create(path.c_str(), &profiler));
    profiler_.reset(profiler, mmdeploy_profiler_destroy);
  }

  operator mmdeploy_profiler_t() const noexcept { return profiler_.get(); }  // NOLINT

 private:
  std::shared_ptr<mmdeploy_profiler> profiler_;
};

// Where asynchronous calls run. Copies share it.
class Scheduler {
 public:
  explicit Scheduler(mmdeploy_scheduler_t scheduler)
      : scheduler_(scheduler, mmdeploy_scheduler_destroy) {
    if (scheduler == nullptr) throw Exception(ErrorCode::eInvalidArgument, mmdeploy_last_error());
  }

  // A pool of its own. Throws Exception unless there are 1 to 1024 threads.
  static Scheduler ThreadPool(int num_threads) {
    return Scheduler(mmdeploy_executor_create_thread_pool(num_threads));
  }
  static Scheduler Thread() { return Scheduler(mmdeploy_executor_create_thread()); }
  // The pool of the process, with a thread per processor.
  static Scheduler SystemPool() { return Scheduler(mmdeploy_executor_system_pool()); }

  // Runs `work`, which must not throw, on the scheduler.
  template <class Work>
  void Execute(Work work) const {
    auto* copy = new Work(std::move(work));
    mmdeploy_executor_execute(
        scheduler_.get(),
        [](void* context) {
          const std::unique_ptr<Work> owner(static_cast<Work*>(context));
          (*owner)();
        },
        copy);
  }

  operator mmdeploy_scheduler_t() const noexcept { return scheduler_.get(); }  // NOLINT

 private:
  std::shared_ptr<mmdeploy_scheduler> scheduler_;
};

// An image that somebody else owns. Its memory layout is that of mmdeploy_mat_t.
class Mat {
 public:
  Mat() : desc_{} {}
  Mat(int height, int width, int channels, mmdeploy_pixel_format_t format,
      mmdeploy_data_type_t type, uint8_t* data, mmdeploy_device_t device = nullptr,
      int64_t row_stride = 0)
      : desc_{data, height, width, channels, format, type, device, row_stride} {}
  Mat(const mmdeploy_mat_t& desc) : desc_(desc) {}  // NOLINT
#if MMDEPLOY_CXX_USE_OPENCV
  Mat(const cv::Mat& mat, mmdeploy_pixel_format_t format)
      : desc_{mat.data, mat.rows,         mat.cols, mat.channels(),
              format,   ElementType(mat), nullptr,  RowStride(mat)} {
    if (format == MMDEPLOY_PIXEL_FORMAT_NV12 || format == MMDEPLOY_PIXEL_FORMAT_NV21)
      desc_.height = mat.rows * 2 / 3;
  }
  // 1 channel is gray, 3 are BGR, 4 are BGRA; elements are uint8 or float. Anything else throws
  // eNotSupported.
  Mat(const cv::Mat& mat) : Mat(mat, Format(mat)) {}  // NOLINT
#endif

  const mmdeploy_mat_t& desc() const noexcept { return desc_; }

 private:
#if MMDEPLOY_CXX_USE_OPENCV
  static int64_t RowStride(const cv::Mat& mat) {
    return mat.empty() ? 0 : static_cast<int64_t>(mat.step[0]);
  }

  static mmdeploy_data_type_t ElementType(const cv::Mat& mat) {
    if (mat.depth() == CV_8U) return MMDEPLOY_DATA_TYPE_UINT8;
    if (mat.depth() == CV_32F) return MMDEPLOY_DATA_TYPE_FLOAT;
    throw Exception(ErrorCode::eNotSupported, "cv::Mat has elements of OpenCV depth " +
                                                  std::to_string(mat.depth()) +
                                                  ", allowed: CV_8U, CV_32F");
  }

  static mmdeploy_pixel_format_t Format(const cv::Mat& mat) {
    if (mat.channels() == 1) return MMDEPLOY_PIXEL_FORMAT_GRAYSCALE;
    if (mat.channels() == 3) return MMDEPLOY_PIXEL_FORMAT_BGR;
    if (mat.channels() == 4) return MMDEPLOY_PIXEL_FORMAT_BGRA;
    throw Exception(ErrorCode::eNotSupported,
                    "cv::Mat has " + std::to_string(mat.channels()) +
                        " channels, allowed: 1 (gray), 3 (BGR), 4 (BGRA)");
  }
#endif

  mmdeploy_mat_t desc_;
};

static_assert(sizeof(Mat) == sizeof(mmdeploy_mat_t),
              "arrays of Mat are passed as arrays of mmdeploy_mat_t");

inline const mmdeploy_mat_t* reinterpret(const Mat* mats) noexcept {
  return reinterpret_cast<const mmdeploy_mat_t*>(mats);
}

// The results of one image: a random-access view that keeps the memory of the whole batch alive.
template <class T>
class Result_ {
 public:
  using value_type = T;

  Result_() = default;
  Result_(std::size_t offset, std::size_t size, std::shared_ptr<T> buffer)
      : offset_(offset), size_(size), buffer_(std::move(buffer)) {}

  // The views of all images of a batch, whose results lie one after the other in `buffer`.
  static std::vector<Result_> Split(const std::shared_ptr<T>& buffer, Span<const int> counts) {
    std::vector<Result_> results;
    results.reserve(counts.size());
    std::size_t offset = 0;
    for (const int count : counts) {
      results.emplace_back(offset, static_cast<std::size_t>(count), buffer);
      offset += static_cast<std::size_t>(count);
    }
    return results;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t i) const { return begin()[i]; }
  T* begin() const noexcept { return buffer_.get() + offset_; }
  T* end() const noexcept { return begin() + size_; }
  T* operator->() const noexcept { return begin(); }
  T& operator*() const noexcept { return *begin(); }

 private:
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
  std::shared_ptr<T> buffer_;
};

}  // namespace cxx

using cxx::Context;
using cxx::Device;
using cxx::ErrorCode;
using cxx::Exception;
using cxx::Mat;
using cxx::Profiler;
using cxx::Rect;
using cxx::Scheduler;
using cxx::Span;

}  // namespace mmdeploy
