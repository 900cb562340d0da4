// Follows objects and their key points through the images of a folder, which are the frames of a
// video in the order of their names, through the C++ API, and draws them into each:
// pose_tracker device_name det_model_path pose_model_path frames
//              [output_folder [det_label [det_thr [kpt_thr]]]]
// A video becomes such a folder with `ffmpeg -i video.mp4 frames/%06d.png`.
#include "mmdeploy/pose_tracker.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr float kMinScore = 0.3F;

std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Prints what is seen in a frame, and draws it.
void Show(int index, const mmdeploy::PoseTracker::Result& targets, cv::Mat* frame) {
  const std::vector<cv::Scalar> colours = {{0, 255, 0},   {0, 128, 255}, {255, 128, 0},
                                           {255, 0, 255}, {0, 255, 255}, {255, 255, 0}};
  for (const auto& target : targets) {
    const mmdeploy_rect_t& box = target.bbox;
    std::printf(
        "frame %d, target %u, left=%.2f, top=%.2f, right=%.2f, bottom=%.2f, point 0: x=%.2f, "
        "y=%.2f, score=%.4f\n",
        index, target.target_id, box.left, box.top, box.right, box.bottom, target.keypoints[0].x,
        target.keypoints[0].y, target.scores[0]);
    const cv::Scalar& colour = colours[target.target_id % colours.size()];
    const cv::Point corner(static_cast<int>(box.left), static_cast<int>(box.top));
    cv::rectangle(*frame, corner,
                  cv::Point(static_cast<int>(box.right), static_cast<int>(box.bottom)), colour);
    cv::putText(*frame, std::to_string(target.target_id), corner + cv::Point(0, 12),
                cv::FONT_HERSHEY_SIMPLEX, 0.4, colour);
    for (int i = 0; i < target.keypoint_count; ++i) {
      if (target.scores[i] < kMinScore) continue;
      const mmdeploy_point_t& point = target.keypoints[i];
      cv::circle(*frame, cv::Point(static_cast<int>(point.x), static_cast<int>(point.y)), 2, colour,
                 cv::FILLED);
    }
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 5 || argc > 9) {
    std::fprintf(stderr,
                 "usage: pose_tracker device_name det_model_path pose_model_path frames "
                 "[output_folder [det_label [det_thr [kpt_thr]]]]\n");
    return 1;
  }
  const fs::path output = argc > 5 ? argv[5] : "output_pose_tracker";
  std::error_code error;
  fs::create_directories(output, error);
  int count = 0, with_targets = 0;
  try {
    mmdeploy::PoseTracker tracker(mmdeploy::Model{argv[2]}, mmdeploy::Model{argv[3]},
                                  mmdeploy::Context{mmdeploy::Device{argv[1], 0}});
    mmdeploy::PoseTracker::Params params;
    if (argc > 6) params->det_label = std::atoi(argv[6]);
    if (argc > 7) params->det_thr = static_cast<float>(std::atof(argv[7]));
    if (argc > 8) params->pose_kpt_thr = static_cast<float>(std::atof(argv[8]));
    mmdeploy::PoseTracker::State state = tracker.CreateState(params);
    for (const std::string& file : FilesOf(argv[4])) {
      cv::Mat frame = cv::imread(file);
      if (frame.empty()) continue;
      const auto targets = tracker.Apply(state, frame);
      with_targets += targets.empty() ? 0 : 1;
      Show(count, targets, &frame);
      char name[32];
      std::snprintf(name, sizeof(name), "%06d.png", count++);
      if (!cv::imwrite((output / name).string(), frame)) {
        std::fprintf(stderr, "cannot write into the folder %s\n", output.c_str());
        return 1;
      }
    }
  } catch (const mmdeploy::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  if (count == 0) {
    std::fprintf(stderr, "cannot read a frame of %s\n", argv[4]);
    return 1;
  }
  std::printf("%d of %d frames have targets\n", with_targets, count);
  return 0;
}
