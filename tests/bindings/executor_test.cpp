// Asynchronous execution through the C API: every sender, errors, threads, dropped senders.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "mmdeploy/classifier.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/pipeline.h"

namespace {

using ::testing::HasSubstr;

constexpr char kModel[] = "mmdeploy/task/classifier/golden/model";

// A classifier and pictures of one colour each, whose best label is known.
class ExecutorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mmdeploy_classifier_create_by_path(kModel, "cpu", 0, &classifier_), 0);
    pool_ = mmdeploy_executor_create_thread_pool(3);
    ASSERT_NE(pool_, nullptr);
  }
  void TearDown() override {
    mmdeploy_classifier_destroy(classifier_);
    mmdeploy_scheduler_destroy(pool_);
  }

  // A value of one picture whose channel `strong` is bright: BGR.
  static mmdeploy_value_t Picture(int strong) {
    static uint8_t pixels[3][8 * 8 * 3];
    for (int i = 0; i < 8 * 8 * 3; ++i) {
      const uint8_t level = i % 3 == strong ? 250 : 5;
      if (pixels[strong][i] != level) pixels[strong][i] = level;
    }
    mmdeploy_mat_t mat{};
    mat.data = pixels[strong];
    mat.height = mat.width = 8;
    mat.format = MMDEPLOY_PIXEL_FORMAT_BGR;
    mat.type = MMDEPLOY_DATA_TYPE_UINT8;
    mmdeploy_value_t value = nullptr;
    EXPECT_EQ(mmdeploy_classifier_create_input(&mat, 1, &value), 0);
    return value;
  }

  // The best label in an output, which is freed; -1 for none.
  static int BestLabel(mmdeploy_value_t output) {
    mmdeploy_classification_t* results = nullptr;
    int* counts = nullptr;
    if (mmdeploy_classifier_get_result(output, &results, &counts) != 0) return -1;
    const int label = counts[0] > 0 ? results[0].label_id : -1;
    mmdeploy_classifier_release_result(results, counts, 1);
    mmdeploy_value_destroy(output);
    return label;
  }

  static mmdeploy_sender_t JustPicture(int strong) {
    mmdeploy_value_t value = Picture(strong);
    mmdeploy_sender_t sender = mmdeploy_executor_just(value);
    mmdeploy_value_destroy(value);
    return sender;
  }

  // The label of a picture with this channel: 0 for red.
  static int LabelOf(int strong) { return 2 - strong; }

  mmdeploy_classifier_t classifier_ = nullptr;
  mmdeploy_scheduler_t pool_ = nullptr;
};

TEST_F(ExecutorTest, JustGivesACopy) {
  mmdeploy_sender_t sender = JustPicture(0);
  mmdeploy_sender_t output = nullptr;
  ASSERT_EQ(mmdeploy_classifier_apply_async(classifier_, sender, &output), 0);
  EXPECT_EQ(BestLabel(mmdeploy_executor_sync_wait(output)), LabelOf(0));
}

TEST_F(ExecutorTest, TheOutputMayTakeTheInputsPlace) {
  mmdeploy_sender_t sender = JustPicture(2);
  ASSERT_EQ(mmdeploy_classifier_apply_async(classifier_, sender, &sender), 0);
  mmdeploy_value_t value = nullptr;
  ASSERT_EQ(mmdeploy_executor_sync_wait_v2(sender, &value), 0);
  EXPECT_EQ(BestLabel(value), LabelOf(2));
}

TEST_F(ExecutorTest, WorkMovesToTheScheduler) {
  static std::thread::id seen;
  const auto note = [](mmdeploy_value_t value, void*) {
    seen = std::this_thread::get_id();
    return value;
  };
  mmdeploy_value_t value = Picture(1);
  mmdeploy_scheduler_t thread = mmdeploy_executor_create_thread();
  std::set<std::thread::id> threads;
  const auto run = [&](mmdeploy_sender_t sender) {
    mmdeploy_value_destroy(mmdeploy_executor_sync_wait(sender));
    threads.insert(seen);
    EXPECT_NE(seen, std::this_thread::get_id());
  };
  run(mmdeploy_executor_then(mmdeploy_executor_transfer_just(thread, value), note, nullptr));
  run(mmdeploy_executor_then(mmdeploy_executor_transfer(mmdeploy_executor_just(value), thread),
                             note, nullptr));
  run(mmdeploy_executor_on(thread,
                           mmdeploy_executor_then(mmdeploy_executor_just(value), note, nullptr)));
  run(mmdeploy_executor_then(mmdeploy_executor_schedule(thread), note, nullptr));
  EXPECT_EQ(threads.size(), 1u);
  mmdeploy_scheduler_destroy(thread);
  mmdeploy_value_destroy(value);
}

TEST_F(ExecutorTest, LetValueGoesOnWithAnotherSender) {
  struct Context {
    mmdeploy_classifier_t classifier;
    mmdeploy_scheduler_t pool;
  } context{classifier_, pool_};
  mmdeploy_sender_t sender = mmdeploy_executor_let_value(
      JustPicture(0),
      [](mmdeploy_value_t value, void* user) {
        auto* c = static_cast<Context*>(user);
        mmdeploy_sender_t inner = mmdeploy_executor_transfer_just(c->pool, value);
        mmdeploy_classifier_apply_async(c->classifier, inner, &inner);
        return inner;
      },
      &context);
  EXPECT_EQ(BestLabel(mmdeploy_executor_sync_wait(sender)), LabelOf(0));
}

TEST_F(ExecutorTest, SplitRunsOnce) {
  static std::atomic<int> runs;
  runs = 0;
  mmdeploy_sender_t split = mmdeploy_executor_split(mmdeploy_executor_then(
      mmdeploy_executor_transfer(JustPicture(1), pool_),
      [](mmdeploy_value_t value, void*) {
        ++runs;
        return value;
      },
      nullptr));
  std::vector<mmdeploy_sender_t> copies;
  for (int i = 0; i < 4; ++i) copies.push_back(mmdeploy_sender_copy(split));
  copies.push_back(split);
  mmdeploy_value_t all = mmdeploy_executor_sync_wait(mmdeploy_executor_when_all(copies.data(), 5));
  EXPECT_NE(all, nullptr);
  mmdeploy_value_destroy(all);
  EXPECT_EQ(runs, 1);
  mmdeploy_sender_t plain = JustPicture(0);
  EXPECT_EQ(mmdeploy_sender_copy(plain), nullptr);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("only senders of mmdeploy_executor_split"));
  mmdeploy_sender_destroy(plain);
}

TEST_F(ExecutorTest, EnsureStartedBeginsAtOnce) {
  static std::promise<void>* begun;
  std::promise<void> promise;
  begun = &promise;
  mmdeploy_sender_t sender = mmdeploy_executor_ensure_started(mmdeploy_executor_then(
      mmdeploy_executor_transfer(JustPicture(2), pool_),
      [](mmdeploy_value_t value, void*) {
        begun->set_value();
        return value;
      },
      nullptr));
  EXPECT_EQ(promise.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  ASSERT_EQ(mmdeploy_classifier_apply_async(classifier_, sender, &sender), 0);
  EXPECT_EQ(BestLabel(mmdeploy_executor_sync_wait(sender)), LabelOf(2));
}

TEST_F(ExecutorTest, ManyCallsOverlap) {
  std::vector<mmdeploy_sender_t> senders;
  for (int i = 0; i < 60; ++i) {
    mmdeploy_sender_t sender = mmdeploy_executor_transfer(JustPicture(i % 3), pool_);
    ASSERT_EQ(mmdeploy_classifier_apply_async(classifier_, sender, &sender), 0);
    senders.push_back(mmdeploy_executor_ensure_started(sender));
  }
  for (size_t i = 0; i < senders.size(); ++i) {
    EXPECT_EQ(BestLabel(mmdeploy_executor_sync_wait(senders[i])), LabelOf(static_cast<int>(i) % 3));
  }
}

TEST_F(ExecutorTest, ErrorsArrive) {
  mmdeploy_sender_t sender = mmdeploy_executor_transfer(mmdeploy_executor_just(nullptr), pool_);
  ASSERT_EQ(mmdeploy_classifier_apply_async(classifier_, sender, &sender), 0);
  sender = mmdeploy_executor_then(
      sender,
      [](mmdeploy_value_t value, void*) {
        ADD_FAILURE() << "called after an error";
        return value;
      },
      nullptr);
  mmdeploy_value_t value = nullptr;
  EXPECT_EQ(mmdeploy_executor_sync_wait_v2(sender, &value), MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("0 inputs given, the pipeline takes 1"));
  EXPECT_EQ(value, nullptr);
  sender = mmdeploy_executor_then(
      JustPicture(0),
      [](mmdeploy_value_t given, void*) -> mmdeploy_value_t {
        mmdeploy_value_destroy(given);
        return nullptr;
      },
      nullptr);
  EXPECT_EQ(mmdeploy_executor_sync_wait(sender), nullptr);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("the callback returned NULL"));
  sender = mmdeploy_executor_let_value(
      JustPicture(0), [](mmdeploy_value_t, void*) { return mmdeploy_sender_t{}; }, nullptr);
  EXPECT_EQ(mmdeploy_executor_sync_wait_v2(sender, nullptr), MMDEPLOY_E_FAIL);
}

TEST_F(ExecutorTest, NullIsRefusedAndNothingLeaks) {
  EXPECT_EQ(mmdeploy_executor_transfer(nullptr, pool_), nullptr);
  EXPECT_EQ(mmdeploy_executor_transfer(JustPicture(0), nullptr), nullptr);
  EXPECT_EQ(mmdeploy_executor_then(JustPicture(0), nullptr, nullptr), nullptr);
  EXPECT_EQ(mmdeploy_executor_split(nullptr), nullptr);
  mmdeploy_sender_t inputs[] = {JustPicture(0), nullptr, JustPicture(1)};
  EXPECT_EQ(mmdeploy_executor_when_all(inputs, 3), nullptr);
  EXPECT_EQ(mmdeploy_executor_start_detached(nullptr), MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(mmdeploy_executor_sync_wait_v2(nullptr, nullptr), MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(mmdeploy_executor_create_thread_pool(0), nullptr);
  EXPECT_EQ(mmdeploy_executor_dynamic_batch(nullptr, 2, 0), nullptr);
  mmdeploy_sender_t output = nullptr;
  EXPECT_EQ(mmdeploy_classifier_apply_async(nullptr, JustPicture(0), &output),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(mmdeploy_sender_destroy(nullptr), 0);
  EXPECT_EQ(mmdeploy_scheduler_destroy(nullptr), 0);
}

TEST_F(ExecutorTest, DroppedSendersFreeWhatTheyHold) {
  mmdeploy_sender_t sender = mmdeploy_executor_transfer(JustPicture(0), pool_);
  ASSERT_EQ(mmdeploy_classifier_apply_async(classifier_, sender, &sender), 0);
  mmdeploy_sender_destroy(mmdeploy_executor_split(sender));
  mmdeploy_sender_destroy(
      mmdeploy_executor_ensure_started(mmdeploy_executor_transfer(JustPicture(1), pool_)));
}

TEST_F(ExecutorTest, WorkThatWasPostedOutlivesTheHandle) {
  static std::atomic<int> done;
  done = 0;
  mmdeploy_scheduler_t thread = mmdeploy_executor_create_thread();
  for (int i = 0; i < 10; ++i) {
    mmdeploy_executor_execute(
        thread,
        [](void*) {
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
          ++done;
        },
        nullptr);
  }
  mmdeploy_scheduler_destroy(thread);
  for (int i = 0; i < 500 && done < 10; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(done, 10);
}

TEST_F(ExecutorTest, TasksRunOnTheirSchedulers) {
  mmdeploy_model_t model = nullptr;
  ASSERT_EQ(mmdeploy_model_create_by_path(kModel, &model), 0);
  mmdeploy_scheduler_t batch = mmdeploy_executor_dynamic_batch(pool_, 4, 20000);
  mmdeploy_exec_info net{nullptr, "colour", batch};
  mmdeploy_exec_info preprocess{&net, "Preprocess", pool_};
  mmdeploy_classifier_t classifier = nullptr;
  ASSERT_EQ(mmdeploy_classifier_create_v2(model, "cpu", 0, &preprocess, &classifier), 0)
      << mmdeploy_last_error();
  mmdeploy_model_destroy(model);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        mmdeploy_value_t input = Picture((t + i) % 3), output = nullptr;
        if (mmdeploy_classifier_apply_v2(classifier, input, &output) != 0) ++wrong;
        if (output != nullptr && BestLabel(output) != LabelOf((t + i) % 3)) ++wrong;
        mmdeploy_value_destroy(input);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  mmdeploy_classifier_destroy(classifier);
  mmdeploy_scheduler_destroy(batch);
}

TEST_F(ExecutorTest, ATaskOnAPoolThatAlsoCallsDoesNotWaitForItself) {
  mmdeploy_model_t model = nullptr;
  ASSERT_EQ(mmdeploy_model_create_by_path(kModel, &model), 0);
  mmdeploy_scheduler_t thread = mmdeploy_executor_create_thread();
  mmdeploy_exec_info net{nullptr, "colour", thread};
  mmdeploy_classifier_t classifier = nullptr;
  ASSERT_EQ(mmdeploy_classifier_create_v2(model, "cpu", 0, &net, &classifier), 0);
  mmdeploy_model_destroy(model);
  mmdeploy_sender_t sender = mmdeploy_executor_transfer(JustPicture(1), thread);
  ASSERT_EQ(mmdeploy_classifier_apply_async(classifier, sender, &sender), 0);
  EXPECT_EQ(BestLabel(mmdeploy_executor_sync_wait(sender)), LabelOf(1));
  mmdeploy_classifier_destroy(classifier);
  mmdeploy_scheduler_destroy(thread);
}

TEST_F(ExecutorTest, APipelineRunsAnyModel) {
  mmdeploy_model_t model = nullptr;
  mmdeploy_context_t context = nullptr;
  mmdeploy_pipeline_t pipeline = nullptr;
  ASSERT_EQ(mmdeploy_model_create_by_path(kModel, &model), 0);
  ASSERT_EQ(mmdeploy_context_create(&context), 0);
  ASSERT_EQ(mmdeploy_pipeline_create_from_model(model, context, &pipeline), 0)
      << mmdeploy_last_error();
  mmdeploy_value_t input = Picture(0), output = nullptr;
  ASSERT_EQ(mmdeploy_pipeline_apply(pipeline, input, &output), 0);
  EXPECT_EQ(BestLabel(output), LabelOf(0));
  mmdeploy_sender_t sender = mmdeploy_executor_transfer_just(pool_, input);
  ASSERT_EQ(mmdeploy_pipeline_apply_async(pipeline, sender, &sender), 0);
  EXPECT_EQ(BestLabel(mmdeploy_executor_sync_wait(sender)), LabelOf(0));
  mmdeploy_value_destroy(input);
  mmdeploy_pipeline_destroy(pipeline);
  mmdeploy_context_destroy(context);
  mmdeploy_model_destroy(model);
}

// A pipeline of a description, or the message of its error.
mmdeploy_pipeline_t PipelineOf(const std::string& json, std::string* error,
                               mmdeploy_context_t context = nullptr) {
  mmdeploy_value_t config = nullptr;
  mmdeploy_pipeline_t pipeline = nullptr;
  const int read = mmdeploy_value_from_json(json.c_str(), &config);
  mmdeploy_value_t copy = mmdeploy_value_copy(config);
  mmdeploy_value_destroy(config);
  const bool made =
      read == 0 && (context ? mmdeploy_pipeline_create_v3(copy, context, &pipeline)
                            : mmdeploy_pipeline_create(copy, "cpu", 0, nullptr, &pipeline)) == 0;
  if (!made) *error = mmdeploy_last_error();
  mmdeploy_value_destroy(copy);
  return pipeline;
}

std::string InferenceOf(const std::string& model) {
  return R"({"type": "Inference", "input": "img", "output": "cls", "params": {"model": ")" + model +
         R"("}})";
}

TEST_F(ExecutorTest, APipelineIsMadeOfADescription) {
  const std::string node = InferenceOf(kModel);
  const std::string pipeline_of_node =
      R"({"input": ["img"], "output": ["cls"], "tasks": [)" + node + "]}";
  // As 0.x has it, the pipeline itself, and a single task.
  for (const std::string& json :
       {R"({"pipeline": )" + pipeline_of_node + "}", pipeline_of_node, node}) {
    std::string error;
    mmdeploy_pipeline_t pipeline = PipelineOf(json, &error);
    ASSERT_NE(pipeline, nullptr) << error;
    mmdeploy_value_t input = Picture(2), output = nullptr;
    ASSERT_EQ(mmdeploy_pipeline_apply(pipeline, input, &output), 0);
    EXPECT_EQ(BestLabel(output), LabelOf(2));
    mmdeploy_value_destroy(input);
    mmdeploy_pipeline_destroy(pipeline);
  }
}

TEST_F(ExecutorTest, TheModelsOfADescriptionMayBeThoseOfAContext) {
  mmdeploy_model_t model = nullptr;
  mmdeploy_context_t context = nullptr;
  ASSERT_EQ(mmdeploy_model_create_by_path(kModel, &model), 0);
  ASSERT_EQ(mmdeploy_context_create(&context), 0);
  ASSERT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_MODEL, "colours", model), 0);
  std::string error;
  mmdeploy_pipeline_t pipeline = PipelineOf(InferenceOf("colours"), &error, context);
  ASSERT_NE(pipeline, nullptr) << error;
  EXPECT_EQ(PipelineOf(InferenceOf("colour"), &error, context), nullptr);
  EXPECT_THAT(error,
              HasSubstr("'colour' is neither a named model ('colours'; did you mean 'colours'?)"));
  mmdeploy_pipeline_destroy(pipeline);
  mmdeploy_context_destroy(context);
  mmdeploy_model_destroy(model);
}

TEST_F(ExecutorTest, DescriptionsAndInputsAreNotTakenForEachOther) {
  std::string error;
  EXPECT_EQ(PipelineOf("{", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("json:"));
  EXPECT_EQ(PipelineOf("[]", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("config:/: expected an object, found"));
  EXPECT_EQ(PipelineOf("{}", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("'pipeline'"));
  EXPECT_EQ(PipelineOf(R"({"type": "Inferenz", "input": "a", "output": "b"})", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("Inferenz"));
  mmdeploy_value_t picture = Picture(0), config = nullptr, output = nullptr;
  ASSERT_EQ(mmdeploy_value_from_json("{}", &config), 0);
  mmdeploy_pipeline_t pipeline = nullptr;
  EXPECT_EQ(mmdeploy_pipeline_create(picture, "cpu", 0, nullptr, &pipeline),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("expected the description of one"));
  EXPECT_NE(mmdeploy_pipeline_create(config, "gpu", 0, nullptr, &pipeline), 0);
  EXPECT_EQ(mmdeploy_pipeline_create(nullptr, "cpu", 0, nullptr, &pipeline),
            MMDEPLOY_E_INVALID_ARG);
  EXPECT_EQ(mmdeploy_value_from_json(nullptr, &output), MMDEPLOY_E_INVALID_ARG);
  EXPECT_NE(mmdeploy_classifier_apply_v2(classifier_, config, &output), 0);
  pipeline = PipelineOf(InferenceOf(kModel), &error);
  EXPECT_EQ(mmdeploy_pipeline_apply(pipeline, config, &output), MMDEPLOY_E_INVALID_ARG);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("expected the inputs of the pipeline"));
  mmdeploy_pipeline_destroy(pipeline);
  mmdeploy_value_destroy(picture);
  mmdeploy_value_destroy(config);
}

// Lines that the program reads: "name number", "----", "number type index microseconds".
TEST_F(ExecutorTest, AContextHoldsModelsSchedulersAndAProfiler) {
  const std::string path = ::testing::TempDir() + "profile.txt";
  mmdeploy_model_t model = nullptr;
  mmdeploy_context_t context = nullptr;
  mmdeploy_profiler_t profiler = nullptr;
  ASSERT_EQ(mmdeploy_model_create_by_path(kModel, &model), 0);
  ASSERT_EQ(mmdeploy_context_create(&context), 0);
  ASSERT_EQ(mmdeploy_profiler_create(path.c_str(), &profiler), 0) << mmdeploy_last_error();
  EXPECT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_SCHEDULER, "colour", pool_), 0);
  EXPECT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_MODEL, "other", model), 0);
  EXPECT_EQ(mmdeploy_context_add(context, MMDEPLOY_TYPE_PROFILER, nullptr, profiler), 0);
  mmdeploy_classifier_t classifier = nullptr;
  ASSERT_EQ(mmdeploy_classifier_create_with_context(model, context, &classifier), 0);
  for (int i = 0; i < 3; ++i) {
    mmdeploy_value_t input = Picture(1), output = nullptr;
    ASSERT_EQ(mmdeploy_classifier_apply_v2(classifier, input, &output), 0);
    EXPECT_EQ(BestLabel(output), LabelOf(1));
    mmdeploy_value_destroy(input);
  }
  mmdeploy_profiler_destroy(profiler);
  std::ifstream file(path);
  std::string line, names;
  while (std::getline(file, line) && line != "----") names += line.substr(0, line.find(' ')) + " ";
  EXPECT_EQ(names, "Preprocess colour postprocess ");
  int events = 0, open = 0;
  int64_t last = 0;
  std::string scope;
  for (int type = 0, index = 0; file >> scope >> type >> index; ++events) {
    int64_t time = 0;
    file >> time;
    open += type == 0 ? 1 : -1;
    EXPECT_GE(time, last);
    EXPECT_EQ(index, events / 6);
    last = time;
  }
  EXPECT_EQ(events, 3 * 3 * 2);
  EXPECT_EQ(open, 0);
  EXPECT_NE(mmdeploy_profiler_create("/no/such/folder/p.txt", &profiler), 0);
  mmdeploy_classifier_destroy(classifier);
  mmdeploy_context_destroy(context);
  mmdeploy_model_destroy(model);
}

TEST_F(ExecutorTest, WhatACallbackThrowsEndsNothingElse) {
  mmdeploy_executor_execute(
      pool_, [](void*) { throw std::runtime_error("not mine"); }, nullptr);
  mmdeploy_scheduler_t inline_scheduler = mmdeploy_executor_inline();
  mmdeploy_executor_execute(
      inline_scheduler, [](void*) { throw std::runtime_error("not mine"); }, nullptr);
  mmdeploy_scheduler_destroy(inline_scheduler);
  mmdeploy_sender_t sender = mmdeploy_executor_then(
      mmdeploy_executor_transfer(JustPicture(0), pool_),
      [](mmdeploy_value_t value, void*) -> mmdeploy_value_t {
        mmdeploy_value_destroy(value);
        throw std::runtime_error("of the caller");
      },
      nullptr);
  EXPECT_EQ(mmdeploy_executor_sync_wait(sender), nullptr);
  EXPECT_THAT(mmdeploy_last_error(), HasSubstr("the callback failed: of the caller"));
}

}  // namespace
