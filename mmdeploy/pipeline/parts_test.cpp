// How long lists run: in parts, with slots freed after their last use, and how a run is ended
// early.
#include <gmock/gmock.h>

#include <atomic>

#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;
using List = Value::List;

EdgeType Type(Kind kind, int depth = 0) { return EdgeType{kind, depth, {}}; }

// Counts how many of its kind are alive.
class Tracked : public State {
 public:
  explicit Tracked(int64_t number) : number(number) { Update(++alive); }
  ~Tracked() override { --alive; }

  static void Update(int now) {
    int before = most;
    while (now > before && !most.compare_exchange_weak(before, now)) {
    }
  }

  const int64_t number;
  inline static std::atomic<int> alive{0}, most{0};
};

// Int -> State -> Int, with a step that fails for one number.
class Step1 : public Module {
 public:
  const Signature& signature() const override { return signature_; }
  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    return Values{Value(std::shared_ptr<State>(new Tracked(inputs[0].integer())))};
  }

 private:
  Signature signature_{{Type(Kind::kInt)}, {Type(Kind::kState)}};
};

class Step2 : public Module {
 public:
  explicit Step2(std::function<void(int64_t)> see) : see_(std::move(see)) {}
  const Signature& signature() const override { return signature_; }
  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    const int64_t number = static_cast<const Tracked&>(*inputs[0].state()).number;
    see_(number);
    MMDEPLOY_ENSURE(number != 777, Code::kFail, "777 is refused");
    return Values{Value(number * number)};
  }

 private:
  Signature signature_{{Type(Kind::kState)}, {Type(Kind::kInt)}};
  std::function<void(int64_t)> see_;
};

// As many as the number says, from the number on: 0 -> [], 2 -> [2, 3].
class Some : public Module {
 public:
  const Signature& signature() const override { return signature_; }
  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    List some;
    for (int64_t i = 0; i < inputs[0].integer(); ++i) some.emplace_back(inputs[0].integer() + i);
    return Values{Value(std::move(some))};
  }

 private:
  Signature signature_{{Type(Kind::kInt)}, {Type(Kind::kInt, 1)}};
};

// Throws what a library would throw, or reads a value as something that it is not.
class Careless : public Module {
 public:
  const Signature& signature() const override { return signature_; }
  Result<Values> Run(Span<const Value> inputs, const RunContext&) const override {
    if (inputs[0].integer() == 1) throw std::runtime_error("a library failed");
    return Values{Value(inputs[0].box())};
  }

 private:
  Signature signature_{{Type(Kind::kInt)}, {Type(Kind::kBox)}};
};

constexpr char kChain[] = R"([
    {"type": "Task", "module": "Step1", "input": "a", "output": "b"},
    {"type": "Task", "module": "Step2", "input": "b", "output": "out"}])";

Result<std::shared_ptr<const Pipeline>> TryMake(int num_threads, std::function<void(int64_t)> see,
                                                const char* tasks) {
  PipelineOptions options;
  options.net.num_threads = num_threads;
  const auto add = [&](const char* name, auto make) {
    options.extra_modules.push_back(
        {name, [make](JsonReader& args, const ModuleEnv&) -> Result<std::unique_ptr<Module>> {
           MMDEPLOY_TRYV(args.Finish());
           return make();
         }});
  };
  add("Step1", [] { return std::make_unique<Step1>(); });
  add("Step2", [see] { return std::make_unique<Step2>(see); });
  add("Some", [] { return std::make_unique<Some>(); });
  add("Careless", [] { return std::make_unique<Careless>(); });
  static Json json;  // readers keep references
  json = {{"input", "a"}, {"output", "out"}, {"tasks", Json::parse(tasks)}};
  return Pipeline::Compile(json, JsonPath("t"), nullptr, options);
}

std::shared_ptr<const Pipeline> Make(
    int num_threads, std::function<void(int64_t)> see = [](int64_t) {},
    const char* tasks = kChain) {
  auto pipeline = TryMake(num_threads, std::move(see), tasks);
  EXPECT_TRUE(pipeline) << pipeline.error().message();
  return *pipeline;
}

List Numbers(int64_t count) {
  List list;
  for (int64_t i = 0; i < count; ++i) list.emplace_back(i);
  return list;
}

TEST(Parts, WhatLiesBetweenStepsDoesNotGrowWithTheList) {
  for (const int threads : {1, 3}) {
    const auto pipeline = Make(threads);
    for (const int64_t count : {0, 1, 2 * threads, 2 * threads + 1, 500}) {
      Tracked::most = 0;
      const auto out = pipeline->Run({Numbers(count)});
      ASSERT_TRUE(out) << out.error().message();
      const List& squares = (*out)[0].list();
      ASSERT_EQ(squares.size(), static_cast<size_t>(count));
      for (int64_t i = 0; i < count; ++i) EXPECT_EQ(squares[i].integer(), i * i);
      EXPECT_LE(Tracked::most, 2 * threads);
      EXPECT_EQ(Tracked::alive, 0);
    }
  }
}

TEST(Parts, AnErrorNamesTheItemOfTheWholeList) {
  const auto out = Make(1)->Run({Numbers(1000)});
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message(), HasSubstr("(Step2): item 778 of 1000: 777 is refused"));
}

TEST(Parts, ANestedPipelineRunsInPartsToo) {
  const auto pipeline = Make(
      1, [](int64_t) {}, R"([{"type": "Pipeline", "input": "a", "output": "out",
    "pipeline": {"input": "x", "output": "z", "tasks": [
      {"type": "Task", "module": "Step1", "input": "x", "output": "y"},
      {"type": "Task", "module": "Step2", "input": "y", "output": "z"}]}}])");
  Tracked::most = 0;
  ASSERT_TRUE(pipeline->Run({Numbers(100)}));
  EXPECT_LE(Tracked::most, 2);
  EXPECT_THAT(pipeline->Run({Numbers(1000)}).error().message(), HasSubstr("item 778 of 1000"));
}

// What all items have, one behind the other: longer or shorter than the list of the items.
TEST(Parts, AFlatOutputIsThatOfTheWholeList) {
  constexpr char kFlat[] = R"([
    {"type": "Task", "module": "Some", "input": "a", "output": "b"},
    {"type": "Task", "module": "Step1", "input": "b*", "output": "c"},
    {"type": "Task", "module": "Step2", "input": "c", "output": "out"}])";
  const std::string nested = R"([{"type": "Pipeline", "input": "a", "output": "out",
    "pipeline": {"input": "a", "output": "out", "tasks": )" +
                             std::string(kFlat) + "}}]";
  for (const std::string& tasks : {std::string(kFlat), nested}) {
    const auto pipeline = Make(
        1, [](int64_t) {}, tasks.c_str());
    EXPECT_FALSE(pipeline->RequireOnePerItem());
    const List counts{Value(int64_t{3}), Value(int64_t{0}), Value(int64_t{0}), Value(int64_t{0}),
                      Value(int64_t{2}), Value(int64_t{1}), Value(int64_t{5})};
    const auto out = pipeline->Run({counts});
    ASSERT_TRUE(out) << out.error().message();
    std::vector<int64_t> found;
    for (const Value& value : (*out)[0].list()) found.push_back(value.integer());
    EXPECT_EQ(found, (std::vector<int64_t>{9, 16, 25, 4, 9, 1, 25, 36, 49, 64, 81}));
    EXPECT_TRUE((*pipeline->Run({List(9, Value(int64_t{0}))}))[0].list().empty());
  }
}

TEST(Parts, AListThatIsPutBackStillRunsInParts) {
  const auto pipeline = Make(
      1, [](int64_t) {}, R"([
    {"type": "Task", "module": "Some", "input": "a", "output": "b"},
    {"type": "Task", "module": "Step1", "input": "b*", "output": "c*"},
    {"type": "Task", "module": "Step2", "input": "c", "output": "out"}])");
  EXPECT_TRUE(pipeline->runs_item_by_item() && pipeline->RequireOnePerItem());
  const auto out = pipeline->Run({Numbers(9)});
  ASSERT_TRUE(out) << out.error().message();
  ASSERT_EQ((*out)[0].list().size(), 9u);
  for (size_t i = 0; i < 9; ++i) EXPECT_EQ((*out)[0].list()[i].list().size(), i);
}

TEST(Parts, FlattenAndUnflattenKeepTheImagesApart) {
  const auto pipeline = Make(
      1, [](int64_t) {}, R"([
    {"type": "Task", "module": "Some", "input": "a", "output": "b"},
    {"type": "Flatten", "input": "b", "output": ["c", "index"]},
    {"type": "Task", "module": "Step1", "input": "c", "output": "d"},
    {"type": "Unflatten", "input": ["d", "index"], "output": "out"}])");
  EXPECT_TRUE(pipeline->RequireOnePerItem());
  EXPECT_EQ((*pipeline->Run({Numbers(9)}))[0].list().size(), 9u);
  const auto flat = Make(
      1, [](int64_t) {}, R"([
    {"type": "Task", "module": "Some", "input": "a", "output": "b"},
    {"type": "Flatten", "input": "b", "output": ["out", "index"]}])");
  EXPECT_THAT(flat->RequireOnePerItem().error().message(),
              HasSubstr("output 'out' of the pipeline is list of Int of all images together"));
}

// What is put back needs an element for each that went in, and a Cond puts it beside what it left.
TEST(Parts, AFlatListWhereOnePerItemIsNeededIsRefused) {
  const std::string inner = R"("pipeline": {"input": "x", "output": "z", "tasks": [
      {"type": "Task", "module": "Some", "input": "x", "output": "y"},
      {"type": "Task", "module": "Step1", "input": "y*", "output": "z"}]})";
  const auto error = [](const std::string& tasks) -> std::string {
    const auto pipeline = TryMake(
        1, [](int64_t) {}, tasks.c_str());
    return pipeline ? "" : std::string(pipeline.error().message());
  };
  EXPECT_THAT(error(R"([{"type": "Task", "module": "Some", "input": "a", "output": "b"},
      {"type": "Pipeline", "name": "p", "input": "b*", "output": "out*", )" +
                    inner + "}]"),
              HasSubstr("(Pipeline 'p'): output 'out*' is list of State whose length is not"));
  EXPECT_THAT(error(R"([{"type": "Cond", "input": ["a", "a"], "output": "out",
      "body": {"type": "Pipeline", )" +
                    inner + "}}]"),
              HasSubstr("/body: output 'out' of the pipeline is list of State of all images"));
}

TEST(Parts, ARunCanBeCancelled) {
  Cancellation cancellation;
  int64_t last = 0;
  const auto pipeline = Make(1, [&](int64_t number) {
    last = number;
    if (number == 50) cancellation.Cancel();
  });
  RunContext context = pipeline->context();
  context.cancellation = &cancellation;
  const auto out = pipeline->Run({Numbers(1000)}, context);
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message(), HasSubstr("the call was cancelled"));
  EXPECT_EQ(last, 50);
  EXPECT_EQ(Tracked::alive, 0);
}

TEST(Parts, ADeadlineEndsARunInsideOfNestedPipelines) {
  Cancellation cancellation;
  cancellation.SetDeadline(std::chrono::steady_clock::now() - std::chrono::seconds(1));
  const auto pipeline = Make(
      1, [](int64_t) {}, R"([{"type": "Pipeline", "input": "a", "output": "out",
    "pipeline": {"input": "x", "output": "z", "tasks": [
      {"type": "Task", "module": "Step1", "input": "x", "output": "y"},
      {"type": "Task", "module": "Step2", "input": "y", "output": "z"}]}}])");
  RunContext context = pipeline->context();
  context.cancellation = &cancellation;
  const auto out = pipeline->Run({Numbers(3)}, context);
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message(), HasSubstr("the deadline of the call has passed"));
}

TEST(Parts, WhatAModuleThrowsIsAnErrorOfItsStep) {
  for (const int threads : {1, 4}) {
    const auto pipeline = Make(
        threads, [](int64_t) {}, R"([
      {"type": "Task", "module": "Careless", "name": "c", "input": "a", "output": "out"}])");
    EXPECT_THAT(pipeline->Run({List{Value(int64_t{1})}}).error().message(),
                HasSubstr("(Careless 'c'): a library failed"));
    EXPECT_THAT(pipeline->Run({List{Value(int64_t{2}), Value(int64_t{2})}}).error().message(),
                HasSubstr("(Careless 'c'): item 1 of 2: a value is Int, expected Box"));
  }
}

}  // namespace
}  // namespace mmdeploy
