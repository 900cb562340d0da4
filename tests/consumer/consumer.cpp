// A user's C++ program: consumer_cxx model_path. Prints the first label of a gray square.
#include <cstdio>
#include <mmdeploy/classifier.hpp>
#include <opencv2/core/core.hpp>

int main(int argc, char* argv[]) try {
  if (argc != 2) return 2;
  mmdeploy::Classifier classifier(mmdeploy::Model(argv[1]), mmdeploy::Device("cpu"));
  const auto results = classifier.Apply(cv::Mat(8, 8, CV_8UC3, cv::Scalar(128, 128, 128)));
  std::printf("label %d\n", results->label_id);
  return 0;
} catch (const mmdeploy::Exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
