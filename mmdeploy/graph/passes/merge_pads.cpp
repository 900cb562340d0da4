#include <algorithm>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Lets Conv and AveragePool pad by themselves:
//
//   a = Pad(x, {0,0,1,1,0,0,1,1})        y = Conv<pads=[1,1,1,1]>(x, w)
//   y = Conv(a, w)
//
// Zeros on spatial dimensions only. An AveragePool must count its padding, or have had none.

namespace mmdeploy::graph {

namespace {

// The pads of spatial dimensions, begins before ends; nullopt if the Pad does more than that.
std::optional<std::vector<int64_t>> SpatialZeros(const Node& pad) {
  const auto pads = IntsOf(pad, "pads", 1);
  if (!pads || pads->size() % 2 != 0 || pads->size() < 6 || pad.input(3)) return std::nullopt;
  if (pad.Float("value", 0) != 0 || (pad.input(2) && !IsFilledWith(pad.input(2), 0))) {
    return std::nullopt;
  }
  const size_t rank = pads->size() / 2;
  std::vector<int64_t> spatial;
  for (size_t i = 0; i < pads->size(); ++i) {
    if ((*pads)[i] < 0) return std::nullopt;
    if (i % rank >= 2) {
      spatial.push_back((*pads)[i]);
    } else if ((*pads)[i] != 0) {
      return std::nullopt;
    }
  }
  return spatial;
}

bool Merge(const Match& match) {
  Node* user = match.root();
  const auto added = SpatialZeros(*match.node("a"));
  if (!added || user->String("auto_pad", "NOTSET") != "NOTSET") return false;
  std::vector<int64_t> pads = user->Ints("pads", std::vector<int64_t>(added->size(), 0));
  if (pads.size() != added->size()) return false;
  if (user->op() == "AveragePool") {
    const bool had_none = std::all_of(pads.begin(), pads.end(), [](int64_t p) { return p == 0; });
    const bool counts = user->Int("count_include_pad", 0) != 0;
    if ((!counts && !had_none) || user->Int("ceil_mode", 0) != 0) return false;
  }
  const std::vector<int64_t> kernel = user->Ints("kernel_shape");
  for (size_t i = 0; i < pads.size(); ++i) {
    pads[i] += (*added)[i];
    if (user->op() != "AveragePool") continue;
    // Engines refuse a window that lies in the padding alone.
    if (i % (pads.size() / 2) >= kernel.size() || pads[i] >= kernel[i % (pads.size() / 2)]) {
      return false;
    }
  }
  if (user->op() == "AveragePool") user->Set("count_include_pad", int64_t{1});
  user->Set("pads", std::move(pads));
  user->SetInput(0, match["x"]);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {
                            {"a = Pad<mode=\"constant\"?>(x, ...)  y = Conv(a, ...)", Merge},
                            {"a = Pad<mode=\"constant\"?>(x, ...)  y = AveragePool(a)", Merge},
                        });
}

}  // namespace

Pass merge_pads_pass() { return {"merge_pads", "let Conv and AveragePool pad by themselves", Run}; }

}  // namespace mmdeploy::graph
