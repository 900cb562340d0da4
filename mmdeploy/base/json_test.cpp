#include "mmdeploy/base/json.h"

#include <gmock/gmock.h>

namespace mmdeploy {
namespace {

TEST(JsonReader, NotesWhatItIsAskedFor) {
  JsonKeyLog log;
  JsonNotes notes;
  notes.keys = &log;
  const Json json = Json::object();
  JsonReader reader(json, JsonPath("f"), &notes);
  int count = 7;
  float share = 1.25F;
  std::vector<std::string> names{"a", "b"};
  std::optional<double> maybe;
  bool second = true;
  reader.Read("count", &count, 0, 9);
  reader.Read("share", &share);
  reader.Require("names", &names);
  reader.Read("maybe", &maybe);
  reader.ReadEnum<bool>("which", {{"first", false}, {"second", true}}, &second);
  reader.Ignore({"other"});
  std::string text;
  for (const JsonKey& key : log.keys()) {
    text += fmt::format("{} {} [{}] [{}]{}{}\n", key.path, key.type, key.fallback, key.allowed,
                        key.required ? " required" : "", key.ignored ? " ignored" : "");
  }
  EXPECT_EQ(text,
            "f:/count integer [7] [0 to 9]\n"
            "f:/share number [1.25] []\n"
            "f:/names array of strings [] [] required\n"
            "f:/maybe number [] []\n"
            "f:/which string [\"second\"] [\"first\", \"second\"]\n"
            "f:/other  [] [] ignored\n");
}

using ::testing::HasSubstr;

enum class Mode { kA, kB };

struct Args {
  int size = 7;
  double ratio = 1;
  std::string name;
  std::vector<float> mean;
  std::optional<bool> flag;
  Mode mode = Mode::kA;
};

Result<Args> Read(const std::string& text, JsonNotes* notes = nullptr) {
  MMDEPLOY_TRY(const Json json, ParseJson(text, "f.json"));
  JsonReader reader(json, JsonPath("f.json") / "a" / size_t{0}, notes);
  Args args;
  reader.Read("size", &args.size, 1, 100);
  reader.Read("ratio", &args.ratio);
  reader.Require("name", &args.name);
  reader.Read("mean", &args.mean);
  reader.Read("flag", &args.flag);
  reader.ReadEnum<Mode>("mode", {{"first", Mode::kA}, {"second", Mode::kB}}, &args.mode);
  MMDEPLOY_TRYV(reader.Finish());
  return args;
}

std::string Message(const std::string& text) {
  const auto args = Read(text);
  return args ? "accepted" : args.error().message();
}

TEST(JsonReader, ReadsValuesAndKeepsDefaults) {
  const auto args =
      Read(R"({"name": "n", "size": 8.0, "mean": [1, 2.5], "flag": true, "mode": "second"})");
  ASSERT_TRUE(args) << args.error().message();
  EXPECT_EQ(args->size, 8);
  EXPECT_EQ(args->mean, (std::vector<float>{1, 2.5}));
  EXPECT_EQ(args->flag, true);
  EXPECT_EQ(args->mode, Mode::kB);
  EXPECT_EQ(Read(R"({"name": "n", "size": null})")->size, 7);
}

TEST(JsonReader, NamesPathFoundAndAllowed) {
  EXPECT_EQ(Message(R"({"name": 3})"), "f.json:/a/0/name: expected a string, found number 3");
  EXPECT_EQ(Message(R"({"name": "n", "size": "8"})"),
            "f.json:/a/0/size: expected an integer, found string \"8\"");
  EXPECT_EQ(Message(R"({"name": "n", "size": 8.5})"),
            "f.json:/a/0/size: expected an integer, found number 8.5");
  EXPECT_EQ(Message(R"({"name": "n", "size": 0})"), "f.json:/a/0/size: found 0, allowed: 1 to 100");
  EXPECT_EQ(Message(R"({"name": "n", "mean": [1, "x"]})"),
            "f.json:/a/0/mean/1: expected a number, found string \"x\"");
  EXPECT_EQ(Message(R"({"name": "n", "mean": 1})"),
            "f.json:/a/0/mean: expected an array, found number 1");
  EXPECT_EQ(Message(R"({"name": "n", "mode": "secnd"})"),
            "f.json:/a/0/mode: unknown value 'secnd', allowed: 'first', 'second'; did you mean "
            "'second'?");
  EXPECT_EQ(Message(R"({"size": 3})"), "f.json:/a/0: required key missing: 'name'");
  EXPECT_EQ(Message(R"([1])"), "f.json:/a/0: expected an object, found an array of 1");
  EXPECT_THAT(Message(R"({"name": "n", "size": 99999999999})"), HasSubstr("an integer of 32 bits"));
  EXPECT_THAT(Message(R"({"name": "n", "mean": [1e300]})"), HasSubstr("single precision"));
}

TEST(JsonReader, NearMissesAreErrorsOtherUnknownKeysAreNotes) {
  EXPECT_EQ(Message(R"({"nmae": "n"})"), "f.json:/a/0/nmae: unknown key, did you mean 'name'?");
  JsonNotes notes;
  ASSERT_TRUE(Read(R"({"name": "n", "colour": 1})", &notes));
  EXPECT_EQ(notes.unknown_keys, std::vector<std::string>{"f.json:/a/0/colour"});
  notes.strict = true;
  EXPECT_THAT(Read(R"({"name": "n", "colour": 1})", &notes).error().message(),
              HasSubstr("f.json:/a/0/colour: unknown key, known here: "));
}

TEST(ParseJson, NamesLineAndColumn) {
  EXPECT_THAT(ParseJson("{\n  \"a\": tru\n}", "f.json").error().message(),
              HasSubstr("f.json: not valid JSON at line 2, column 1"));
  EXPECT_THAT(ParseJson("", "f.json").error().message(), HasSubstr("not valid JSON"));
  EXPECT_THAT(ParseJson("{\"a\": NaN}", "f.json").error().message(), HasSubstr("line 1"));
}

TEST(ParseJson, LimitsDepth) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_THAT(ParseJson(deep, "f.json").error().message(),
              HasSubstr("nested deeper than 100 levels"));
}

}  // namespace
}  // namespace mmdeploy
