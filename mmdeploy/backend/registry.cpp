#include "mmdeploy/backend/registry.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

#include "mmdeploy/backend/plugin.h"
#include "mmdeploy/base/dynamic_library.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy {

#define MMDEPLOY_ENGINE(name) const Engine* name##_engine();
#include "mmdeploy/backend/linked_engines.inc"
#undef MMDEPLOY_ENGINE

namespace fs = std::filesystem;
namespace {

// The folders of mmdeploy/backend that hold an engine, built or not.
const char* const kKnownEngines[] = {
#define MMDEPLOY_ENGINE(name) #name,
#include "mmdeploy/backend/known_engines.inc"
#undef MMDEPLOY_ENGINE
};

const Engine* LinkedEngine(std::string_view name) {
#define MMDEPLOY_ENGINE(engine) \
  if (name == #engine) return engine##_engine();
#include "mmdeploy/backend/linked_engines.inc"
#undef MMDEPLOY_ENGINE
  return nullptr;
}

std::vector<std::string> SearchFolders() {
  std::vector<std::string> folders;
  if (const char* text = std::getenv("MMDEPLOY_ENGINE_PATH")) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto part = rest.substr(0, rest.find(':'));
      if (!part.empty()) folders.emplace_back(part);
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
  }
  folders.push_back(ThisLibraryFolder());
  // A program that has the SDK linked in lies in bin/, the plug-ins in lib/.
  folders.push_back((fs::path(ThisLibraryFolder()).parent_path() / "lib").string());
  return folders;
}

Result<const Engine*> OpenPlugin(const std::string& path) {
  const auto library = DynamicLibrary::Open(path);
  if (!library) {
    return MakeError(
        Code::kNotSupported,
        "{}; install what the engine needs (README.md in mmdeploy/backend/<engine>), or "
        "name the folder of its libraries in LD_LIBRARY_PATH",
        library.error().message());
  }
  MMDEPLOY_TRY(const auto entry, library->Find<PluginEntry>(kPluginEntryName));
  const PluginDescriptor* plugin = entry();
  MMDEPLOY_TRYV(CheckPlugin(plugin, path));
  return plugin->create([](LogLevel level, std::string_view message) {
    if (IsLogged(level)) LogMessage(level, message);
  });
}

Result<const Engine*> FindPlugin(std::string_view name) {
  const auto file = fmt::format("libmmdeploy_{}.so", name);
  std::string searched;
  for (const auto& folder : SearchFolders()) {
    const auto path = (fs::path(folder) / file).string();
    std::error_code error;
    if (fs::exists(path, error)) {
      auto engine = OpenPlugin(path);
      if (!engine) return MakeError(engine.error().In(fmt::format("engine '{}'", name)));
      return engine;
    }
    searched += (searched.empty() ? "" : ", ") + folder;
  }
  return MakeError(Code::kNotSupported,
                   "engine '{}' is not installed: no '{}' in {}; build it with "
                   "-DMMDEPLOY_TARGET_BACKENDS={} or name its folder in MMDEPLOY_ENGINE_PATH",
                   name, file, searched, name);
}

}  // namespace

std::vector<std::string> EngineNames() {
  return {std::begin(kKnownEngines), std::end(kKnownEngines)};
}

Result<const Engine*> FindEngine(std::string_view name) {
  static std::mutex mutex;
  static auto* engines = new std::map<std::string, const Engine*, std::less<>>;
  std::lock_guard lock(mutex);
  if (const auto it = engines->find(name); it != engines->end()) return it->second;
  const Engine* engine = LinkedEngine(name);
  if (!engine) {
    const auto names = EngineNames();
    const bool known = std::find(names.begin(), names.end(), name) != names.end();
    MMDEPLOY_ENSURE(known, Code::kNotSupported, "unknown backend '{}', known: {}", name,
                    ListAllowed(name, names));
    MMDEPLOY_TRY(engine, FindPlugin(name));
  }
  engines->emplace(name, engine);
  return engine;
}

}  // namespace mmdeploy
