#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// Finds small groups of nodes by what they compute. A pattern is written as calls, one per line, in
// the order in which they run; the last line is the root, from which the search starts:
//
//   s = HardSigmoid<alpha=0.16666667, beta=0.5>(x)
//   y = Mul(x, s)
//
// Names stand for values: one name is one value wherever it occurs. A call may stand in place of a
// name: `y = Mul(x, HardSigmoid(x))`.
//
//   calls       `Op(..)`         an operator of the ONNX domain, `domain::Op(..)` of another
//               `Add|Sub(..)`    any of these operators
//               `Cast?(x)`       this call, or x itself
//               `a, b = Split(x)`    several outputs; an output without a name must have no uses
//   attributes  `<axis=1, perm=[0,2,1], mode="linear">`  equal, floats up to rounding
//               `<axis=-1?>`     equal or absent
//   inputs      `x`              any value; `_` any value that needs no name
//               `b?`, `_?`       a value, or an input that is left out
//               `const w`        a constant; `const w?`
//               `0.5`            a constant of one element, equal up to rounding of its type
//               `[0, -1]`        a constant of integers
//               `...`            any further inputs; without it the count must agree
//   `shared s = Shape(x)`        s may have other users: the rewrite leaves it in place
//
// The operands of commutative operators with two inputs match in both orders. All calls but those
// marked `shared` and those whose outputs nothing in the pattern reads (the results) must be used
// inside the match only, and outputs of a graph are uses. All nodes of a match are in one graph.
// A result that is not the root is found among the users of what was found before.

namespace mmdeploy::graph {

class Match {
 public:
  // The value with this name; nullptr if it was left out.
  Value* operator[](std::string_view name) const;
  // The node that matched the call with this name; nullptr if the call was passed over.
  Node* node(std::string_view name) const;
  Node* root() const { return nodes_.front(); }
  Graph* graph() const { return root()->graph(); }
  // All nodes, the root first.
  const std::vector<Node*>& nodes() const { return nodes_; }

 private:
  friend class Pattern;

  std::vector<std::pair<std::string, Value*>> values_;
  std::vector<std::pair<std::string, Node*>> calls_;
  std::vector<Node*> nodes_;
};

class Pattern {
 public:
  // Errors: kInvalidArgument with line, column, what was found and what is allowed.
  static Result<Pattern> Parse(std::string_view text);

  // The operators that its root may be.
  const std::vector<std::string>& root_ops() const;
  const std::string& root_domain() const;

  // The match whose root is this node.
  std::optional<Match> At(Node* root) const;

  // --- the parsed form, for the matcher ---
  struct Attribute {
    std::string name;
    std::variant<double, std::string, std::vector<double>> value;
    bool or_absent = false;
  };
  struct Input {
    enum Kind { kAny, kName, kConstant, kNumber, kInts, kCall, kNone };
    Kind kind = kAny;
    bool optional = false;
    size_t index = 0;   // kName, kConstant: of the name; kCall: of the call
    size_t output = 0;  // kCall: which output
    double number = 0;
    std::vector<int64_t> ints;
  };
  struct Call {
    std::vector<std::string> ops;
    std::string domain;
    std::vector<Attribute> attributes;
    std::vector<Input> inputs;
    std::vector<std::string> outputs;
    bool rest = false;      // `...`
    bool optional = false;  // `Op?(..)`
    bool shared = false;
    bool result = true;  // no call of the pattern reads it
  };
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  friend class PatternParser;

  std::vector<Call> calls_;         // the root last
  std::vector<std::string> names_;  // of values that no call makes
};

// What to do with a match. Answers whether it changed something.
struct Rule {
  std::string_view pattern;
  std::function<bool(const Match&)> rewrite;
};

// Lets all users of the root's only output read `value`, then removes the nodes of the match that
// nothing uses any more. The type of the output is kept if that of `value` is unknown.
void Replace(const Match& match, Value* value);

// Applies rules to all nodes of the model, the first rule that matches and changes something wins,
// until none does. Rules are looked up by their root's operator. Rewrites may erase nodes of their
// match only. Answers the number of changes. Errors: those of Pattern::Parse.
Result<int64_t> Rewrite(Model* model, const std::vector<Rule>& rules);

}  // namespace mmdeploy::graph
