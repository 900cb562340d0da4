#include "mmdeploy/task/json.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "mmdeploy/task/classifier/result.h"
#include "mmdeploy/task/detector/result.h"
#include "mmdeploy/task/pose_detector/result.h"
#include "mmdeploy/task/results.h"
#include "mmdeploy/task/text.h"
#include "mmdeploy/task/text_recognizer/result.h"

namespace mmdeploy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// A result with a field of every type.
struct Everything {
  int number = 3;
  float real = 0.5f;
  std::string text = "a\"b";
  Rect box{1, 2, 3, 4};
  RotatedBox turned{1, 2, 3, 4, 0.5f};
  Point point{5, 6};
  Quad quad{Point{1, 2}, Point{3, 4}, Point{5, 6}, Point{7, 8}};
  std::vector<float> floats{1, 2};
  std::vector<Point> points{{1, 2}, {3, 4}};
  Tensor map;
  Tensor none;
  Image image;
};

const ResultType& TypeOf(const Everything*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "Everything";
    made->create = CreateRecord<Everything>;
    made->fields = {MakeField<&Everything::number>("number"),
                    MakeField<&Everything::real>("real", Equality::kTolerance),
                    MakeField<&Everything::text>("text"),
                    MakeField<&Everything::box>("box"),
                    MakeField<&Everything::turned>("turned"),
                    MakeField<&Everything::point>("point"),
                    MakeField<&Everything::quad>("quad"),
                    MakeField<&Everything::floats>("floats"),
                    MakeField<&Everything::points>("points"),
                    MakeField<&Everything::map>("map", Equality::kShare, 0.5),
                    MakeField<&Everything::none>("none", Equality::kExact, 0, true),
                    MakeField<&Everything::image>("image")};
    return made;
  }();
  return *type;
}

Tensor Bytes(const Shape& shape, std::vector<uint8_t> values) {
  Tensor tensor = *Tensor::Allocate(DataType::kUint8, shape);
  std::copy(values.begin(), values.end(), tensor.data<uint8_t>());
  return tensor;
}

Everything Example() {
  Everything all;
  all.map = Bytes({2, 2}, {0, 255, 1, 2});
  const Tensor pixels = Bytes({1, 2, 1}, {7, 9});
  all.image.data = pixels.data<uint8_t>();
  all.image.height = 1;
  all.image.width = 2;
  all.image.format = PixelFormat::kGray;
  all.image.owner = pixels.owner();
  return all;
}

// Arrays by their bytes: what this test writes itself.
Result<Tensor> ReadTestArray(const Json& json, const JsonPath&) {
  const std::string text = json["base64"];
  return text == "AP8BAg==" ? Bytes({2, 2}, {0, 255, 1, 2}) : Bytes({1, 2, 1}, {7, 9});
}

TEST(ResultJson, WritesEveryTypeOfField) {
  const Json json = ToJson(Value(Example()));
  EXPECT_EQ(json["number"], 3);
  EXPECT_EQ(json["text"], "a\"b");
  EXPECT_EQ(json["box"], Json({1, 2, 3, 4}));
  EXPECT_EQ(json["quad"], Json({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(json["points"], (Json{{1, 2}, {3, 4}}));
  EXPECT_EQ(json["map"], (Json{{"dtype", "uint8"}, {"shape", {2, 2}}, {"base64", "AP8BAg=="}}));
  EXPECT_EQ(json["none"], nullptr);
  EXPECT_EQ(json["image"]["base64"], "Bwk=");
}

TEST(ResultJson, WritesNothingAsNull) {
  EXPECT_EQ(ToJson(Value()), Json(nullptr));
  EXPECT_EQ(ToJson(Value(Value::List{Value()})), Json::array({nullptr}));
}

TEST(ResultJson, ReadsWhatItWrote) {
  const Json json = ToJson(Value(Example()));
  const auto record = ReadRecord(TypeOf(static_cast<const Everything*>(nullptr)), json,
                                 JsonPath("t"), ReadTestArray);
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_EQ(ToJson(Value(*record)), json);
}

TEST(ResultJson, SaysWhatIsWrong) {
  const auto message = [](const std::string& key, const Json& value) {
    Json json = ToJson(Value(Example()));
    json[key] = value;
    const auto record = ReadRecord(TypeOf(static_cast<const Everything*>(nullptr)), json,
                                   JsonPath("t"), ReadTestArray);
    return record ? "" : record.error().message();
  };
  EXPECT_EQ(message("box", {1, 2, 3}), "t:/box: expected 4 numbers, found 3");
  EXPECT_EQ(message("number", "x"), "t:/number: expected an integer, found string \"x\"");
  EXPECT_EQ(message("points", {{1, 2, 3}}), "t:/points: expected pairs of numbers");
  EXPECT_EQ(message("image", {{"base64", "AP8BAg=="}}),
            "t:/image: found uint8 2x2, expected uint8 [H,W,C] with C of 1 or 3");
}

TEST(Value, RefusesAWrongAccess) {
  const Value value(Classification{1, 0.5f});
  EXPECT_EQ(value.result<Classification>().label_id, 1);
  EXPECT_THROW(value.result<Detection>(), WrongKind);
  EXPECT_THROW(value.image(), WrongKind);
  EXPECT_THROW(Value().list(), WrongKind);
  EXPECT_THROW(Value(Value::List()).kind(), WrongKind);
  try {
    value.box();
  } catch (const WrongKind& e) {
    EXPECT_STREQ(e.what(), "a value is Classification, expected Box");
  }
}

TEST(Results, AreFoundByName) {
  EXPECT_EQ((*FindResultType("Detection"))->name, "Detection");
  EXPECT_THAT(FindResultType("Detecton").error().message(),
              HasSubstr("unknown result type 'Detecton', known: "));
}

TEST(Results, AreOneLineEach) {
  Detection object{1, 0.25f, {1, 2, 3, 4.25f}, Bytes({2, 3}, std::vector<uint8_t>(6))};
  EXPECT_EQ(Summarize(Value(Value::List{Value(object)}), {"cat", "dog"}),
            std::vector<std::string>{"label 1 dog  score 0.2500  bbox 1.0 2.0 3.0 4.2  mask 2x3"});
  EXPECT_EQ(Summarize(Value(Classification{7, 1}))[0], "label 7  score 1.0000");
  EXPECT_TRUE(Summarize(Value(Value::List())).empty());
}

TEST(Text, ListsSayWhatIsInThem) {
  PoseDetection pose;
  pose.points = {{1, 2.26F}, {30, 4}};
  pose.scores = {0.9F, 0.12345F};
  EXPECT_EQ(Summarize(Value(pose))[0], "points (1.0, 2.3) 0.900 (30.0, 4.0) 0.123");
  EXPECT_EQ(Caption(Value(pose), {}), "points of 2 points  scores of 2 numbers, mean 0.512");
  EXPECT_EQ(SummarizeBriefly(Value(pose))[0], Caption(Value(pose), {}));
  pose.scores.pop_back();  // not one per point
  EXPECT_EQ(Summarize(Value(pose))[0], "points (1.0, 2.3) (30.0, 4.0)  scores 0.900");
  EXPECT_EQ(Summarize(Value(PoseDetection()))[0], "points of 0 points");
  EXPECT_EQ(Summarize(Value(TextRecognition{"ab", {0.5F, 1}}))[0], "text 'ab'  scores 0.500 1.000");
  EXPECT_EQ(Summarize(Value(TextRecognition()))[0], "text ''");
}

TEST(Text, LongListsAreShortened) {
  PoseDetection pose;
  pose.points.assign(20, {1, 2});
  pose.scores.assign(20, 0.5F);
  EXPECT_THAT(Summarize(Value(pose))[0], Not(HasSubstr("...")));
  pose.points.assign(133, {1, 2});
  pose.scores.assign(133, 0.25F);
  const std::string line = Summarize(Value(pose))[0];
  EXPECT_THAT(line, EndsWith("(1.0, 2.0) 0.250 ... (133, mean score 0.250)"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '('), 21);
  TextRecognition text{"", std::vector<float>(21, 0.5F)};
  EXPECT_THAT(Summarize(Value(text))[0], EndsWith("0.500 0.500 ... (21, mean 0.500)"));
}

TEST(Text, ResultsOfOneObjectStandInOneLine) {
  using List = Value::List;
  const Value objects(List{Value(Detection{1, 0.5F, {1, 2, 3, 4}, {}})});
  const Value classes(List{Value(Classification{7, 1})});
  const auto lines = [](std::vector<Value> outputs) { return SummarizeAll(outputs); };
  EXPECT_EQ(lines({objects, classes}),
            std::vector<std::string>{
                "label 1  score 0.5000  bbox 1.0 2.0 3.0 4.0  label 7  score 1.0000"});
  // Those of two detectors are of different objects, also if they find as many.
  EXPECT_EQ(lines({objects, objects}),
            std::vector<std::string>(2, "label 1  score 0.5000  bbox 1.0 2.0 3.0 4.0"));
  EXPECT_EQ(lines({classes, classes}).size(), 1u);
}

}  // namespace
}  // namespace mmdeploy
