#include "bindings/capi/profiler.h"

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/wall.h"
#include "mmdeploy/base/file.h"

namespace mmdeploy::capi {
namespace {

class ProfiledModule : public Module {
 public:
  ProfiledModule(std::shared_ptr<const Module> module, std::shared_ptr<Profiler> profiler,
                 size_t scope)
      : module_(std::move(module)), profiler_(std::move(profiler)), scope_(scope) {}

  const Signature& signature() const override { return module_->signature(); }
  bool runs_item_by_item() const override { return module_->runs_item_by_item(); }
  int batch_size() const override { return module_->batch_size(); }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    profiler_->Note(scope_, false);
    auto result = module_->TryRun(inputs, context);
    profiler_->Note(scope_, true);
    return result;
  }
  Result<std::vector<Values>> RunMany(Span<const Values> items,
                                      const RunContext& context) const override {
    profiler_->Note(scope_, false);
    auto results = module_->RunMany(items, context);
    profiler_->Note(scope_, true);
    return results;
  }

 private:
  std::shared_ptr<const Module> module_;
  std::shared_ptr<Profiler> profiler_;
  const size_t scope_;
};

}  // namespace

size_t Profiler::AddScope(std::string name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  scopes_.push_back(std::move(name));
  begun_.push_back(0);
  ended_.push_back(0);
  return scopes_.size() - 1;
}

void Profiler::Note(size_t scope, bool ends) {
  const auto now = std::chrono::steady_clock::now() - start_;
  const std::lock_guard<std::mutex> lock(mutex_);
  const size_t index = ends ? ended_[scope]++ : begun_[scope]++;
  events_.push_back(
      {scope, ends, index, std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
}

std::shared_ptr<const Module> Profiler::Decorate(const std::shared_ptr<Profiler>& profiler,
                                                 const std::string& name,
                                                 std::shared_ptr<const Module> module) {
  return std::make_shared<ProfiledModule>(std::move(module), profiler, profiler->AddScope(name));
}

std::string Profiler::Text() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string text;
  for (size_t i = 0; i < scopes_.size(); ++i) text += fmt::format("{} {:#x}\n", scopes_[i], i + 1);
  text += "----\n";
  for (const Event& event : events_) {
    text += fmt::format("{:#x} {} {} {}\n", event.scope + 1, event.ends ? 1 : 0, event.index,
                        event.microseconds);
  }
  return text;
}

Result<void> ProfilerCreate(const char* path, mmdeploy_profiler_t* profiler) {
  MMDEPLOY_TRYV(WriteFile(path, ""));  // a path that cannot be written is an error now
  *profiler = new mmdeploy_profiler{std::make_shared<Profiler>(), path};
  return {};
}

void ProfilerDestroy(mmdeploy_profiler_t profiler) {
  const std::unique_ptr<mmdeploy_profiler> owner(profiler);
  if (owner) Status([&] { return WriteFile(owner->path, owner->profiler->Text()); });
}

}  // namespace mmdeploy::capi
