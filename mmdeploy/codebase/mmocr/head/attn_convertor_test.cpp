#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/text_recognizer/result.h"

// Against mmocr: tests/ocr/recognizers_test.py.
namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

// a, <UKN>, <BOS/EOS>, <PAD>
Result<TextRecognition> Read(const std::vector<int>& best, size_t num_inputs = 2, int classes = 4,
                             Json params = Json::object()) {
  params["dict_list"] = {"a"};
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmocr", "AttnConvertor", params, num_inputs));
  std::vector<float> scores;
  for (const int one : best) {
    for (int c = 0; c < classes; ++c) scores.push_back(c == one ? 0.75f : 0);
  }
  const Tensor steps = testing::Floats({1, static_cast<int64_t>(best.size()), classes}, scores);
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", steps}}));
  return result.result<TextRecognition>();
}

TEST(AttnConvertor, ReadsToTheEndToken) {
  for (const size_t num_inputs : {1u, 2u}) {
    const auto read = Read({0, 3, 0, 1, 2, 0}, num_inputs);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->text, "aa<UKN>");
    EXPECT_EQ(read->scores, std::vector<float>(3, 0.75f));
  }
}

TEST(AttnConvertor, NeedsNoClassForThePadding) {
  EXPECT_EQ(Read({0, 2, 0}, 1, 3)->text, "a");
  EXPECT_THAT(Read({0}, 1, 2).error().message(),
              HasSubstr("tells 2 classes apart, the dictionary has 4 symbols"));
  EXPECT_THAT(Read({0}, 1, 5).error().message(), HasSubstr("tells 5 classes apart"));
}

TEST(AttnConvertor, KnowsTheClassesExactlyWhereTheModelSaysWhetherThePaddingIsOne) {
  for (const bool with_padding : {true, false}) {
    const Json params{{"with_padding", with_padding}};
    const int classes = with_padding ? 4 : 3;
    EXPECT_EQ(Read({0, 1, 0, 2, 0}, 1, classes, params)->text, "a<UKN>a");
    for (const int other : {classes - 1, classes + 1}) {
      EXPECT_THAT(Read({0}, 1, other, params).error().message(), HasSubstr("symbols"));
    }
  }
}

}  // namespace
}  // namespace mmdeploy
