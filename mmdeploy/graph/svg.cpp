#include "mmdeploy/graph/svg.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mmdeploy/graph/text.h"

// Layers as in Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
// structures" (1981): the longest path gives the layer, long edges pass through points of their own
// in each layer between, barycentres give the order within a layer.

namespace mmdeploy::graph {

namespace {

constexpr double kLine = 14, kPadding = 6, kGapX = 18, kGapY = 36, kCharacter = 6.3;
constexpr int kSweeps = 6;
// Longer edges are drawn straight: points in every layer would take too much memory.
constexpr size_t kMaxSpan = 64;

// A box, or (without lines) a point that an edge passes through.
struct Item {
  std::vector<std::string> lines;
  std::string tooltip;
  const char* color = "#fff";
  size_t layer = 0;
  double order = 0, x = 0, y = 0, width = 1, height = 1;
  std::vector<size_t> above, below;
};

struct Edge {
  std::vector<size_t> items;  // from, points between, to
  std::string label;
};

std::string Escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (static_cast<unsigned char>(c) >= 32 || c == '\n') {
      escaped += c;
    }
  }
  return escaped;
}

std::string Cut(const std::string& text, size_t size) {
  return text.size() <= size ? text : text.substr(0, size - 1) + "~";
}

const char* ColorOf(const Node& node) {
  static const std::unordered_map<std::string, const char*> kColors = {
      {"Conv", "#cfe2f3"},    {"ConvTranspose", "#cfe2f3"},
      {"Gemm", "#cfe2f3"},    {"MatMul", "#cfe2f3"},
      {"LSTM", "#cfe2f3"},    {"GRU", "#cfe2f3"},
      {"Relu", "#f4cccc"},    {"Sigmoid", "#f4cccc"},
      {"Clip", "#f4cccc"},    {"Softmax", "#f4cccc"},
      {"MaxPool", "#d9ead3"}, {"AveragePool", "#d9ead3"},
      {"Reshape", "#fff2cc"}, {"Transpose", "#fff2cc"},
      {"Concat", "#fff2cc"},  {"Slice", "#fff2cc"},
      {"Gather", "#fff2cc"},  {"Shape", "#fff2cc"},
      {"Resize", "#d9ead3"},  {"If", "#ead1dc"},
      {"Loop", "#ead1dc"}};
  if (!node.domain().empty()) return "#fce5cd";
  const auto found = kColors.find(node.op());
  return found == kColors.end() ? "#eeeeee" : found->second;
}

Item MakeBox(const Node& node) {
  Item item;
  item.lines.push_back(node.op());
  PrintOptions options;
  options.max_elements = 4;
  for (const Attribute& attribute : node.attributes()) {
    const std::string text = PrintText(attribute.value, options);
    item.lines.push_back(
        Cut(fmt::format("{} {}", attribute.name, text.substr(text.find('=') + 1)), 34));
  }
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const Value* value = node.input(i);
    if (value && value->constant()) item.lines.push_back(Cut("const " + Name(value->type), 34));
  }
  item.tooltip = Describe(node) + "\n" + Cut(PrintText(node, options), 2000);
  item.color = ColorOf(node);
  return item;
}

class Layout {
 public:
  explicit Layout(const Graph& graph) {
    AddBoxes(graph);
    AddEdges(graph);
    Order();
    Place();
  }

  std::string Draw() const;

 private:
  void AddBoxes(const Graph& graph);
  void AddEdges(const Graph& graph);
  void Connect(size_t from, size_t to, std::string label);
  void Order();
  void Place();
  std::string DrawEdge(const Edge& edge) const;
  std::string DrawBox(const Item& item) const;

  std::vector<Item> items_;
  std::vector<Edge> edges_;
  std::vector<std::vector<size_t>> layers_;
  std::unordered_map<const Value*, size_t> makers_;
  std::unordered_map<const Node*, size_t> boxes_;
  double width_ = 0, height_ = 0;
};

// Values of the outermost graph that a node reads, in inner graphs too.
std::vector<const Value*> ReadValues(const Graph& graph, const Node& node) {
  std::vector<const Value*> values;
  auto visit = [&](const Node& reader) {
    for (size_t i = 0; i < reader.num_inputs(); ++i) {
      const Value* value = reader.input(i);
      if (value && value->graph() == &graph && !value->constant()) values.push_back(value);
    }
  };
  visit(node);
  for (Graph* inner : node.Subgraphs()) {
    ForEachNode(inner, [&](Node* reader) { visit(*reader); });
    visit(*inner->result());
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

void Layout::AddBoxes(const Graph& graph) {
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    const Value* input = graph.input(i);
    makers_[input] = items_.size();
    Item item;
    item.lines = {input->name(), Name(input->type)};
    item.color = "#d0e0e3";
    items_.push_back(std::move(item));
  }
  for (Node* node : graph.Nodes()) {
    Item item = MakeBox(*node);
    for (const Value* value : ReadValues(graph, *node)) {
      item.layer = std::max(item.layer, items_[makers_[value]].layer + 1);
    }
    boxes_[node] = items_.size();
    for (size_t i = 0; i < node->num_outputs(); ++i) makers_[node->output(i)] = items_.size();
    items_.push_back(std::move(item));
  }
}

void Layout::Connect(size_t from, size_t to, std::string label) {
  Edge edge{{from}, std::move(label)};
  const bool is_long = items_[to].layer > items_[from].layer + kMaxSpan;
  for (size_t layer = items_[from].layer + 1; !is_long && layer < items_[to].layer; ++layer) {
    Item point;
    point.layer = layer;
    edge.items.push_back(items_.size());
    items_.push_back(std::move(point));
  }
  edge.items.push_back(to);
  for (size_t i = 0; i + 1 < edge.items.size(); ++i) {
    items_[edge.items[i]].below.push_back(edge.items[i + 1]);
    items_[edge.items[i + 1]].above.push_back(edge.items[i]);
  }
  edges_.push_back(std::move(edge));
}

void Layout::AddEdges(const Graph& graph) {
  std::unordered_set<const Value*> labelled;
  for (Node* node : graph.Nodes()) {
    for (const Value* value : ReadValues(graph, *node)) {
      const bool is_first = labelled.insert(value).second;
      Connect(makers_[value], boxes_[node], is_first ? Name(value->type) : "");
    }
  }
  size_t last = 0;
  for (const Item& item : items_) last = std::max(last, item.layer + 1);
  for (size_t i = 0; i < graph.num_outputs(); ++i) {
    const Value* value = graph.output(i);
    if (!makers_.count(value)) continue;  // a constant
    Item item;
    item.lines = {graph.output_name(i), Name(value->type)};
    item.color = "#d0e0e3";
    item.layer = last;
    items_.push_back(std::move(item));
    Connect(makers_[value], items_.size() - 1, "");
  }
}

void Layout::Order() {
  size_t last = 0;
  for (const Item& item : items_) last = std::max(last, item.layer);
  layers_.resize(last + 1);
  for (size_t i = 0; i < items_.size(); ++i) {
    items_[i].order = static_cast<double>(layers_[items_[i].layer].size());
    layers_[items_[i].layer].push_back(i);
  }
  std::vector<double> keys(items_.size());
  auto sweep = [&](std::vector<size_t>& layer, bool down) {
    for (size_t i : layer) {
      const std::vector<size_t>& near = down ? items_[i].above : items_[i].below;
      double sum = 0;
      for (size_t other : near) sum += items_[other].order;
      keys[i] = near.empty() ? items_[i].order : sum / static_cast<double>(near.size());
    }
    std::stable_sort(layer.begin(), layer.end(),
                     [&](size_t a, size_t b) { return keys[a] < keys[b]; });
    for (size_t i = 0; i < layer.size(); ++i) items_[layer[i]].order = static_cast<double>(i);
  };
  for (int round = 0; round < kSweeps; ++round) {
    for (auto& layer : layers_) sweep(layer, true);
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) sweep(*layer, false);
  }
}

void Layout::Place() {
  std::vector<double> widths;
  double y = kGapY;
  for (const auto& layer : layers_) {
    double x = kGapX, height = 0;
    for (size_t i : layer) {
      Item& item = items_[i];
      for (const std::string& line : item.lines) {
        item.width = std::max(item.width, kCharacter * static_cast<double>(line.size()));
      }
      if (!item.lines.empty()) {
        item.width += 2 * kPadding;
        item.height = kLine * static_cast<double>(item.lines.size()) + 2 * kPadding;
      }
      item.x = x;
      item.y = y;
      x += item.width + kGapX;
      height = std::max(height, item.height);
    }
    for (size_t i : layer) {  // points go through their layer
      if (items_[i].lines.empty()) items_[i].height = height;
    }
    widths.push_back(x);
    width_ = std::max(width_, x);
    y += height + kGapY;
  }
  height_ = y;
  for (size_t l = 0; l < layers_.size(); ++l) {
    for (size_t i : layers_[l]) items_[i].x += (width_ - widths[l]) / 2;
  }
}

std::string Layout::DrawEdge(const Edge& edge) const {
  const Item* from = &items_[edge.items.front()];
  std::string path =
      fmt::format("M{:.0f},{:.0f}", from->x + from->width / 2, from->y + from->height);
  for (size_t i = 1; i < edge.items.size(); ++i) {
    const Item* to = &items_[edge.items[i]];
    const double x0 = from->x + from->width / 2, y0 = from->y + from->height;
    const double x1 = to->x + to->width / 2, middle = (y0 + to->y) / 2;
    path += fmt::format("C{:.0f},{:.0f} {:.0f},{:.0f} {:.0f},{:.0f}", x0, middle, x1, middle, x1,
                        to->y);
    if (to->lines.empty()) path += fmt::format("V{:.0f}", to->y + to->height);
    from = to;
  }
  const Item& first = items_[edge.items.front()];
  std::string svg =
      fmt::format("<path d=\"{}\"><title>{}</title></path>\n", path, Escape(edge.label));
  if (!edge.label.empty()) {
    svg +=
        fmt::format("<text class=\"e\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n",
                    first.x + first.width / 2 + 3, first.y + first.height + 11, Escape(edge.label));
  }
  return svg;
}

std::string Layout::DrawBox(const Item& item) const {
  std::string svg = fmt::format(
      "<g><title>{}</title><rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" "
      "rx=\"4\" fill=\"{}\"/>\n",
      Escape(item.tooltip), item.x, item.y, item.width, item.height, item.color);
  for (size_t i = 0; i < item.lines.size(); ++i) {
    svg +=
        fmt::format("<text{} x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n", i == 0 ? " class=\"t\"" : "",
                    item.x + kPadding, item.y + kPadding + 11 + kLine * static_cast<double>(i),
                    Escape(item.lines[i]));
  }
  return svg + "</g>\n";
}

std::string Layout::Draw() const {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\">\n<style>text{{font:10px monospace;fill:#222}}"
      ".t{{font-weight:bold}}.e{{fill:#888;font-size:8px}}path{{fill:none;stroke:#999}}"
      "rect{{stroke:#666}}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      width_, height_);
  for (const Edge& edge : edges_) svg += DrawEdge(edge);
  for (const Item& item : items_) {
    if (!item.lines.empty()) svg += DrawBox(item);
  }
  return svg + "</svg>\n";
}

}  // namespace

Result<std::string> ToSvg(const Model& model, const SvgOptions& options) {
  MMDEPLOY_ENSURE(
      model.graph()->num_nodes() <= options.max_nodes, Code::kOutOfRange,
      "the graph has {} nodes, a picture shows up to {}; extract a part of it, or print "
      "it as text",
      model.graph()->num_nodes(), options.max_nodes);
  return Layout(*model.graph()).Draw();
}

}  // namespace mmdeploy::graph
