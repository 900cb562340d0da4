// Values from JSON, and their parts, through the C API.
#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

#include "mmdeploy/detector.h"
#include "mmdeploy/pipeline.h"

namespace {

using ::testing::HasSubstr;

uint8_t pixels[4 * 6 * 3];

mmdeploy_mat_t Mat() {
  mmdeploy_mat_t mat{};
  mat.data = pixels;
  mat.height = 4;
  mat.width = 6;
  mat.format = MMDEPLOY_PIXEL_FORMAT_BGR;
  mat.type = MMDEPLOY_DATA_TYPE_UINT8;
  return mat;
}

// The parts in words; ends the visit after `limit` of them.
struct Parts {
  std::string text;
  int limit = 1000;

  static int Take(const mmdeploy_value_part_t* part, void* self) {
    auto& parts = *static_cast<Parts*>(self);
    parts.text += Word(*part);
    return --parts.limit > 0 ? 0 : 7;
  }

  static std::string Word(const mmdeploy_value_part_t& part) {
    switch (part.kind) {
      case MMDEPLOY_VALUE_NULL:
        return "null ";
      case MMDEPLOY_VALUE_BOOL:
        return part.integer != 0 ? "true " : "false ";
      case MMDEPLOY_VALUE_INT:
        return std::to_string(part.integer) + " ";
      case MMDEPLOY_VALUE_FLOAT:
        return std::to_string(part.number).substr(0, 4) + " ";
      case MMDEPLOY_VALUE_TEXT:
        return "'" + std::string(part.text) + "' ";
      case MMDEPLOY_VALUE_ARRAY: {
        std::string word = std::string(part.element_type) + "[";
        for (int i = 0; i < part.rank; ++i) {
          word += (i > 0 ? "," : "") + std::to_string(part.shape[i]);
        }
        return word + "] ";
      }
      case MMDEPLOY_VALUE_LIST:
        return std::to_string(part.integer) + "( ";
      case MMDEPLOY_VALUE_RECORD:
        return std::string(part.text) + std::to_string(part.integer) + "{ ";
      case MMDEPLOY_VALUE_FIELD:
        return std::string(part.text) + ": ";
      case MMDEPLOY_VALUE_END:
        return ") ";
    }
    return "? ";
  }
};

std::string PartsOf(mmdeploy_value_t value) {
  Parts parts;
  EXPECT_EQ(mmdeploy_value_visit(value, Parts::Take, &parts), 0) << mmdeploy_last_error();
  return parts.text;
}

std::string RoundTrip(const char* json) {
  const mmdeploy_mat_t mat = Mat();
  mmdeploy_value_t value{};
  EXPECT_EQ(mmdeploy_value_create(json, &mat, 1, &value), 0) << mmdeploy_last_error();
  if (value == nullptr) return "";
  std::string text = PartsOf(value);
  mmdeploy_value_destroy(value);
  return text;
}

std::string Failure(const char* json) {
  const mmdeploy_mat_t mat = Mat();
  mmdeploy_value_t value{};
  EXPECT_NE(mmdeploy_value_create(json, &mat, 1, &value), 0);
  EXPECT_EQ(value, nullptr);
  return mmdeploy_last_error();
}

TEST(Values, OfEveryKindGoInAndOut) {
  EXPECT_EQ(RoundTrip("[]"), "0( ) ");
  EXPECT_EQ(RoundTrip("[[null, true, false, -3], []]"), "2( 4( null true false -3 ) 0( ) ) ");
  EXPECT_EQ(RoundTrip(R"([[{"image": 0}, {"box": [1, 2.5, 3, 4]}]])"),
            "1( 2( uint8[4,6,3] float32[4] ) ) ");
  EXPECT_EQ(RoundTrip(R"([[{"label_id": 3, "score": 0.5}]])"),
            "1( 1( Classification2{ label_id: 3 score: 0.50 ) ) ) ");
  EXPECT_EQ(RoundTrip(R"([{"label_id": 3, "score": 0.5, "bbox": [1, 2, 3, 4]}])"),
            "1( Detection4{ label_id: 3 score: 0.50 bbox: float32[4] mask: null ) ) ");
  EXPECT_EQ(RoundTrip(R"([{"bbox": [1, 2, 3, 4, 5, 6, 7, 8], "score": 1}])"),
            "1( TextDetection2{ bbox: float32[8] score: 1.00 ) ) ");
  EXPECT_EQ(RoundTrip(R"([{"points": [[1, 2], [3, 4]], "scores": [1, 0.5]}])"),
            "1( PoseDetection2{ points: float32[2,2] scores: float32[2] ) ) ");
  EXPECT_EQ(RoundTrip(R"([{"text": "\u00e4", "scores": []}])"),
            "1( TextRecognition2{ text: '\xC3\xA4' scores: float32[0] ) ) ");
  EXPECT_EQ(RoundTrip(R"([{"image": 0}])"), "1( uint8[4,6,3] ) ");
}

TEST(Values, OfOtherJsonAreRefusedByName) {
  EXPECT_THAT(Failure("{}"), HasSubstr("expected an array"));
  EXPECT_THAT(Failure("[1.5]"), HasSubstr("json:/0: found number 1.5, expected a list, an object"));
  EXPECT_THAT(Failure("[\"a\"]"), HasSubstr("json:/0: found string"));
  EXPECT_THAT(Failure("[{\"image\": 1}]"), HasSubstr("json:/0: image 1 is named, there are 1"));
  EXPECT_THAT(Failure("[{\"image\": -1}]"), HasSubstr("image -1 is named"));
  EXPECT_THAT(Failure("[{\"image\": \"0\"}]"), HasSubstr("json:/0/image"));
  EXPECT_THAT(Failure("[{\"box\": [1, 2, 3]}]"), HasSubstr("json:/0/box: found [1,2,3]"));
  EXPECT_THAT(Failure("[{\"box\": [3, 2, 1, 4]}]"), HasSubstr("with left <= right"));
  EXPECT_THAT(Failure("[{\"image\": 0, \"bbox\": [0, 0]}]"), HasSubstr("json:/0/bbox"));
  EXPECT_THAT(Failure("[{\"lable_id\": 3, \"score\": 0.5}]"),
              HasSubstr("an object with lable_id, score, expected `image`, `box`, or the fields of "
                        "a result: Classification (label_id, score)"));
  EXPECT_THAT(Failure("[NaN]"), HasSubstr("json"));
}

TEST(Values, AVisitThatEndsEarlyIsAnError) {
  mmdeploy_value_t value{};
  ASSERT_EQ(mmdeploy_value_create("[[1, 2, 3]]", nullptr, 0, &value), 0);
  Parts parts;
  parts.limit = 3;
  EXPECT_EQ(mmdeploy_value_visit(value, Parts::Take, &parts), MMDEPLOY_E_FAIL);
  EXPECT_EQ(parts.text, "1( 3( 1 ");
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("the visit was ended"));
  EXPECT_EQ(mmdeploy_value_visit(nullptr, Parts::Take, &parts), MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(mmdeploy_value_visit(value, nullptr, &parts), MMDEPLOY_E_INVALID_ARG);
  mmdeploy_value_destroy(value);
}

TEST(Values, OfAPipelineAreDescribed) {
  mmdeploy_model_t model{};
  mmdeploy_context_t context{};
  mmdeploy_pipeline_t pipeline{};
  ASSERT_EQ(mmdeploy_model_create_by_path("mmdeploy/task/detector/golden/model", &model), 0);
  ASSERT_EQ(mmdeploy_context_create(&context), 0);
  ASSERT_EQ(mmdeploy_pipeline_create_from_model(model, context, &pipeline), 0);
  mmdeploy_value_t description{}, input{}, output{};
  ASSERT_EQ(mmdeploy_pipeline_describe(pipeline, &description), 0);
  const std::string text = PartsOf(description);
  EXPECT_THAT(text, HasSubstr("is_per_image: true name: 'img' type: 'list of Image or Sample"));
  EXPECT_THAT(text, HasSubstr("name: 'post_output' type: 'list of list of Detection'"));
  const mmdeploy_mat_t mat = Mat();
  ASSERT_EQ(mmdeploy_value_create("[[{\"image\": 0}]]", &mat, 1, &input), 0);
  ASSERT_EQ(mmdeploy_pipeline_apply(pipeline, input, &output), 0) << mmdeploy_last_error();
  EXPECT_THAT(PartsOf(output),
              ::testing::StartsWith("1( 1( 3( Detection4{ label_id: 1 score: 0.90 bbox"));
  for (mmdeploy_value_t value : {description, input, output}) mmdeploy_value_destroy(value);
  mmdeploy_pipeline_destroy(pipeline);
  mmdeploy_context_destroy(context);
  mmdeploy_model_destroy(model);
}

// Parts hold 64 bits, float32 and texts that end with NUL.
TEST(Values, RefuseWhatPartsCannotHold) {
  for (const auto& [json, message] :
       {std::pair{"{\"a\": 18446744073709551615}", "holds 18446744073709551615, allowed: up to"},
        {"[1e300]", "allowed: numbers that float32 holds"},
        {"\"x\\u0000y\"", "a text with NUL"},
        {"{\"x\\u0000y\": 1}", "a text with NUL"}}) {
    mmdeploy_value_t value{};
    ASSERT_EQ(mmdeploy_value_from_json(json, &value), 0);
    Parts parts;
    EXPECT_NE(mmdeploy_value_visit(value, Parts::Take, &parts), 0) << parts.text;
    EXPECT_THAT(mmdeploy_last_error(), HasSubstr(message));
    mmdeploy_value_destroy(value);
  }
}

}  // namespace
