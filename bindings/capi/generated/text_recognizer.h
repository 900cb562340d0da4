// Generated from mmdeploy/task/text_recognizer/task.yaml by api/gen.py. Reading of text in given
// quads behind the C API.
#pragma once

#include "bindings/capi/convert.h"
#include "bindings/capi/task.h"
#include "mmdeploy/task/text_recognizer/result.h"
#include "mmdeploy/text_recognizer.h"

namespace mmdeploy::capi {

struct TextRecognizerTraits {
  using Handle = mmdeploy_text_recognizer_t;
  using ResultStruct = TextRecognition;
  using Item = mmdeploy_text_recognition_t;
  static constexpr const char* kName = "text_recognizer";
  static constexpr TaskInputs kInputs = TaskInputs::kQuads;
  static constexpr bool kOwnsMemory = true;

  // What `item` owns is freed by Release, also after a failure half way; `held` keeps what it
  // refers to.
  static Result<void> Fill([[maybe_unused]] const TextRecognition& result, Item* item,
                           [[maybe_unused]] Held* held) {
    MMDEPLOY_TRYV(Assign(item->text, result.text));
    MMDEPLOY_TRYV(Assign(item->score, result.scores));
    MMDEPLOY_TRYV(Assign(item->length, static_cast<int>(result.scores.size())));
    return {};
  }

  static void Release([[maybe_unused]] Item* item) {
    Free(item->text);
    Free(item->score);
  }
};

using TextRecognizerTask = Task<TextRecognizerTraits>;

}  // namespace mmdeploy::capi
