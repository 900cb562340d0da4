#include "mmdeploy/backend/registry.h"

#include <algorithm>
#include <cctype>
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

// Those that the user names; for engines that mmdeploy knows also where it lies itself.
std::vector<std::string> SearchFolders(bool is_known) {
  std::vector<std::string> folders;
  if (const char* text = std::getenv("MMDEPLOY_ENGINE_PATH")) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto part = rest.substr(0, rest.find(':'));
      if (!part.empty()) folders.emplace_back(part);
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
  }
  if (!is_known) return folders;
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

// The name of a file is made of it, and a stranger's deploy.json says it.
bool IsPlain(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// An engine that mmdeploy does not know may be a third party's.
Result<const Engine*> FindPlugin(std::string_view name) {
  const auto names = EngineNames();
  const auto unknown = [&] {
    return MakeError(Code::kNotSupported, "unknown backend '{}', known: {}", name,
                     ListAllowed(name, names));
  };
  if (!IsPlain(name)) return unknown();
  const bool is_known = std::find(names.begin(), names.end(), name) != names.end();
  const auto file = fmt::format("libmmdeploy_{}.so", name);
  std::string searched;
  for (const auto& folder : SearchFolders(is_known)) {
    const auto path = (fs::path(folder) / file).string();
    std::error_code error;
    if (fs::exists(path, error)) {
      auto engine = OpenPlugin(path);
      if (!engine) return MakeError(engine.error().In(fmt::format("engine '{}'", name)));
      return engine;
    }
    searched += (searched.empty() ? "" : ", ") + folder;
  }
  if (!is_known) return unknown();
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
    MMDEPLOY_TRY(engine, FindPlugin(name));
  }
  engines->emplace(name, RegisterMemories(engine));
  return engine;
}

}  // namespace mmdeploy
