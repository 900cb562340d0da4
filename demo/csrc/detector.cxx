// Detects objects in an image through the C++ API: detector device_name model_path image_path
#include "mmdeploy/detector.hpp"

#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>
#include <opencv2/imgproc/imgproc.hpp>

namespace {

// Tints the pixels of an object, and draws its box.
void Draw(const mmdeploy::Detection& object, cv::Mat* image) {
  const cv::Scalar green(0, 255, 0);
  const mmdeploy::Rect& box = object.bbox;
  const cv::Point corner(static_cast<int>(box.left), static_cast<int>(box.top));
  if (object.mask != nullptr) {
    // The mask is one of the image, or begins a pixel outside of the box.
    const cv::Mat mask(object.mask->height, object.mask->width, CV_8UC1, object.mask->data);
    const bool is_whole = mask.size() == image->size();
    const cv::Point begin(corner.x > 0 && !is_whole ? corner.x - 1 : 0,
                          corner.y > 0 && !is_whole ? corner.y - 1 : 0);
    const cv::Rect inside = cv::Rect(begin, mask.size()) & cv::Rect({0, 0}, image->size());
    cv::Mat part = (*image)(inside);
    cv::Mat tinted;
    cv::addWeighted(part, 0.5, cv::Mat(part.size(), part.type(), green), 0.5, 0, tinted);
    tinted.copyTo(part, mask(cv::Rect({0, 0}, inside.size())));
  }
  cv::rectangle(*image, corner,
                cv::Point(static_cast<int>(box.right), static_cast<int>(box.bottom)), green);
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: detector device_name model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[3]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[3]);
    return 1;
  }

  try {
    mmdeploy::Detector detector(mmdeploy::Model{argv[2]}, mmdeploy::Device{argv[1], 0});
    int number = 0;
    for (const mmdeploy::Detection& object : detector.Apply(image)) {
      const int i = number++;
      if (object.score < 0.3f) continue;
      const mmdeploy::Rect& box = object.bbox;
      std::printf("box %d, left=%.2f, top=%.2f, right=%.2f, bottom=%.2f, label=%d, score=%.4f\n", i,
                  box.left, box.top, box.right, box.bottom, object.label_id, object.score);
      Draw(object, &image);
    }
  } catch (const mmdeploy::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  cv::imwrite("output_detection.png", image);
  return 0;
}
