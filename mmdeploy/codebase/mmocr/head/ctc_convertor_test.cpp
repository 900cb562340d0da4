#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/text_recognizer/result.h"

// Against mmocr: tests/ocr/recognizers_test.py.
namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

const Json kTwoSymbols = {{"dict_list", {"a", "b"}}, {"softmax", false}};

Result<TextRecognition> Read(const Json& params, const Tensor& scores, double valid_ratio = 1) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmocr", "CTCConvertor", params));
  ImageMeta meta;
  meta.valid_ratio = valid_ratio;
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", scores}}, meta));
  return result.result<TextRecognition>();
}

// Steps whose best class is given.
Tensor Steps(const std::vector<int>& best) {
  std::vector<float> scores;
  for (const int one : best) {
    for (int c = 0; c < 3; ++c) scores.push_back(c == one ? 0.5f : 0.25f);
  }
  return Floats({1, static_cast<int64_t>(best.size()), 3}, scores);
}

TEST(CtcConvertor, LeavesOutBlanksAndRepetitions) {
  const auto read = Read(kTwoSymbols, Steps({1, 1, 0, 1, 2, 2, 0}));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->text, "aab");
  EXPECT_EQ(read->scores, std::vector<float>(3, 0.5f));
}

TEST(CtcConvertor, ReadsAsFarAsTheImageGoes) {
  const Tensor steps = Steps({1, 2, 1, 2, 1, 2, 1, 2, 1, 2});
  EXPECT_EQ(Read(kTwoSymbols, steps, 0.3)->text, "aba");
  EXPECT_EQ(Read(kTwoSymbols, steps, 0.31)->text, "abab");
  EXPECT_EQ(Read(kTwoSymbols, steps, 5)->text.size(), 10u);
}

// Vectors of eight scores, and what is left of them.
TEST(CtcConvertor, FindsTheFirstOfTheBestClasses) {
  for (const int count : {1, 7, 8, 9, 16, 17, 23}) {
    for (int best = 0; best < count; ++best) {
      Json symbols = Json::array();
      for (int i = 1; i < count; ++i) symbols.push_back(std::to_string(i) + ";");
      std::vector<float> scores(static_cast<size_t>(count), -1);
      for (int i = best; i < count; ++i) scores[static_cast<size_t>(i)] = i % 2 == best % 2 ? 3 : 2;
      const auto read = Read({{"dict_list", symbols}}, Floats({1, 1, count}, scores));
      ASSERT_TRUE(read) << read.error().message();
      EXPECT_EQ(read->text, best == 0 ? "" : std::to_string(best) + ";") << count;
    }
  }
}

TEST(CtcConvertor, RefusesWhatItCannotRead) {
  EXPECT_THAT(Read(kTwoSymbols, Floats({1, 1, 2}, {0, 1})).error().message(),
              HasSubstr("tells 2 classes apart, the dictionary has 3 symbols"));
  EXPECT_THAT(Read(kTwoSymbols, Floats({1, 3}, {0, 1, 2})).error().message(),
              HasSubstr("expected float32 of 3 or more dimensions"));
  EXPECT_THAT(Read({{"dict_list", {"a", "\xff"}}}, Steps({1})).error().message(),
              HasSubstr("dict_list/1 is no UTF-8"));
  EXPECT_THAT(Read({{"dict_list", {std::string("a\0b", 3), "b"}}}, Steps({1})).error().message(),
              HasSubstr("dict_list/0 holds NUL, which ends a text"));
  EXPECT_THAT(Read({{"dict_lst", {"a"}}}, Steps({1})).error().message(), HasSubstr("dict_list"));
}

}  // namespace
}  // namespace mmdeploy
