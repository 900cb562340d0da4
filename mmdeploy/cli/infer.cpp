#include <cstdio>
#include <filesystem>

#include "mmdeploy/cli/command.h"
#include "mmdeploy/cli/image_io.h"

namespace mmdeploy::cli {
namespace fs = std::filesystem;
namespace {

struct InferArgs {
  ModelArgs model;
  std::vector<std::string> images;
  std::string out;
  bool json = false;
  bool profile = false;
};

// Notes how long each step took.
class StepTimer : public RunObserver {
 public:
  void OnStep(const Step& step, std::chrono::nanoseconds duration, Span<const Value>) override {
    const double milliseconds = static_cast<double>(duration.count()) / 1e6;
    steps.push_back({{"name", step.name}, {"ms", milliseconds}});
  }

  void Print() const {
    for (const auto& step : steps) {
      cli::Print("  {:<16} {:>9.3f} ms\n", step["name"].get<std::string>(),
                 step["ms"].get<double>());
    }
  }

  Json steps = Json::array();
};

// Names of the classes, which the converter notes in detail.json; may be empty.
std::vector<std::string> ClassNames(const Model& model) {
  const auto text = model.ReadFile("detail.json");
  if (!text) return {};
  const auto json = ParseJson(AsText(*text), "detail.json");
  if (!json || !json->is_object()) return {};
  const auto it = json->find("classes");
  if (it == json->end() || !it->is_array()) return {};
  std::vector<std::string> names;
  for (const auto& name : *it) names.push_back(name.is_string() ? name.get<std::string>() : "");
  return names;
}

std::string LabelText(const Classification& label, const std::vector<std::string>& names) {
  const auto id = static_cast<size_t>(label.label_id);
  const auto name = id < names.size() && !names[id].empty() ? " " + names[id] : std::string();
  return fmt::format("label {}{}  score {:.4f}", label.label_id, name, label.score);
}

Json ToJson(const Value& value) {
  if (value.is_list()) {
    Json list = Json::array();
    for (const Value& item : value.list()) list.push_back(ToJson(item));
    return list;
  }
  switch (value.kind()) {
    case Kind::kClassification:
      return {{"label_id", value.classification().label_id},
              {"score", value.classification().score}};
    case Kind::kDetection: {
      const auto& box = value.detection().bbox;
      return {{"label_id", value.detection().label_id},
              {"score", value.detection().score},
              {"bbox", {box.left, box.top, box.right, box.bottom}}};
    }
    default:
      return Describe(value);
  }
}

std::vector<std::string> Lines(const Value& result, const std::vector<std::string>& names) {
  std::vector<std::string> lines;
  if (!result.is_list()) return {DumpJson(ToJson(result))};
  for (const Value& item : result.list()) {
    const bool label = !item.is_list() && item.kind() == Kind::kClassification;
    lines.push_back(label ? LabelText(item.classification(), names) : DumpJson(ToJson(item)));
  }
  return lines;
}

Result<void> WritePicture(const InferArgs& args, const std::string& path, const cv::Mat& image,
                          const std::vector<std::string>& lines) {
  std::error_code error;
  fs::create_directories(args.out, error);
  const auto name = fs::path(path).stem().string() + "_result.png";
  const auto target = (fs::path(args.out) / name).string();
  MMDEPLOY_TRYV(WriteImage(target, WithCaption(image, lines)));
  if (!args.json) Print("  picture: {}\n", target);
  return {};
}

Result<int> Infer(const InferArgs& args) {
  MMDEPLOY_TRY(const auto model, args.model.LoadModel());
  MMDEPLOY_TRY(const auto pipeline, args.model.LoadPipeline(model));
  const auto names = ClassNames(*model);
  const Decoding decoding = DecodingOf(model->pipeline());
  Json all = Json::array();
  for (const auto& path : args.images) {
    MMDEPLOY_TRY(const cv::Mat mat, ReadImage(path, decoding));
    if (!args.json) Print("{}\n", path);
    StepTimer timer;
    auto outputs =
        pipeline->Run({Value(Value::List{Value(View(mat))})}, args.profile ? &timer : nullptr);
    if (!outputs) return MakeError(outputs.error().In(fmt::format("image '{}'", path)));
    const Value& result = (*outputs)[0].list().at(0);
    const auto lines = Lines(result, names);
    if (args.json) {
      all.push_back({{"image", path}, {"result", ToJson(result)}});
      if (args.profile) all.back()["steps"] = timer.steps;
    } else {
      timer.Print();
    }
    for (const auto& line : lines) {
      if (!args.json) Print("  {}\n", line);
    }
    if (!args.out.empty()) MMDEPLOY_TRYV(WritePicture(args, path, mat, lines));
  }
  if (args.json) Print("{}\n", DumpJson(all, 2));
  return 0;
}

}  // namespace

void AddInfer(CLI::App* app, int* status) {
  auto args = std::make_shared<InferArgs>();
  args->model.Add(app);
  app->add_option("images", args->images, "image files")->required();
  app->add_option("--out", args->out, "folder for pictures that show the results");
  app->add_flag("--json", args->json, "print the results as JSON");
  app->add_flag("--profile", args->profile, "print how long each step took");
  app->callback([args, status] {
    *status = args->model.isolated.Run(args->model.path, [&] {
      const auto done = Infer(*args);
      return done ? *done : Report(done.error());
    });
  });
}

}  // namespace mmdeploy::cli
