#include <cstdint>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"
#include "mmdeploy/op/ncnn_params.h"

// Layers of our own (see layers/) and operators of mmdeploy.

namespace mmdeploy::ncnn {
namespace {

ParamRule OpParam(int id, const op::AttrDef& def) {
  const char* name = def.name.c_str();
  if (def.type == op::AttrType::kString) {
    return Int(id, name, 0, static_cast<double>(def.words.size()) - 1);
  }
  constexpr ParamRule::Kind kKinds[] = {ParamRule::kInt, ParamRule::kFloat, ParamRule::kInt,
                                        ParamRule::kInts, ParamRule::kFloats};
  return {id, name, kKinds[static_cast<size_t>(def.type)], def.min, def.max};
}

// What a file may say about an operator; the layer itself checks the rest.
LayerRow OpRow(const op::OpDef& op) {
  LayerRow row{op.names.front().type.c_str(), {0, 0}, {0, 0}, {}};
  for (const auto& input : op.inputs) {
    row.inputs.min += input.presence != op::Presence::kOptional;
    row.inputs.max += input.presence == op::Presence::kVariadic ? kMany : 1;
  }
  for (const auto& output : op.outputs) {
    row.outputs.min += !output.optional;
    row.outputs.max += 1;
  }
  for (size_t i = 0; i < op.attributes.size(); ++i) {
    row.params.push_back(OpParam(static_cast<int>(i), op.attributes[i]));
  }
  constexpr double kBits = 1 << 16;
  row.params.push_back(Int(op::kNcnnInputsWithoutBatch, "inputs_without_batch", 0, kBits));
  row.params.push_back(Int(op::kNcnnOutputsWithoutBatch, "outputs_without_batch", 0, kBits));
  return row;
}

std::vector<BlobShape> SecondShape(const ParamLayer&, Shapes in) { return {in[1]}; }

std::vector<BlobShape> GatherShape(const ParamLayer& layer, Shapes in) {
  const int axis = ResolveAxis(in[0], layer.Int(0, 0));
  if (axis < 0 || in[1].rank != 1) return {BlobShape()};
  std::vector<int64_t> dims;
  for (int i = 0; i < in[0].rank; ++i) {
    dims.push_back(i == axis ? in[1].w : in[0].dims()[static_cast<size_t>(i)]);
  }
  return {ShapeOf(dims)};
}

}  // namespace

Rows custom_rows() {
  Rows rows = {
      {"Compare",
       {2, 2},
       {},
       {Int(0, "comparison", 0, 5), Flag(1, "whole")},
       {1, 4},
       nullptr,
       nullptr,
       BroadcastShape,
       nullptr},
      {"ConstantOfShape", {}, {}, {Float(0, "value")}, {1, 4}, nullptr, nullptr, nullptr, nullptr},
      {"Expand", {2, 2}, {}, {}, {1, 4}, nullptr, nullptr, nullptr, nullptr},
      {"Gather", {2, 2}, {}, {Axis(0)}, {1, 4}, nullptr, nullptr, GatherShape, nullptr},
      {"GatherElements", {2, 2}, {}, {Axis(0)}, {1, 4}, nullptr, nullptr, SecondShape, nullptr},
      {"IntegerDiv", {2, 2}, {}, {}, {1, 4}, nullptr, nullptr, BroadcastShape, nullptr},
      {"ScatterElements", {3, 3}, {}, {Axis(0)}, {1, 4}, nullptr, nullptr, SameShape, nullptr},
      {"Mod", {2, 2}, {}, {Flag(0, "fmod")}, {1, 4}, nullptr, nullptr, BroadcastShape, nullptr},
      {"Pow", {2, 2}, {}, {}, {1, 4}, nullptr, nullptr, BroadcastShape, nullptr},
      {"Shape", {}, {}, {}, {1, 4}, nullptr, nullptr, nullptr, nullptr},
      {"TensorSlice",
       {},
       {},
       {Offsets(0, "starts"), Offsets(1, "ends"), Axes(2), Offsets(3, "steps")},
       {1, 4},
       nullptr,
       nullptr,
       nullptr,
       nullptr},
      {"TopK",
       {1, 2},
       {1, 2},
       {Axis(0), Flag(1, "largest"), Flag(2, "sorted"), Flag(3, "keep_dims")},
       {1, 4},
       nullptr,
       nullptr,
       nullptr,
       nullptr},
      {"Where", {3, 3}, {}, {}, {1, 4}, nullptr, nullptr, BroadcastShape, nullptr},
  };
  for (const auto& op : op::Ops()) rows.push_back(OpRow(op));
  return rows;
}

}  // namespace mmdeploy::ncnn
