#include "mmdeploy/transform/pixels/opencv.h"

#include <condition_variable>
#include <memory>
#include <mutex>

#include "mmdeploy/base/fork.h"

namespace mmdeploy {
namespace {

// OpenCV shares no less than two of these out among its threads.
constexpr int64_t kPixelsOfThread = 1 << 16;

// What one call of cv::parallel_for_ spans. A call from inside of it is nested, and nested calls
// are serial: that keeps OpenCV's threads out without cv::setNumThreads, which would change the
// setting of the whole process. But what OpenCV remembers of it is one flag of the process, which
// is gone when the call is that set it. So whoever is first sets it, further callers join, and the
// first one leaves when they have; who comes while it waits for them waits, too.
class NestedRegion {
 public:
  void Run(const std::function<void()>& call) {
    if (Join()) {
      const AtEnd leave{[this] { Leave(); }};
      call();
      return;
    }
    const AtEnd close{[this] { Set(State::kClosed); }};
    cv::parallel_for_(cv::Range(0, 1), [&](const cv::Range&) {
      Set(State::kOpen);
      const AtEnd wait{[this] { WaitForGuests(); }};
      call();
    });
  }

 private:
  enum class State { kClosed, kOpening, kOpen, kClosing };

  struct AtEnd {
    std::function<void()> run;
    ~AtEnd() { run(); }
  };

  // Whether the caller is a guest; else it has to open.
  bool Join() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ == State::kClosed || state_ == State::kOpen; });
    const bool is_guest = state_ == State::kOpen;
    if (is_guest) {
      ++guests_;
    } else {
      state_ = State::kOpening;
    }
    return is_guest;
  }

  void Leave() {
    const std::lock_guard lock(mutex_);
    if (--guests_ == 0) changed_.notify_all();
  }

  void Set(State state) {
    const std::lock_guard lock(mutex_);
    state_ = state;
    changed_.notify_all();
  }

  void WaitForGuests() {
    std::unique_lock lock(mutex_);
    state_ = State::kClosing;
    changed_.wait(lock, [this] { return guests_ == 0; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kClosed;
  int guests_ = 0;
};

NestedRegion& RegionOfProcess() {
  // Leaked: threads may be inside of it when the process ends.
  static auto* region =
      new PerProcess<NestedRegion>([] { return std::make_unique<NestedRegion>(); });
  return region->Get();
}

}  // namespace

void KeepOnThread(int64_t pixels, const std::function<void()>& call) {
  if (pixels <= kPixelsOfThread) return call();
  RegionOfProcess().Run(call);
}

}  // namespace mmdeploy
