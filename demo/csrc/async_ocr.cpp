// Finds and reads text asynchronously, each step on a scheduler of its own: async_ocr device_name
// det_model_path reg_model_path image_path
#include <cstdio>
#include <opencv2/imgcodecs/imgcodecs.hpp>

#include "mmdeploy/text_detector.h"
#include "mmdeploy/text_recognizer.h"

namespace {

// What goes from the detector to the recognizer.
struct Page {
  mmdeploy_mat_t mat;
  mmdeploy_text_detection_t* boxes;
  int* count;
};

// Makes the recognizer's input of the detector's output.
mmdeploy_value_t FromDetector(mmdeploy_value_t output, void* context) {
  auto* page = static_cast<Page*>(context);
  mmdeploy_value_t input{};
  if (mmdeploy_text_detector_get_result(output, &page->boxes, &page->count) == 0) {
    mmdeploy_text_recognizer_create_input(&page->mat, 1, page->boxes, page->count, &input);
  }
  mmdeploy_value_destroy(output);
  return input;
}

int Fail(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, mmdeploy_last_error());
  return 1;
}

// Runs both models; the texts are the caller's.
mmdeploy_text_recognition_t* Read(mmdeploy_text_detector_t detector,
                                  mmdeploy_text_recognizer_t recognizer, Page* page) {
  mmdeploy_value_t input{};
  if (mmdeploy_text_detector_create_input(&page->mat, 1, &input)) return nullptr;
  mmdeploy_sender_t sender = mmdeploy_executor_just(input);
  mmdeploy_value_destroy(input);
  if (mmdeploy_text_detector_apply_async(detector, sender, &sender)) return nullptr;
  sender = mmdeploy_executor_then(sender, FromDetector, page);
  if (mmdeploy_text_recognizer_apply_async(recognizer, sender, &sender)) return nullptr;
  mmdeploy_value_t output = mmdeploy_executor_sync_wait(sender);
  if (output == nullptr) return nullptr;
  mmdeploy_text_recognition_t* texts{};
  mmdeploy_text_recognizer_get_result(output, &texts);
  mmdeploy_value_destroy(output);
  return texts;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: async_ocr device_name det_model_path reg_model_path image_path\n");
    return 1;
  }
  cv::Mat image = cv::imread(argv[4]);
  if (image.empty()) {
    std::fprintf(stderr, "cannot read the image %s\n", argv[4]);
    return 1;
  }

  mmdeploy_scheduler_t pool = mmdeploy_executor_create_thread_pool(2);
  mmdeploy_scheduler_t thread = mmdeploy_executor_create_thread();
  // The networks run on one thread, what is around them on two.
  mmdeploy_exec_info nets[] = {{&nets[1], "dbnet", thread}, {nullptr, "crnnnet", thread}};
  mmdeploy_exec_info steps[] = {{&steps[1], "Preprocess", pool}, {&nets[0], "postprocess", pool}};
  mmdeploy_model_t det_model{}, reg_model{};
  mmdeploy_text_detector_t detector{};
  mmdeploy_text_recognizer_t recognizer{};
  const bool loaded =
      !mmdeploy_model_create_by_path(argv[2], &det_model) &&
      !mmdeploy_model_create_by_path(argv[3], &reg_model) &&
      !mmdeploy_text_detector_create_v2(det_model, argv[1], 0, &steps[0], &detector) &&
      !mmdeploy_text_recognizer_create_v2(reg_model, argv[1], 0, &steps[0], &recognizer);
  int status = loaded ? 0 : Fail("cannot load the models");

  Page page{
      {image.data, image.rows, image.cols, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8},
      nullptr,
      nullptr};
  if (loaded) {
    mmdeploy_text_recognition_t* texts = Read(detector, recognizer, &page);
    if (texts == nullptr) status = Fail("cannot read text");
    for (int i = 0; texts != nullptr && i < page.count[0]; ++i) {
      std::printf("box %d, score=%.4f, text=%s\n", i, page.boxes[i].score, texts[i].text);
    }
    mmdeploy_text_recognizer_release_result(texts, texts ? page.count[0] : 0);
    mmdeploy_text_detector_release_result(page.boxes, page.count, 1);
  }

  mmdeploy_text_recognizer_destroy(recognizer);
  mmdeploy_text_detector_destroy(detector);
  mmdeploy_model_destroy(reg_model);
  mmdeploy_model_destroy(det_model);
  mmdeploy_scheduler_destroy(thread);
  mmdeploy_scheduler_destroy(pool);
  return status;
}
