// The pose tracker through C and C++: defaults, results and their release, NULL.
#include "mmdeploy/pose_tracker.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace {

using mmdeploy::Mat;
using mmdeploy::PoseTracker;
using ::testing::HasSubstr;

constexpr char kDetector[] = "mmdeploy/task/detector/golden/model";
constexpr char kPoseDetector[] = "mmdeploy/task/pose_detector/golden/model";

class PoseTrackerApiTest : public ::testing::Test {
 protected:
  Mat Frame() {
    return Mat(48, 64, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels_.data());
  }

  PoseTracker::State NewState() const {
    PoseTracker::Params params;
    params->det_label = 1;
    return tracker_.CreateState(params);
  }

  std::vector<uint8_t> pixels_ = std::vector<uint8_t>(48 * 64 * 3, 100);
  PoseTracker tracker_{mmdeploy::Model(kDetector), mmdeploy::Model(kPoseDetector),
                       mmdeploy::Device("cpu")};
};

TEST_F(PoseTrackerApiTest, DefaultsAreThoseOf1x) {
  mmdeploy_pose_tracker_param_t params;
  ASSERT_EQ(mmdeploy_pose_tracker_default_params(&params), MMDEPLOY_SUCCESS);
  EXPECT_EQ(params.det_interval, 1);
  EXPECT_EQ(params.det_label, 0);
  EXPECT_FLOAT_EQ(params.det_thr, 0.5F);
  EXPECT_FLOAT_EQ(params.det_nms_thr, 0.7F);
  EXPECT_EQ(params.pose_max_num_bboxes, -1);
  EXPECT_EQ(params.pose_min_keypoints, -1);
  EXPECT_FLOAT_EQ(params.pose_bbox_scale, 1.25F);
  EXPECT_EQ(params.keypoint_sigmas, nullptr);
  EXPECT_FLOAT_EQ(params.track_iou_thr, 0.4F);
  EXPECT_EQ(params.track_max_missing, 10);
  EXPECT_FLOAT_EQ(params.std_weight_velocity, 0.00625F);
  EXPECT_FLOAT_EQ(params.smooth_params[0], 0.007F);
  EXPECT_EQ(mmdeploy_pose_tracker_default_params(nullptr), MMDEPLOY_E_INVALID_ARG);
}

TEST_F(PoseTrackerApiTest, StreamsHaveResultsOfTheirOwn) {
  PoseTracker::State first = NewState(), second = NewState();
  const auto alone = tracker_.Apply(first, Frame());
  ASSERT_FALSE(alone.empty());
  EXPECT_EQ(alone[0].keypoint_count, 4);
  EXPECT_EQ(alone[0].target_id, 0);
  PoseTracker::State* states[] = {&first, &second};
  const Mat frames[] = {Frame(), Frame()};
  const int32_t detect[] = {-1, 0};
  const auto both = tracker_.Apply(states, frames, detect);
  ASSERT_EQ(both.size(), 2);
  EXPECT_EQ(both[0].size(), alone.size());
  EXPECT_TRUE(both[1].empty());
  std::vector<PoseTracker::State> list;
  list.push_back(NewState());
  list.push_back(NewState());
  EXPECT_EQ(tracker_.Apply(list, frames)[1].size(), alone.size());
  EXPECT_TRUE(tracker_.Apply(mmdeploy::Span<PoseTracker::State>(), {}).empty());
}

TEST_F(PoseTrackerApiTest, AStateThatIsNotThereIsAnError) {
  auto state = NewState();
  const std::vector<PoseTracker::State*> states{&state, nullptr};
  const std::vector<Mat> frames{Frame(), Frame()};
  try {
    tracker_.Apply(mmdeploy::Span<PoseTracker::State* const>(states.data(), 2), frames);
    FAIL();
  } catch (const mmdeploy::Exception& e) {
    EXPECT_THAT(e.what(), HasSubstr("a state of a pose tracker is NULL"));
  }
}

TEST_F(PoseTrackerApiTest, MistakesAreErrors) {
  PoseTracker::Params params;
  params->keypoint_sigmas_size = 3;
  try {
    tracker_.CreateState(params);
    FAIL();
  } catch (const mmdeploy::Exception& e) {
    EXPECT_THAT(e.what(), HasSubstr("keypoint_sigmas of the pose tracker is NULL"));
  }
  mmdeploy_pose_tracker_target_t* results{};
  int32_t* counts{};
  mmdeploy_pose_tracker_state_t state{};
  const Mat frame = Frame();
  EXPECT_EQ(
      mmdeploy_pose_tracker_apply(nullptr, &state, &frame.desc(), nullptr, 1, &results, &counts),
      MMDEPLOY_E_INVALID_ARG);
  mmdeploy_context_t context{};
  mmdeploy_model_t detector{}, pose_detector{};
  mmdeploy_pose_tracker_t tracker{};
  ASSERT_EQ(mmdeploy_context_create(&context), MMDEPLOY_SUCCESS);
  ASSERT_EQ(mmdeploy_model_create_by_path(kDetector, &detector), MMDEPLOY_SUCCESS);
  ASSERT_EQ(mmdeploy_model_create_by_path(kPoseDetector, &pose_detector), MMDEPLOY_SUCCESS);
  ASSERT_EQ(mmdeploy_pose_tracker_create(detector, pose_detector, context, &tracker),
            MMDEPLOY_SUCCESS);
  EXPECT_EQ(
      mmdeploy_pose_tracker_apply(tracker, &state, &frame.desc(), nullptr, 1, &results, &counts),
      MMDEPLOY_E_INVALID_ARG);
  EXPECT_STREQ(mmdeploy_last_error(), "state 0 is NULL");
  EXPECT_EQ(mmdeploy_pose_tracker_apply(tracker, nullptr, nullptr, nullptr, -1, &results, &counts),
            MMDEPLOY_E_INVALID_ARG);
  ASSERT_EQ(mmdeploy_pose_tracker_apply(tracker, nullptr, nullptr, nullptr, 0, &results, &counts),
            MMDEPLOY_SUCCESS);
  mmdeploy_pose_tracker_release_result(results, counts, 0);
  mmdeploy_pose_tracker_release_result(nullptr, nullptr, 1);
  mmdeploy_pose_tracker_destroy_state(nullptr);
  mmdeploy_pose_tracker_destroy(tracker);
  mmdeploy_pose_tracker_destroy(nullptr);
  mmdeploy_model_destroy(detector);
  mmdeploy_model_destroy(pose_detector);
  mmdeploy_context_destroy(context);
}

}  // namespace
