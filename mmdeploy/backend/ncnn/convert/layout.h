#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// How values of ONNX lie in blobs of ncnn. A blob has up to four axes and no batch: a value of rank
// 2 and more whose first dimension is 1 leaves that one out; any other keeps all its dimensions.
// A number (rank 0) is a blob of one element.

namespace mmdeploy::ncnn_convert {

// Why a value cannot be a blob, or nothing. Asked for all values before anything else here.
Result<void> CheckBlob(const graph::Value& value);

// Whether the first dimension is left out.
bool DropsBatch(const graph::Value& value);

// Dimensions of the blob, outermost first.
graph::Dims BlobDims(const graph::Value& value);
size_t BlobRank(const graph::Value& value);

// Whether two values surely are blobs of the same dimensions.
bool SameBlob(const graph::Value& a, const graph::Value& b);

// Whether the value is a sequence of one batch: [1,T,n] or [T,1,n].
bool IsSequence(const graph::Value& value);

// The axis of the blob for an axis of the value, which may be negative. Errors: kOutOfRange beyond
// the rank, kNotSupported for the batch that is left out.
Result<int64_t> BlobAxis(const graph::Value& value, int64_t axis);
Result<std::vector<int64_t>> BlobAxes(const graph::Value& value, std::vector<int64_t> axes);

// The axis from 0 on, in a value of a known rank; kOutOfRange beyond it.
Result<int64_t> PositiveAxis(const graph::Value& value, int64_t axis);

// The numbers of a constant as ncnn keeps all: float32. Errors: kNotSupported for strings, complex
// numbers and values that are no constants.
Result<std::vector<float>> Floats(const graph::Value* value);

// Integers that an older operator set keeps in an attribute and a newer one in a constant input;
// nothing when absent. Errors: kNotSupported for an input that is not constant.
Result<std::optional<std::vector<int64_t>>> IntsOf(const graph::Node& node,
                                                   std::string_view attribute, size_t input);

}  // namespace mmdeploy::ncnn_convert
