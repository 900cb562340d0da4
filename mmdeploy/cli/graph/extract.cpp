#include "mmdeploy/graph/extract.h"

#include "mmdeploy/cli/graph/graph.h"
#include "mmdeploy/graph/save.h"

namespace mmdeploy::cli {
namespace {

struct ExtractArgs {
  GraphArgs graph;
  std::string output;
  std::vector<std::string> start, end;
};

// "value", "value=new_name", or the marks of "func[1]:input".
Result<std::vector<graph::Cut>> FindCuts(const graph::Model& model,
                                         const std::vector<std::string>& places, bool after) {
  std::vector<graph::Cut> cuts;
  for (const std::string& place : places) {
    if (graph::ParseMarker(place)) {
      MMDEPLOY_TRY(auto marked, FindMarks(model, place, after));
      cuts.insert(cuts.end(), marked.begin(), marked.end());
      continue;
    }
    const size_t equals = place.rfind('=');
    cuts.push_back({place.substr(0, equals), equals == place.npos ? "" : place.substr(equals + 1)});
  }
  return cuts;
}

// What "value=new_name" has renamed, for those who did not mean that.
void PrintNewNames(const ExtractArgs& args) {
  for (const auto* places : {&args.start, &args.end}) {
    for (const std::string& place : *places) {
      const size_t equals = place.rfind('=');
      if (graph::ParseMarker(place) || equals == place.npos) continue;
      PrintBeside(args.output, "note: '{}' is called '{}' in the part\n", place.substr(0, equals),
                  place.substr(equals + 1));
    }
  }
}

Result<int> RunExtract(const ExtractArgs& args) {
  MMDEPLOY_TRY(const auto model, args.graph.Load());
  MMDEPLOY_TRY(auto starts, FindCuts(*model, args.start, false));
  MMDEPLOY_TRY(auto ends, FindCuts(*model, args.end, true));
  const graph::Graph& whole = *model->graph();
  for (size_t i = 0; args.start.empty() && i < whole.num_inputs(); ++i) {
    starts.push_back({whole.input(i)->name(), ""});
  }
  for (size_t i = 0; args.end.empty() && i < whole.num_outputs(); ++i) {
    ends.push_back({whole.output_name(i), ""});
  }
  MMDEPLOY_TRY(const auto report, Extract(model.get(), starts, ends));
  graph::RemoveMarks(model.get());
  MMDEPLOY_TRYV(SaveModel(*model, args.output));
  PrintNewNames(args);
  for (const std::string& name : report.redundant_inputs) {
    PrintBeside(args.output, "note: input '{}' does not influence the outputs\n", name);
  }
  PrintBeside(args.output, "{}: {} nodes, {} inputs, {} outputs\n", args.output, whole.num_nodes(),
              whole.num_inputs(), whole.num_outputs());
  return 0;
}

}  // namespace

void AddGraphExtract(CLI::App* app, int* status) {
  auto args = std::make_shared<ExtractArgs>();
  args->graph.Add(app);
  app->add_option("output", args->output, "ONNX file to write")->required();
  app->add_option("--start", args->start,
                  "inputs of the part: values (value=new_name renames), or marks as func:input; "
                  "default: those of the model");
  app->add_option("--end", args->end,
                  "outputs of the part, in the same way; default: those of the model");
  OnCall(app, args, RunExtract, status);
}

namespace {

struct SetOutputArgs {
  GraphArgs graph;
  std::string output;
  std::vector<std::string> values;
  bool add = false;
};

Result<int> RunSetOutput(const SetOutputArgs& args) {
  MMDEPLOY_TRY(const auto model, args.graph.Load());
  MMDEPLOY_TRY(const auto cuts, FindCuts(*model, args.values, true));
  MMDEPLOY_TRYV(SetOutputs(model.get(), cuts, args.add));
  MMDEPLOY_TRYV(SaveModel(*model, args.output));
  PrintBeside(args.output, "{}: {} outputs\n", args.output, model->graph()->num_outputs());
  return 0;
}

}  // namespace

void AddGraphSetOutput(CLI::App* app, int* status) {
  auto args = std::make_shared<SetOutputArgs>();
  args->graph.Add(app);
  app->add_option("output", args->output, "ONNX file to write")->required();
  app->add_option("values", args->values, "values (value=new_name renames), or marks")->required();
  app->add_flag("--add", args->add, "keep the present outputs, e.g. to debug");
  OnCall(app, args, RunSetOutput, status);
}

}  // namespace mmdeploy::cli
