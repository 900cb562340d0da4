#include "mmdeploy/task/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mmdeploy/task/results.h"

namespace mmdeploy {
namespace {

constexpr std::string_view kLabelField = "label_id";

std::string Numbers(const float* values, size_t count) {
  return fmt::format("{:.1f}", fmt::join(values, values + count, " "));
}

// The text of one field; "" for one that is empty.
struct FieldText {
  const Field& field;
  const std::vector<std::string>& names;

  std::string operator()(const int* value) const {
    if (field.name == kLabelField) return "label " + LabelText(*value, names);
    return fmt::format("{} {}", field.name, *value);
  }
  std::string operator()(const float* value) const {
    return fmt::format("{} {:.4f}", field.name, *value);
  }
  std::string operator()(const std::string* value) const {
    return fmt::format("{} '{}'", field.name, *value);
  }
  std::string operator()(const Rect* box) const { return Named(Numbers(&box->left, 4)); }
  std::string operator()(const RotatedBox* box) const { return Named(Numbers(box->data(), 5)); }
  std::string operator()(const Point* point) const { return Named(Numbers(&point->x, 2)); }
  std::string operator()(const Quad* quad) const { return Named(Numbers(&(*quad)[0].x, 8)); }
  std::string operator()(const std::vector<float>* values) const {
    return values->empty() ? "" : fmt::format("{} of {} numbers", field.name, values->size());
  }
  std::string operator()(const std::vector<Point>* points) const {
    return fmt::format("{} of {} points", field.name, points->size());
  }
  std::string operator()(const Tensor* tensor) const {
    return tensor->empty() ? "" : Named(Name(tensor->shape()));
  }
  std::string operator()(const Image* image) const {
    return Named(fmt::format("{}x{} {}", image->height, image->width, Name(image->format)));
  }

 private:
  std::string Named(const std::string& text) const {
    return fmt::format("{} {}", field.name, text);
  }
};

bool HoldsBoxes(const Value& results) {
  const bool has_records =
      results.is_list() && !results.list().empty() && results.list()[0].is_record();
  return has_records && HasBox(*results.list()[0].record().type);
}

}  // namespace

std::string LabelText(int label, const std::vector<std::string>& names) {
  const auto index = static_cast<size_t>(label);
  const bool named = label >= 0 && index < names.size() && !names[index].empty();
  return named ? fmt::format("{} {}", label, names[index]) : std::to_string(label);
}

std::string Summarize(const Record& record, const std::vector<std::string>& names) {
  std::string line;
  for (const Field& field : record.type->fields) {
    const std::string text = std::visit(FieldText{field, names}, record.Get(field));
    line += (line.empty() || text.empty() ? "" : "  ") + text;
  }
  return line;
}

std::vector<std::string> Summarize(const Value& results, const std::vector<std::string>& names) {
  if (results.is_record()) return {Summarize(results.record(), names)};
  if (!results.is_list()) return {Describe(results)};
  std::vector<std::string> lines;
  for (const Value& item : results.list()) {
    for (auto& line : Summarize(item, names)) lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> SummarizeAll(Span<const Value> outputs,
                                      const std::vector<std::string>& names) {
  bool pairs = std::all_of(outputs.begin(), outputs.end(), [&](const Value& value) {
    return value.is_list() && value.list().size() == outputs[0].list().size();
  });
  // Two detectors may find as many objects, but not the same.
  pairs &= std::count_if(outputs.begin(), outputs.end(), HoldsBoxes) <= 1;
  std::vector<std::string> lines;
  if (outputs.size() > 1 && pairs) {
    for (size_t i = 0; i < outputs[0].list().size(); ++i) {
      auto& line = lines.emplace_back();
      for (const Value& output : outputs) {
        const auto texts = Summarize(output.list()[i], names);
        line += fmt::format("{}{}", line.empty() ? "" : "  ", fmt::join(texts, "; "));
      }
    }
    return lines;
  }
  for (const Value& output : outputs) {
    for (auto& line : Summarize(output, names)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Caption(const Value& result, const std::vector<std::string>& names) {
  if (result.is_list()) return result.list().empty() ? "" : Caption(result.list()[0], names);
  if (!result.is_record()) return Describe(result);
  const Record& record = result.record();
  for (const Field& field : record.type->fields) {
    const FieldPointer pointer = record.Get(field);
    if (const auto* text = std::get_if<std::string*>(&pointer)) return **text;
    const auto* label = std::get_if<int*>(&pointer);
    if (label && field.name == kLabelField) return LabelText(**label, names);
  }
  return Summarize(record, names);
}

}  // namespace mmdeploy
