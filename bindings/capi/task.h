#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/image.h"
#include "bindings/capi/items.h"
#include "bindings/capi/sender.h"
#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy::capi {

// What the opaque handle of every task points to.
struct LoadedTask {
  std::shared_ptr<const Pipeline> pipeline;
};

// The options of a pipeline that a context stands for.
PipelineOptions OptionsOf(const mmdeploy_context& context);

// Compiles a model whose pipeline takes images, or boxes of them, and gives `type` for each, or a
// list of it. For quads the pipeline takes images and quads, and cuts them out before the model.
// Errors: those of Pipeline::Load; kInvalidArgument for a model of another task.
Result<std::shared_ptr<const Pipeline>> LoadPipeline(std::shared_ptr<const Model> model,
                                                     PipelineOptions options, const char* task_name,
                                                     const ResultType& type, TaskInputs inputs);

// Lets the tasks that a list names run on its schedulers. Errors: kInvalidArgument for a list that
// ends nowhere, or a scheduler without task.
Result<void> AddSchedulers(mmdeploy_exec_info_t exec_info, PipelineOptions* options);

// What is in the output of a pipeline per image: the first of its values that is `type`, or lists
// of it, also where no image has any; of a type that an image has once, a chain of tasks may give
// lists, too. Errors: kInvalidArgument with what `value` is instead.
Result<const Value::List*> ImageResults(const mmdeploy_value& value, const char* task_name,
                                        const ResultType& type);

// The functions of a task. `Traits`, which is generated, has
//   Handle, Item: the C types; ResultStruct: the C++ type inside; kName;
//   kOwnsMemory: whether an Item has memory of its own; kInputs: what the task takes;
//   static Result<void> Fill(const ResultStruct&, Item*, Held*); static void Release(Item*)
template <class Traits>
class Task {
 public:
  using Handle = typename Traits::Handle;
  using Item = typename Traits::Item;

  static Result<void> Create(mmdeploy_model_t model, const char* device_name, int device_id,
                             Handle* handle) {
    MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
    return Load(model->model, OptionsOf({device}), handle);
  }

  static Result<void> CreateByPath(const char* model_path, const char* device_name, int device_id,
                                   Handle* handle) {
    MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
    MMDEPLOY_TRY(auto model, Model::FromPath(model_path));
    return Load(std::move(model), OptionsOf({device}), handle);
  }

  static Result<void> CreateWithContext(mmdeploy_model_t model, mmdeploy_context_t context,
                                        Handle* handle) {
    return Load(model->model, OptionsOf(*context), handle);
  }

  static Result<void> CreateV2(mmdeploy_model_t model, const char* device_name, int device_id,
                               mmdeploy_exec_info_t exec_info, Handle* handle) {
    MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
    PipelineOptions options = OptionsOf({device});
    MMDEPLOY_TRYV(AddSchedulers(exec_info, &options));
    return Load(model->model, std::move(options), handle);
  }

  static Result<void> CreateInput(const mmdeploy_mat_t* mats, int mat_count,
                                  mmdeploy_value_t* value) {
    return CommonCreateInput(mats, mat_count, value);
  }

  // `Box` is mmdeploy_rect_t, or mmdeploy_text_detection_t for quads.
  template <class Box>
  static Result<void> CreateInput(const mmdeploy_mat_t* mats, int mat_count, const Box* bboxes,
                                  const int* bbox_count, mmdeploy_value_t* value) {
    MMDEPLOY_TRY(auto inputs, ToInputs(mats, mat_count, bboxes, bbox_count));
    *value = new mmdeploy_value{std::move(inputs)};
    return {};
  }

  template <class Box>
  static Result<void> ApplyBbox(Handle handle, const mmdeploy_mat_t* mats, int mat_count,
                                const Box* bboxes, const int* bbox_count, Item** results) {
    MMDEPLOY_TRY(auto inputs, ToInputs(mats, mat_count, bboxes, bbox_count));
    MMDEPLOY_TRY(mmdeploy_value output, Run(handle, std::move(inputs)));
    return TakeResult(&output, true, results);
  }

  // `result_count` is there where a task gives a list per image.
  template <class... Counts>
  static Result<void> Apply(Handle handle, const mmdeploy_mat_t* mats, int mat_count,
                            Item** results, Counts... result_count) {
    MMDEPLOY_TRY(auto inputs, ToInputs(mats, mat_count, Traits::kInputs));
    MMDEPLOY_TRY(mmdeploy_value output, Run(handle, std::move(inputs)));
    return TakeResult(&output, true, results, result_count...);
  }

  static Result<void> ApplyV2(Handle handle, mmdeploy_value_t input, mmdeploy_value_t* output) {
    MMDEPLOY_TRY(mmdeploy_value values, Run(handle, input->values));
    *output = new mmdeploy_value(std::move(values));
    return {};
  }

  static Result<void> ApplyAsync(Handle handle, mmdeploy_sender_t input,
                                 mmdeploy_sender_t* output) {
    *output =
        NewSender(RunAsync(reinterpret_cast<const LoadedTask*>(handle)->pipeline, Take(input)));
    return {};
  }

  static Result<void> ApplyAsyncV3(Handle handle, const mmdeploy_mat_t* mats, int mat_count,
                                   mmdeploy_sender_t* output) {
    MMDEPLOY_TRY(auto inputs, ToInputs(mats, mat_count, Traits::kInputs));
    return ApplyJust(handle, std::move(inputs), output);
  }

  template <class Box>
  static Result<void> ApplyAsyncV3(Handle handle, const mmdeploy_mat_t* mats, int mat_count,
                                   const Box* bboxes, const int* bbox_count,
                                   mmdeploy_sender_t* output) {
    MMDEPLOY_TRY(auto inputs, ToInputs(mats, mat_count, bboxes, bbox_count));
    return ApplyJust(handle, std::move(inputs), output);
  }

  // `cont` takes the results with their counts where a task gives a list per image.
  static Result<void> ContinueAsync(mmdeploy_sender_t input,
                                    int (*cont)(Item* results, int* result_count, void* context,
                                                mmdeploy_sender_t* output),
                                    void* context, mmdeploy_sender_t* output) {
    return Continue(
        input,
        [cont, context](mmdeploy_value_t value, mmdeploy_sender_t* next) -> Result<int> {
          Item* results = nullptr;
          int* counts = nullptr;
          MMDEPLOY_TRYV(GetResult(value, &results, &counts));
          return cont(results, counts, context, next);
        },
        output);
  }

  static Result<void> ContinueAsync(mmdeploy_sender_t input,
                                    int (*cont)(Item* results, void* context,
                                                mmdeploy_sender_t* output),
                                    void* context, mmdeploy_sender_t* output) {
    return Continue(
        input,
        [cont, context](mmdeploy_value_t value, mmdeploy_sender_t* next) -> Result<int> {
          Item* results = nullptr;
          MMDEPLOY_TRYV(GetResult(value, &results));
          return cont(results, context, next);
        },
        output);
  }

  // The value stays the caller's, so that the results are copies.
  template <class... Counts>
  static Result<void> GetResult(mmdeploy_value_t output, Item** results, Counts... result_count) {
    return TakeResult(output, false, results, result_count...);
  }

  static void ReleaseResult(Item* results, const int* result_count, int image_count) {
    int64_t count = 0;
    // Programs pass other counts where nothing depends on it, because 0.x did not look at it.
    for (int i = 0; Traits::kOwnsMemory && result_count != nullptr && i < image_count; ++i) {
      count += result_count[i];
    }
    ReleaseItems(results, count);
    delete[] result_count;
  }

  // 0.7 gives some tasks no number of images; those own no memory.
  static void ReleaseResult(Item* results, const int* result_count) {
    static_assert(!Traits::kOwnsMemory, "a result with memory is released with its count");
    ReleaseResult(results, result_count, 0);
  }

  static void ReleaseResult(Item* results, int count) { ReleaseItems(results, count); }

  static void Destroy(Handle handle) { delete reinterpret_cast<LoadedTask*>(handle); }

 private:
  static Result<void> Load(std::shared_ptr<const Model> model, PipelineOptions options,
                           Handle* handle) {
    MMDEPLOY_TRY(auto pipeline, LoadPipeline(std::move(model), std::move(options), Traits::kName,
                                             Type(), Traits::kInputs));
    *handle = reinterpret_cast<Handle>(new LoadedTask{std::move(pipeline)});
    return {};
  }

  static Result<mmdeploy_value> Run(Handle handle, std::vector<Value> inputs) {
    const Pipeline& pipeline = *reinterpret_cast<const LoadedTask*>(handle)->pipeline;
    MMDEPLOY_TRY(std::vector<Value> outputs, pipeline.Run(std::move(inputs)));
    return mmdeploy_value{std::move(outputs), nullptr, pipeline.output_types()};
  }

  static Result<void> ApplyJust(Handle handle, std::vector<Value> inputs,
                                mmdeploy_sender_t* output) {
    Start just = [value = mmdeploy_value{std::move(inputs)}](const Continuation& done) {
      done(value);
    };
    *output =
        NewSender(RunAsync(reinterpret_cast<const LoadedTask*>(handle)->pipeline, std::move(just)));
    return {};
  }

  static Result<void> Continue(mmdeploy_sender_t input, NextSender next,
                               mmdeploy_sender_t* output) {
    *output = NewSender(ContinueWith(Take(input), std::move(next)));
    return {};
  }

  static const ResultType& Type() {
    return TypeOf(static_cast<const typename Traits::ResultStruct*>(nullptr));
  }

  // `may_share`: whether nobody needs the value behind this, whose memory the results may keep.
  static Result<void> TakeResult(mmdeploy_value_t output, bool may_share, Item** results,
                                 int** result_count) {
    MMDEPLOY_TRY(const Value::List* images, ImageResults(*output, Traits::kName, Type()));
    std::vector<const Value*> items;
    auto counts = std::make_unique<int[]>(images->size());
    for (size_t i = 0; i < images->size(); ++i) {
      const Value::List& list = (*images)[i].list();
      counts[i] = static_cast<int>(list.size());
      for (const Value& item : list) items.push_back(&item);
    }
    MMDEPLOY_TRY(*results, Convert(items, may_share));
    *result_count = counts.release();
    return {};
  }

  static Result<void> TakeResult(mmdeploy_value_t output, bool may_share, Item** results) {
    MMDEPLOY_TRY(const Value::List* images, ImageResults(*output, Traits::kName, Type()));
    std::vector<const Value*> items;
    for (const Value& image : *images) {
      if (!image.is_list()) items.push_back(&image);
      for (size_t i = 0; image.is_list() && i < image.list().size(); ++i) {
        items.push_back(&image.list()[i]);
      }
    }
    MMDEPLOY_TRY(*results, Convert(items, may_share));
    return {};
  }

  // All of them, or nothing.
  static Result<Item*> Convert(const std::vector<const Value*>& values, bool may_share) {
    const auto count = static_cast<int64_t>(values.size());
    const auto release = [count](Item* items) { ReleaseItems(items, count); };
    std::unique_ptr<Item[], decltype(release)> items(Items<Item>::New(values.size()), release);
    Held* held = Items<Item>::HeldBy(items.get());
    held->may_share = may_share;
    for (size_t i = 0; i < values.size(); ++i) {
      MMDEPLOY_TRYV(Traits::Fill(values[i]->template result<typename Traits::ResultStruct>(),
                                 &items[i], held));
    }
    return items.release();
  }

  static void ReleaseItems(Item* items, int64_t count) {
    for (int64_t i = 0; items != nullptr && i < count; ++i) Traits::Release(items + i);
    Items<Item>::Delete(items);
  }
};

}  // namespace mmdeploy::capi
