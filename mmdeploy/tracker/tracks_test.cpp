#include "mmdeploy/tracker/tracks.h"

#include <gmock/gmock.h>

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

constexpr int kWidth = 400, kHeight = 300;

// A figure of five points around a place: a cross of 40 x 60 pixels.
Pose Figure(float x, float y, float score = 0.9F) {
  Pose pose;
  pose.points = {{x, y}, {x - 20, y}, {x + 20, y}, {x, y - 30}, {x, y + 30}};
  pose.scores.assign(5, score);
  return pose;
}

Rect BoxAt(float x, float y) { return {x - 25, y - 37, x + 25, y + 37}; }

// A pose detector that sees the figures at the given places, the nearest to each box.
std::vector<Pose> Look(const Tracks::Frame& frame, const std::vector<Point>& places) {
  std::vector<Pose> poses;
  for (const Rect& box : frame.boxes) {
    const Point center{(box.left + box.right) / 2, (box.top + box.bottom) / 2};
    const Point* best = nullptr;
    float distance = 60;
    for (const Point& place : places) {
      const float d = std::hypot(place.x - center.x, place.y - center.y);
      if (d < distance) {
        distance = d;
        best = &place;
      }
    }
    poses.push_back(best ? Figure(best->x, best->y) : Figure(center.x, center.y, 0.1F));
  }
  return poses;
}

// A frame in which figures are at `places`, all of them detected or none.
std::vector<PoseTarget> Step(Tracks* tracks, const std::vector<Point>& places, bool detect = true) {
  std::vector<Rect> boxes;
  for (const Point& place : places) {
    if (detect) boxes.push_back(BoxAt(place.x, place.y));
  }
  auto frame = tracks->Begin(kWidth, kHeight, boxes);
  EXPECT_TRUE(frame) << frame.error().message();
  auto poses = Look(*frame, places);
  auto targets = tracks->End(std::move(*frame), std::move(poses));
  EXPECT_TRUE(targets) << targets.error().message();
  return *targets;
}

TEST(Tracks, FollowsWhatMovesWithoutDetections) {
  Tracks tracks({});
  for (int i = 0; i < 40; ++i) {
    const Point first{50 + 5.F * static_cast<float>(i), 80}, second{320, 200};
    const auto targets = Step(&tracks, {first, second}, i == 0);
    ASSERT_EQ(targets.size(), 2) << i;
    for (const PoseTarget& target : targets) {
      const Point& place = target.id == 0 ? first : second;
      EXPECT_NEAR(target.points[0].x, place.x, 6) << i;  // smoothing lags behind
      EXPECT_NEAR(target.points[0].y, place.y, 1) << i;
      EXPECT_GT(target.box.right - target.box.left, 40);
      EXPECT_EQ(target.scores, std::vector<float>(5, 0.9F));
    }
  }
}

TEST(Tracks, WhoComesBackKeepsItsIdForSomeTime) {
  PoseTrackerParams params;
  params.track_max_missing = 3;
  Tracks tracks(params);
  EXPECT_EQ(Step(&tracks, {{100, 100}}).at(0).id, 0);
  EXPECT_EQ(Step(&tracks, {{100, 100}}).at(0).id, 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Step(&tracks, {}).empty());
  EXPECT_EQ(Step(&tracks, {{102, 100}}).at(0).id, 0);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Step(&tracks, {}).empty());
  EXPECT_EQ(Step(&tracks, {{100, 100}}).at(0).id, 1);
}

TEST(Tracks, TwoBoxesOfOneObjectAreOneTrack) {
  Tracks tracks({});
  auto frame = tracks.Begin(kWidth, kHeight, {BoxAt(100, 100), BoxAt(101, 102), BoxAt(130, 100)});
  ASSERT_EQ(frame->boxes.size(), 2);  // the third overlaps too little, but shows the same figure
  auto poses = Look(*frame, {{100, 100}});
  EXPECT_EQ(tracks.End(std::move(*frame), std::move(poses))->size(), 1);
  // The track's own box replaces that of the detector.
  frame = tracks.Begin(kWidth, kHeight, {BoxAt(101, 101)});
  EXPECT_EQ(frame->sources, std::vector<int>{0});
}

TEST(Tracks, WhatIsSeenTooLittleIsNoObject) {
  Tracks tracks({});
  auto frame = tracks.Begin(kWidth, kHeight, {BoxAt(100, 100), BoxAt(300, 100)});
  ASSERT_EQ(frame->boxes.size(), 2);
  std::vector<Pose> poses{Figure(100, 100, 0.1F), Figure(300, 100)};
  poses[1].scores = {0.9F, 0.9F, 0.1F, 0.1F, 0.1F};  // two of five
  EXPECT_TRUE(tracks.End(std::move(*frame), poses)->empty());
  poses[1].scores[3] = 0.9F;
  frame = tracks.Begin(kWidth, kHeight, {BoxAt(100, 100), BoxAt(300, 100)});
  EXPECT_EQ(tracks.End(std::move(*frame), poses)->size(), 1);
}

TEST(Tracks, SimilarityOfPosesTellsApartWhatBoxesDoNot) {
  PoseTrackerParams params;
  params.pose_nms_thr = 0.3F;
  Pose other = Figure(106, 100);  // shifted by more than a sigma: nearly equal boxes
  const auto count = [&](std::vector<float> sigmas) {
    params.keypoint_sigmas = std::move(sigmas);
    params.det_nms_thr = 1;
    Tracks tracks(params);
    auto frame = tracks.Begin(kWidth, kHeight, {BoxAt(100, 100), BoxAt(106, 100)});
    return tracks.End(std::move(*frame), {Figure(100, 100), other})->size();
  };
  EXPECT_EQ(count({}), 1);
  EXPECT_EQ(count(std::vector<float>(5, 0.01F)), 2);
  EXPECT_EQ(count(std::vector<float>(5, 0.5F)), 1);
}

TEST(Tracks, LimitsAreKept) {
  PoseTrackerParams params;
  params.pose_max_num_bboxes = 1;
  params.det_interval = 3;
  Tracks tracks(params);
  const std::vector<Rect> boxes{BoxAt(100, 100), {200, 20, 390, 290}};
  const auto frame = tracks.Begin(kWidth, kHeight, boxes);
  ASSERT_EQ(frame->boxes.size(), 1);
  EXPECT_EQ(frame->boxes[0].left, 200);  // the largest
  std::vector<bool> detects;
  for (int i = 0; i < 5; ++i) {
    detects.push_back(tracks.WantsDetection(-1));
    Step(&tracks, {});
  }
  EXPECT_EQ(detects, (std::vector<bool>{true, false, false, true, false}));
  EXPECT_TRUE(tracks.WantsDetection(1) && !tracks.WantsDetection(0));
  params.det_interval = 0;
  EXPECT_FALSE(Tracks(params).WantsDetection(-1));
}

TEST(Tracks, WhatLeavesTheFrameIsNotLookedAt) {
  Tracks tracks({});
  for (int i = 0; i < 12; ++i) Step(&tracks, {{300 + 10.F * static_cast<float>(i), 100}}, i == 0);
  const auto frame = tracks.Begin(kWidth, kHeight, {});
  for (const Rect& box : frame->boxes) EXPECT_GT(AreaOf(box), 0);
}

TEST(Tracks, WrongFramesChangeNothing) {
  PoseTrackerParams params;
  params.keypoint_sigmas = {1, 1};
  Tracks tracks(params);
  auto frame = tracks.Begin(kWidth, kHeight, {BoxAt(100, 100)});
  const auto wrong = tracks.End(std::move(*frame), {Figure(100, 100)});
  EXPECT_THAT(wrong.error().message(), HasSubstr("has 2 numbers, the pose detector gives 5"));
  Tracks other({});
  Step(&other, {{100, 100}});
  EXPECT_THAT(other.Begin(kWidth + 1, kHeight, {}).error().message(),
              HasSubstr("is 300x401 (height x width), those before are 300x400"));
  frame = other.Begin(kWidth, kHeight, {BoxAt(300, 100)});
  Pose pose = Figure(300, 100);
  pose.points.pop_back();
  pose.scores.pop_back();
  const size_t boxes = frame->boxes.size();
  EXPECT_THAT(other.End(std::move(*frame), std::vector<Pose>(boxes, pose)).error().message(),
              HasSubstr("gives 4 points, in frames before 5"));
  EXPECT_EQ(Step(&other, {{100, 100}}).at(0).id, 0);
}

TEST(PoseTrackerParams, AreChecked) {
  EXPECT_TRUE(Check(PoseTrackerParams()));
  PoseTrackerParams params;
  params.det_nms_thr = NAN;
  EXPECT_THAT(Check(params).error().message(),
              HasSubstr("parameter det_nms_thr of the pose tracker is nan, allowed: 0 to 1"));
  params = {};
  params.keypoint_sigmas = {0.1F, 0};
  EXPECT_THAT(Check(params).error().message(), HasSubstr("keypoint_sigmas"));
}

TEST(ConstantVelocity, LearnsTheVelocity) {
  const ConstantVelocity::Noise noise{1, 0.5};
  ConstantVelocity filter(0, noise);
  for (int i = 1; i < 60; ++i) {
    filter.Predict(noise);
    filter.Correct(3 * i, noise);
  }
  filter.Predict(noise);
  EXPECT_NEAR(filter.position(), 180, 0.1);
  EXPECT_GT(filter.Distance(190, noise), filter.Distance(181, noise));
}

TEST(OneEuro, FollowsAndStandsStill) {
  OneEuro filter(Point{0, 0});
  const OneEuro::Args args{0.007F, 1, 1};
  Point last;
  for (int i = 0; i < 50; ++i) last = filter.Smooth({10, -4}, args);
  EXPECT_NEAR(last.x, 10, 1e-3);
  EXPECT_NEAR(last.y, -4, 1e-3);
}

// A pose of which `seen` points in a line are seen, the first at (x, y).
Pose Line(float x, float y, size_t seen) {
  Pose pose;
  for (size_t i = 0; i < 5; ++i) {
    pose.points.push_back({x + 10 * static_cast<float>(i), y});
    pose.scores.push_back(i < seen ? 0.15F : 0.05F);
  }
  return pose;
}

TEST(Tracks, APointAloneIsAnObjectWhereItWasLookedFor) {
  for (const size_t seen : {1, 3}) {
    PoseTrackerParams params;
    params.pose_kpt_thr = 0.1F;
    params.pose_min_keypoints = 1;
    Tracks tracks(params);
    const Rect box = BoxAt(100, 100);
    for (int i = 0; i < 5; ++i) {  // also without a detection
      auto frame =
          *tracks.Begin(kWidth, kHeight, i == 0 ? std::vector<Rect>{box} : std::vector<Rect>());
      ASSERT_EQ(frame.boxes.size(), 1) << i;
      const auto targets = *tracks.End(std::move(frame), {Line(100, 100, seen)});
      ASSERT_EQ(targets.size(), 1) << i;
      EXPECT_EQ(targets[0].id, 0);
      EXPECT_NEAR(targets[0].box.left, box.left, 0.1F);
      EXPECT_NEAR(targets[0].box.bottom, box.bottom, 0.1F);
    }
    // One that has left the frame is none.
    auto frame = *tracks.Begin(kWidth, kHeight, {});
    EXPECT_TRUE(tracks.End(std::move(frame), {Line(-50, 100, seen)})->empty());
  }
}

}  // namespace
}  // namespace mmdeploy
