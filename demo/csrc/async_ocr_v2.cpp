// Finds and reads text asynchronously, in a chain of callbacks: async_ocr_v2 device_name
// det_model_path reg_model_path image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>

#include "mmdeploy/text_detector.h"
#include "mmdeploy/text_recognizer.h"

namespace {

struct Page {
  mmdeploy_mat_t mat;
  mmdeploy_text_recognizer_t recognizer;
  mmdeploy_text_detection_t* boxes;
  int* count;
};

// Prints what was read, and ends the chain with an empty value.
int OnTexts(mmdeploy_text_recognition_t* texts, void* context, mmdeploy_sender_t* output) {
  auto* page = static_cast<Page*>(context);
  for (int i = 0; i < page->count[0]; ++i) {
    std::printf("box %d, score=%.4f, text=%s\n", i, page->boxes[i].score, texts[i].text);
  }
  mmdeploy_text_recognizer_release_result(texts, page->count[0]);
  *output = mmdeploy_executor_just(nullptr);
  return 0;
}

// Goes on with reading the boxes.
int OnBoxes(mmdeploy_text_detection_t* boxes, int* count, void* context,
            mmdeploy_sender_t* output) {
  auto* page = static_cast<Page*>(context);
  page->boxes = boxes;
  page->count = count;
  mmdeploy_sender_t texts{};
  if (mmdeploy_text_recognizer_apply_async_v3(page->recognizer, &page->mat, 1, boxes, count,
                                              &texts)) {
    return 1;
  }
  return mmdeploy_text_recognizer_continue_async(texts, OnTexts, page, output);
}

int Fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, mmdeploy_last_error());
  return 1;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) {
    std::fprintf(stderr,
                 "usage: async_ocr_v2 device_name det_model_path reg_model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[4]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[4]);
    return 1;
  }

  mmdeploy_text_detector_t detector{};
  if (mmdeploy_text_detector_create_by_path(argv[2], argv[1], 0, &detector)) {
    return Fail("cannot load the detector");
  }
  Page page{
      {image.data, image.rows, image.cols, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8},
      nullptr,
      nullptr,
      nullptr};
  if (mmdeploy_text_recognizer_create_by_path(argv[3], argv[1], 0, &page.recognizer)) {
    mmdeploy_text_detector_destroy(detector);
    return Fail("cannot load the recognizer");
  }

  mmdeploy_sender_t sender{};
  int status = mmdeploy_text_detector_apply_async_v3(detector, &page.mat, 1, &sender);
  if (!status) status = mmdeploy_text_detector_continue_async(sender, OnBoxes, &page, &sender);
  if (!status) status = mmdeploy_executor_sync_wait_v2(sender, nullptr);
  if (status) Fail("cannot read text");

  mmdeploy_text_detector_release_result(page.boxes, page.count, 1);
  mmdeploy_text_recognizer_destroy(page.recognizer);
  mmdeploy_text_detector_destroy(detector);
  return status ? 1 : 0;
}
