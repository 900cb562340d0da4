#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "mmdeploy/base/file.h"
#include "mmdeploy/base/printable.h"
#include "mmdeploy/cli/command.h"
#include "mmdeploy/cli/image_io.h"
#include "mmdeploy/task/draw.h"
#include "mmdeploy/task/json.h"
#include "mmdeploy/task/text.h"

namespace mmdeploy::cli {
namespace fs = std::filesystem;
namespace {

struct InferArgs {
  ModelArgs model;
  std::vector<std::string> images;
  std::string out;
  float draw_threshold = Style{}.min_score;
  bool json = false;
  bool profile = false;
};

// Notes how long each step took.
class StepTimer : public RunObserver {
 public:
  void OnStep(const Step& step, std::chrono::nanoseconds duration, Span<const Value>) override {
    const double milliseconds = static_cast<double>(duration.count()) / 1e6;
    steps.push_back({{"name", step.title}, {"ms", milliseconds}});
  }

  void Print() const {
    for (const auto& step : steps) {
      cli::Print("  {:<16} {:>9.3f} ms\n", step["name"].get<std::string>(),
                 step["ms"].get<double>());
    }
  }

  Json steps = Json::array();
};

// Names and colours of the labels, which the converter notes in detail.json; both may be missing.
Style ReadStyle(const Model& model) {
  Style style;
  const auto text = model.ReadFile("detail.json");
  if (!text) return style;
  const auto json = ParseJson(AsText(*text), "detail.json");
  if (!json || !json->is_object()) return style;
  JsonReader reader(*json, JsonPath("detail.json"), nullptr);
  reader.AcceptAnyKey();
  std::vector<std::vector<int>> palette;
  reader.Read("classes", &style.names);
  reader.Read("palette", &palette);
  for (const auto& colour : palette) {
    if (colour.size() != 3) return style;
    auto& bytes = style.palette.emplace_back();
    std::transform(colour.begin(), colour.end(), bytes.begin(),
                   [](int level) { return static_cast<uint8_t>(std::clamp(level, 0, 255)); });
  }
  return style;
}

// The lines of a file that says what the numbers in a picture stand for.
std::string LegendText(const std::vector<std::string>& legend) {
  std::string text;
  for (size_t i = 0; i < legend.size(); ++i) {
    std::string line = legend[i];
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    text += fmt::format("[{}] {}\n", i + 1, Printable(line));
  }
  return text;
}

// Says on standard error, which is not part of the results, what a picture does not show.
void ReportHidden(const InferArgs& args, const std::string& path, const Picture& picture) {
  std::string what;
  const auto add = [&what](int count, const char* one, const char* many) {
    if (count == 0) return;
    what += fmt::format("{}{} {}", what.empty() ? "" : " and ", count, count == 1 ? one : many);
  };
  add(picture.hidden_objects, "object", "objects");
  add(picture.hidden_points, "point", "points");
  if (what.empty()) return;
  std::fflush(stdout);
  PrintTo(stderr, fmt::format("{}: {} with a score below {} not drawn, see --draw-threshold\n",
                              path, what, args.draw_threshold));
}

Result<void> WritePicture(const InferArgs& args, const std::string& path, const cv::Mat& image,
                          const std::vector<Value>& results, const std::vector<EdgeType>& types,
                          const Style& style) {
  std::error_code error;
  fs::create_directories(args.out, error);
  const auto target = (fs::path(args.out) / fs::path(path).stem()).string() + "_result";
  const Picture picture = Draw(image, results, types, style);
  MMDEPLOY_TRYV(WriteImage(target + ".png", picture.pixels));
  if (!args.json) Print("  picture: {}\n", target + ".png");
  ReportHidden(args, path, picture);
  if (picture.legend.empty()) return {};
  MMDEPLOY_TRYV(WriteFile(target + ".txt", LegendText(picture.legend)));
  if (!args.json) Print("  its texts: {}\n", target + ".txt");
  return {};
}

Result<int> Infer(const InferArgs& args) {
  MMDEPLOY_TRY(const auto model, args.model.LoadModel());
  MMDEPLOY_TRY(const auto pipeline, args.model.LoadPipeline(model));
  Style style = ReadStyle(*model);
  style.min_score = args.draw_threshold;
  const Decoding decoding = DecodingOf(model->pipeline());
  Json all = Json::array();
  for (const auto& path : args.images) {
    MMDEPLOY_TRY(const cv::Mat mat, ReadImage(path, decoding));
    if (!args.json) Print("{}\n", path);
    StepTimer timer;
    auto outputs =
        pipeline->Run({Value(Value::List{Value(View(mat))})}, args.profile ? &timer : nullptr);
    if (!outputs) return MakeError(outputs.error().In(fmt::format("image '{}'", path)));
    std::vector<Value> results;
    for (size_t i = 0; i < outputs->size(); ++i) {
      // A list of what all images have together is that of the only image.
      const bool per_image = pipeline->output_types()[i].length == Length::kItems;
      results.push_back(per_image ? (*outputs)[i].list().at(0) : (*outputs)[i]);
    }
    if (args.json) {
      all.push_back({{"image", path}, {"result", ToJson(results[0])}});
      for (size_t i = 0; results.size() > 1 && i < results.size(); ++i) {
        all.back()["results"][pipeline->outputs()[i]] = ToJson(results[i]);
      }
      if (args.profile) all.back()["steps"] = timer.steps;
    } else {
      timer.Print();
    }
    if (!args.json) {
      const auto lines = SummarizeAll(results, style.names);
      for (const auto& line : lines) Print("  {}\n", line);
      if (lines.empty()) Print("  nothing found\n");
    }
    if (!args.out.empty())
      MMDEPLOY_TRYV(WritePicture(args, path, mat, results, pipeline->output_types(), style));
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
  app->add_option("--draw-threshold", args->draw_threshold,
                  "objects and key points with a lower score are not drawn")
      ->capture_default_str();
  app->add_flag("--json", args->json, "print the results as JSON");
  app->add_flag("--profile", args->profile, "print how long each step took");
  app->callback([args, status] {
    *status = args->model.isolated.Run(args->model.path, [&] {
      const auto done = Infer(*args);
      return done ? *done : args->model.isolated.Report(done.error());
    });
  });
}

}  // namespace mmdeploy::cli
