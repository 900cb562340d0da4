#include <algorithm>
#include <cctype>
#include <map>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/graph/fold.h"
#include "mmdeploy/graph/passes/facts.h"

// Einsum as sums, products of matrices and transposes, of one or two terms:
//
//   y = Einsum<"bhid,bhjd->bhij">(a, b)  t = Transpose<perm=[0,2,1]>(b)
//                                        y = MatMul(a, t)
//
// Stays, and is refused then: letters that occur twice in one term (diagonals), three terms and
// more, sizes that are not known.

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// The letters of one term, and the dimensions that "..." stands for as digits, the last being '0'.
struct Term {
  std::string letters;
  size_t num_extra = 0;
  bool has_dots = false;
};

std::optional<Term> ParseTerm(std::string_view text) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (term.has_dots || text.substr(i, 3) != "...") return {};
      term.has_dots = true;
      term.letters += '.';
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(text[i]))) {
      term.letters += text[i];
    } else {
      return {};
    }
  }
  return term;
}

// Puts the digits for "...".
bool Expand(size_t num_extra, Term* term) {
  if (!term->has_dots) return num_extra == 0;
  constexpr size_t kMostDigits = 10;
  if (num_extra > kMostDigits) return false;
  std::string digits;
  for (size_t i = num_extra; i-- > 0;) digits += static_cast<char>('0' + i);
  term->letters.replace(term->letters.find('.'), 1, digits);
  return true;
}

struct Equation {
  std::vector<std::string> terms;
  std::string output;
};

bool HasRepeated(std::string letters) {
  std::sort(letters.begin(), letters.end());
  return std::adjacent_find(letters.begin(), letters.end()) != letters.end();
}

// Without "->": all letters that occur once, in their order, behind what "..." stands for.
std::string ImplicitOutput(const std::vector<Term>& terms) {
  std::map<char, int> counts;
  for (const Term& term : terms) {
    for (char letter : term.letters) ++counts[letter];
  }
  std::string output = counts.count('.') ? "." : "";
  for (const auto& [letter, count] : counts) {
    if (letter != '.' && count == 1) output += letter;
  }
  return output;
}

std::optional<Equation> Parse(std::string text, const std::vector<size_t>& ranks) {
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](unsigned char c) { return std::isspace(c) != 0; }),
             text.end());
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  std::vector<Term> terms;
  for (size_t begin = 0; begin <= left.size();) {
    const size_t end = std::min(left.find(',', begin), left.size());
    auto term = ParseTerm(std::string_view(left).substr(begin, end - begin));
    if (!term) return {};
    terms.push_back(std::move(*term));
    begin = end + 1;
  }
  if (terms.size() != ranks.size()) return {};
  auto output = arrow == std::string::npos ? Term{ImplicitOutput(terms), 0, false}
                                           : ParseTerm(text.substr(arrow + 2)).value_or(Term());
  output.has_dots = output.letters.find('.') != std::string::npos;
  Equation equation;
  size_t most = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    const size_t letters = terms[i].letters.size() - terms[i].has_dots;
    if (ranks[i] < letters || !Expand(ranks[i] - letters, &terms[i])) return {};
    most = std::max(most, ranks[i] - letters);
    equation.terms.push_back(terms[i].letters);
  }
  if (!Expand(output.has_dots ? most : 0, &output)) return {};
  equation.output = output.letters;
  return equation;
}

// A value whose dimensions have letters.
struct Operand {
  Value* value = nullptr;
  std::string letters;
};

using Sizes = std::map<char, int64_t>;

bool Has(const std::string& letters, char letter) { return letters.find(letter) < letters.size(); }

class Builder {
 public:
  Builder(Node* node, Sizes sizes) : node_(node), sizes_(std::move(sizes)) {}

  // Leaves out letters of size 1: they are put back by the last Reshape.
  Operand Squeeze(Value* value, const std::string& letters) {
    Operand result = {value, ""};
    for (size_t i = 0; i < letters.size(); ++i) {
      if (graph::KnownDim(value, i) != 1) result.letters += letters[i];
    }
    return Separate(std::move(result));
  }

  // Sums over letters that neither the output nor the other operand has.
  Operand Sum(Operand x, const std::string& kept) {
    std::string rest;
    std::vector<int64_t> axes;
    for (size_t i = 0; i < x.letters.size(); ++i) {
      if (Has(kept, x.letters[i])) {
        rest += x.letters[i];
      } else {
        axes.push_back(static_cast<int64_t>(i));
      }
    }
    if (axes.empty()) return x;
    return {AddSum(x.value, axes, SizesOf(rest)), rest};
  }

  Operand Transpose(Operand x, const std::string& order) {
    if (x.letters == order) return x;
    std::vector<int64_t> perm;
    for (char letter : order) perm.push_back(static_cast<int64_t>(x.letters.find(letter)));
    return {AddTranspose(x.value, perm, node_, node_->output()->name()), order};
  }

  // The letters of each group as one dimension.
  Operand Reshape(Operand x, const std::vector<std::string>& groups) {
    Dims dims;
    std::string letters;
    for (const std::string& group : groups) {
      dims.emplace_back(SizeOf(group));
      letters += group;
    }
    if (x.value->type.dims != dims) {
      x.value = AddReshape(x.value, dims, node_, node_->output()->name());
    }
    return {x.value, letters};
  }
  // Each letter is a dimension of its own.
  Operand Separate(Operand x) {
    std::vector<std::string> groups;
    for (char letter : x.letters) groups.emplace_back(1, letter);
    return Reshape(std::move(x), groups);
  }

  // A constant without a batch has two dimensions, as the weights of layers.
  Operand Matrix(Operand x, const std::string& batch, const std::string& rows,
                 const std::string& columns) {
    if (x.value->constant() && SizeOf(batch) == 1) return Reshape(std::move(x), {rows, columns});
    return Reshape(std::move(x), {batch, rows, columns});
  }

  // Both have what is batched, multiplied and left in this order.
  Operand Multiply(Operand a, Operand b, const std::string& output) {
    std::string batch, inner, left, right;
    for (char letter : a.letters) {
      const bool in_both = Has(b.letters, letter);
      (in_both ? Has(output, letter) ? batch : inner : left) += letter;
    }
    for (char letter : b.letters) {
      if (!Has(a.letters, letter)) right += letter;
    }
    // The order of the result decides who is first.
    const auto find = [&](const std::string& letters) {
      return letters.empty() ? output.size() : output.find(letters[0]);
    };
    if (!left.empty() && !right.empty() && find(right) < find(left)) {
      std::swap(a, b);
      std::swap(left, right);
    }
    a = Matrix(Transpose(std::move(a), batch + left + inner), batch, left, inner);
    b = Matrix(Transpose(std::move(b), batch + inner + right), batch, inner, right);
    Value* product =
        node_->graph()->AddOp("MatMul", {a.value, b.value}, node_, node_->output()->name());
    product->type = node_->output()->type;
    product->type.dims = Dims{SizeOf(batch), SizeOf(left), SizeOf(right)};
    return Separate({product, batch + left + right});
  }

  Value* Finish(Operand x, const std::string& output) {
    std::string order;
    for (char letter : output) {
      if (Has(x.letters, letter)) order += letter;
    }
    x = Transpose(std::move(x), order);
    const Dims& dims = *node_->output()->type.dims;
    return x.value->type.dims == dims ? x.value
                                      : AddReshape(x.value, dims, node_, node_->output()->name());
  }

 private:
  int64_t SizeOf(const std::string& letters) const {
    int64_t size = 1;
    for (char letter : letters) size *= sizes_.at(letter);
    return size;
  }
  Dims SizesOf(const std::string& letters) const {
    Dims dims;
    for (char letter : letters) dims.emplace_back(sizes_.at(letter));
    return dims;
  }

  Value* AddSum(Value* x, const std::vector<int64_t>& axes, const Dims& dims) {
    graph::Graph* graph = node_->graph();
    const bool by_attribute = graph->model()->opset() < 13;
    std::vector<Value*> inputs = {x};
    if (!by_attribute) inputs.push_back(AddInts(graph, axes));
    Value* sum = graph->AddOp("ReduceSum", inputs, node_, node_->output()->name());
    if (by_attribute) sum->producer()->Set("axes", axes);
    sum->producer()->Set("keepdims", int64_t{0});
    sum->type = x->type;
    sum->type.dims = dims;
    return sum;
  }

  Node* node_;
  Sizes sizes_;
};

// The size of each letter, which all terms agree on (but for 1, which is repeated).
std::optional<Sizes> SizesOf(const Node& node, const Equation& equation) {
  Sizes sizes;
  for (size_t i = 0; i < equation.terms.size(); ++i) {
    for (size_t axis = 0; axis < equation.terms[i].size(); ++axis) {
      const auto size = graph::KnownDim(node.input(i), axis);
      if (!size || *size < 1) return {};
      int64_t& known = sizes.try_emplace(equation.terms[i][axis], 1).first->second;
      if (known != 1 && *size != 1 && known != *size) return {};
      known = std::max(known, *size);
    }
  }
  return sizes;
}

bool IsOutputOf(const Node& node, const Equation& equation, const Sizes& sizes) {
  const auto dims =
      node.output()->type.dims ? graph::KnownDims(*node.output()->type.dims) : std::nullopt;
  if (!dims || dims->size() != equation.output.size()) return false;
  for (size_t i = 0; i < dims->size(); ++i) {
    const auto size = sizes.find(equation.output[i]);
    if (size == sizes.end() || size->second != (*dims)[i]) return false;
  }
  return true;
}

std::optional<Equation> EquationOf(const Node& node) {
  constexpr size_t kMostTerms = 2;
  std::vector<size_t> ranks;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (!node.input(i) || !graph::Rank(node.input(i))) return {};
    ranks.push_back(*graph::Rank(node.input(i)));
  }
  if (ranks.empty() || ranks.size() > kMostTerms) return {};
  auto equation = Parse(node.String("equation", ""), ranks);
  if (!equation || HasRepeated(equation->output)) return {};
  for (const std::string& term : equation->terms) {
    if (HasRepeated(term)) return {};
  }
  return equation;
}

bool Fuse(Node* node) {
  const auto equation = EquationOf(*node);
  const auto sizes = equation ? SizesOf(*node, *equation) : std::nullopt;
  if (!sizes || !IsOutputOf(*node, *equation, *sizes)) return false;
  Builder builder(node, *sizes);
  std::vector<Operand> operands;
  for (size_t i = 0; i < equation->terms.size(); ++i) {
    operands.push_back(builder.Squeeze(node->input(i), equation->terms[i]));
  }
  Operand result = operands[0];
  if (operands.size() == 2) {
    const std::string& output = equation->output;
    operands[0] = builder.Sum(operands[0], output + operands[1].letters);
    operands[1] = builder.Sum(operands[1], output + operands[0].letters);
    result = builder.Multiply(operands[0], operands[1], output);
  }
  result = builder.Sum(std::move(result), equation->output);
  graph::ReplaceNode(node, builder.Finish(std::move(result), equation->output));
  return true;
}

}  // namespace

Result<int64_t> fuse_einsum(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) count += node->Is("Einsum") && Fuse(node);
  // Constants among the terms were transposed.
  constexpr int64_t kMostElements = int64_t{64} << 20;
  if (count > 0) MMDEPLOY_TRYV(graph::FoldConstants(model, {kMostElements}));
  return count;
}

}  // namespace mmdeploy::ncnn_convert
