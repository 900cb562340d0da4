#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/image.h"
#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy::capi {

// What the opaque handle of every task points to.
struct LoadedTask {
  std::shared_ptr<const Pipeline> pipeline;
};

// Compiles a model whose pipeline takes images and gives, per image, a list of `kind`.
// Errors: those of Pipeline::Load; kInvalidArgument for a model of another task.
Result<std::shared_ptr<const Pipeline>> LoadPipeline(std::shared_ptr<const Model> model,
                                                     const mmdeploy_context& context,
                                                     const char* task_name, Kind kind);

// Errors: kNotSupported if a scheduler is named, kInvalidArgument for a list that ends nowhere.
Result<void> CheckNoSchedulers(mmdeploy_exec_info_t exec_info);

// The per-image lists in the output of a pipeline, checked to hold nothing but `kind`.
// Errors: kInvalidArgument with what `value` is instead.
Result<const Value::List*> ImageResults(const mmdeploy_value& value, const char* task_name,
                                        Kind kind);

// The functions of a task that gives a list per image. `Traits` has
//   Handle, Item: the C types; kName; kKind: what the pipeline gives;
//   static Item ToItem(const Value&)
template <class Traits>
class Task {
 public:
  using Handle = typename Traits::Handle;
  using Item = typename Traits::Item;

  static Result<void> Create(mmdeploy_model_t model, const char* device_name, int device_id,
                             Handle* handle) {
    MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
    return Load(model->model, {device}, handle);
  }

  static Result<void> CreateByPath(const char* model_path, const char* device_name, int device_id,
                                   Handle* handle) {
    MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
    MMDEPLOY_TRY(auto model, Model::FromPath(model_path));
    return Load(std::move(model), {device}, handle);
  }

  static Result<void> CreateWithContext(mmdeploy_model_t model, mmdeploy_context_t context,
                                        Handle* handle) {
    return Load(model->model, *context, handle);
  }

  static Result<void> CreateV2(mmdeploy_model_t model, const char* device_name, int device_id,
                               mmdeploy_exec_info_t exec_info, Handle* handle) {
    MMDEPLOY_TRYV(CheckNoSchedulers(exec_info));
    return Create(model, device_name, device_id, handle);
  }

  static Result<void> CreateInput(const mmdeploy_mat_t* mats, int mat_count,
                                  mmdeploy_value_t* value) {
    return CommonCreateInput(mats, mat_count, value);
  }

  static Result<void> Apply(Handle handle, const mmdeploy_mat_t* mats, int mat_count,
                            Item** results, int** result_count) {
    MMDEPLOY_TRY(Value images, ToImages(mats, mat_count));
    MMDEPLOY_TRY(const mmdeploy_value output, Run(handle, {std::move(images)}));
    return Convert(output, results, result_count);
  }

  static Result<void> ApplyV2(Handle handle, mmdeploy_value_t input, mmdeploy_value_t* output) {
    MMDEPLOY_TRY(mmdeploy_value values, Run(handle, input->values));
    *output = new mmdeploy_value(std::move(values));
    return {};
  }

  static Result<void> GetResult(mmdeploy_value_t output, Item** results, int** result_count) {
    return Convert(*output, results, result_count);
  }

  static void ReleaseResult(Item* results, const int* result_count, int) {
    delete[] results;
    delete[] result_count;
  }

  static void Destroy(Handle handle) { delete reinterpret_cast<LoadedTask*>(handle); }

 private:
  static Result<void> Load(std::shared_ptr<const Model> model, const mmdeploy_context& context,
                           Handle* handle) {
    MMDEPLOY_TRY(auto pipeline,
                 LoadPipeline(std::move(model), context, Traits::kName, Traits::kKind));
    *handle = reinterpret_cast<Handle>(new LoadedTask{std::move(pipeline)});
    return {};
  }

  static Result<mmdeploy_value> Run(Handle handle, std::vector<Value> inputs) {
    const Pipeline& pipeline = *reinterpret_cast<const LoadedTask*>(handle)->pipeline;
    MMDEPLOY_TRY(std::vector<Value> outputs, pipeline.Run(std::move(inputs)));
    return mmdeploy_value{std::move(outputs)};
  }

  // Both arrays, or nothing.
  static Result<void> Convert(const mmdeploy_value& value, Item** results, int** result_count) {
    MMDEPLOY_TRY(const Value::List* images, ImageResults(value, Traits::kName, Traits::kKind));
    size_t total = 0;
    for (const Value& image : *images) total += image.list().size();
    auto items = std::make_unique<Item[]>(total);
    auto counts = std::make_unique<int[]>(images->size());
    Item* next = items.get();
    for (size_t i = 0; i < images->size(); ++i) {
      const Value::List& list = (*images)[i].list();
      counts[i] = static_cast<int>(list.size());
      next = std::transform(list.begin(), list.end(), next, Traits::ToItem);
    }
    *results = items.release();
    *result_count = counts.release();
    return {};
  }
};

}  // namespace mmdeploy::capi
