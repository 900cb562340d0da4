#include "mmdeploy/tracker/pose_tracker.h"

#include <gmock/gmock.h>

#include <thread>

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

constexpr int kFrames = 8;

std::shared_ptr<const Model> Golden(const std::string& task) {
  auto model = Model::FromPath(std::string(MMDEPLOY_SOURCE_DIR) + "/mmdeploy/task/" + task +
                               "/golden/model");
  EXPECT_TRUE(model) << model.error().message();
  return *model;
}

class PoseTrackerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PipelineOptions options;
    options.net.num_threads = 1;
    auto tracker = PoseTracker::Load(Golden("detector"), Golden("pose_detector"), options);
    ASSERT_TRUE(tracker) << tracker.error().message();
    tracker_ = std::move(*tracker);
  }

  static std::unique_ptr<PoseTrackerState> NewState() {
    PoseTrackerParams params;
    params.det_label = 1;
    params.det_interval = 2;
    params.pose_min_bbox_size = 0;
    return *PoseTrackerState::Create(params);
  }

  Image Frame() const {
    Image image;
    image.data = const_cast<uint8_t*>(pixels_.data());
    image.height = 48;
    image.width = 64;
    image.format = PixelFormat::kBgr;
    image.dtype = DataType::kUint8;
    return image;
  }

  // What is reported of each frame of a stream.
  std::vector<std::vector<PoseTarget>> Follow(PoseTrackerState* state) const {
    std::vector<std::vector<PoseTarget>> found;
    for (int i = 0; i < kFrames; ++i) {
      const PoseTracker::Frame frame{state, Frame(), -1};
      auto targets = tracker_->Track(Span<const PoseTracker::Frame>(&frame, 1));
      EXPECT_TRUE(targets) << targets.error().message();
      if (!targets) break;
      found.push_back(std::move((*targets)[0]));
    }
    return found;
  }

  std::unique_ptr<PoseTracker> tracker_;
  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(48 * 64 * 3, 100);
};

bool AreEqual(const std::vector<std::vector<PoseTarget>>& a,
              const std::vector<std::vector<PoseTarget>>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].size() != b[i].size()) return false;
    for (size_t k = 0; k < a[i].size(); ++k) {
      if (a[i][k].id != b[i][k].id || a[i][k].scores != b[i][k].scores ||
          a[i][k].points[0].x != b[i][k].points[0].x || a[i][k].box.left != b[i][k].box.left) {
        return false;
      }
    }
  }
  return true;
}

TEST_F(PoseTrackerTest, FollowsAStream) {
  const auto state = NewState();
  const auto found = Follow(state.get());
  ASSERT_EQ(found.size(), kFrames);
  ASSERT_FALSE(found[0].empty());
  for (const auto& targets : found) {
    for (const PoseTarget& target : targets) EXPECT_EQ(target.points.size(), 4);
  }
}

// Run under the thread sanitizer as well: the tracker is shared, the streams are not.
TEST_F(PoseTrackerTest, StreamsOfManyThreadsDoNotDisturbEachOther) {
  const auto alone = NewState();
  const auto expected = Follow(alone.get());
  std::vector<std::vector<std::vector<PoseTarget>>> found(6);
  std::vector<std::thread> threads;
  for (auto& stream : found) {
    threads.emplace_back([this, &stream] { stream = Follow(NewState().get()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& stream : found) EXPECT_TRUE(AreEqual(stream, expected));
}

TEST_F(PoseTrackerTest, StreamsInOneCallAreThoseAlone) {
  const auto alone = NewState();
  const auto expected = Follow(alone.get());
  std::vector<std::unique_ptr<PoseTrackerState>> states;
  for (int i = 0; i < 3; ++i) states.push_back(NewState());
  std::vector<std::vector<std::vector<PoseTarget>>> found(states.size());
  for (int i = 0; i < kFrames; ++i) {
    std::vector<PoseTracker::Frame> frames;
    for (const auto& state : states) frames.push_back({state.get(), Frame(), -1});
    const auto targets = tracker_->Track(frames);
    ASSERT_TRUE(targets) << targets.error().message();
    for (size_t s = 0; s < states.size(); ++s) found[s].push_back((*targets)[s]);
  }
  for (const auto& stream : found) EXPECT_TRUE(AreEqual(stream, expected));
}

// One state in several threads: a call works, or says that another one does.
TEST_F(PoseTrackerTest, AStateIsUsedByOneCallAtATime) {
  const auto state = NewState();
  std::atomic<int> worked{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < kFrames; ++k) {
        const PoseTracker::Frame frame{state.get(), Frame(), 1};
        const auto targets = tracker_->Track(Span<const PoseTracker::Frame>(&frame, 1));
        if (targets) {
          ++worked;
        } else {
          EXPECT_THAT(targets.error().message(), HasSubstr("is used by another call"));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(worked, 0);
  const std::vector<PoseTracker::Frame> twice{{state.get(), Frame(), -1},
                                              {state.get(), Frame(), -1}};
  EXPECT_THAT(tracker_->Track(twice).error().message(), HasSubstr("or twice in this one"));
  EXPECT_EQ(Follow(state.get()).size(), kFrames);  // and is free again
}

TEST_F(PoseTrackerTest, RefusesModelsOfOtherTasks) {
  const auto swapped = PoseTracker::Load(Golden("pose_detector"), Golden("detector"), {});
  EXPECT_THAT(swapped.error().message(), HasSubstr("the detector of a pose tracker gives"));
}

}  // namespace
}  // namespace mmdeploy
