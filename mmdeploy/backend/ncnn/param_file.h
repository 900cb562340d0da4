#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/shape.h"

// The text of a .param file. ncnn's own parser trusts what it reads, so files are read here, and
// ncnn gets a text that is printed from what was understood.

namespace mmdeploy::ncnn {

// One value of a layer, `id=value`: a number, an array of numbers, or a text.
struct ParamValue {
  bool is_array = false;
  bool is_float = false;
  std::vector<double> values;  // int32 and float are exact in double
  std::string text;            // in place of values
};

struct ParamLayer {
  int line = 0;  // in the file, from 1
  std::string type;
  std::string name;
  std::vector<int> inputs;   // indices of ParamFile::blobs
  std::vector<int> outputs;  // indices of ParamFile::blobs
  std::map<int, ParamValue> params;

  // A scalar, or `fallback` if the file has none (or an array).
  double Number(int id, double fallback) const;
  int Int(int id, int fallback) const { return static_cast<int>(Number(id, fallback)); }
  // An array; empty if the file has none (or a scalar).
  const std::vector<double>& Array(int id) const;
  // A text; empty if the file has none (or numbers).
  const std::string& Text(int id) const;
  void Set(int id, std::vector<double> values, bool is_array);
};

struct ParamFile {
  std::vector<ParamLayer> layers;  // in order of execution
  std::vector<std::string> blobs;

  // Blobs that no layer uses, in the order of the layers that make them: the outputs.
  std::vector<int> Outputs() const;
  // The layer that makes a blob.
  const ParamLayer& Producer(int blob) const;
  ParamLayer& Producer(int blob);
};

// What is written beyond ncnn's own parameters, or in them but without effect on results of ncnn:
// an Input layer has a number for each dimension of its blob, 0 or -1 where it is dynamic, and
// the size of a fixed batch; a layer that makes an output has its shape hint, and so has a
// convolution of a fixed size, which ncnn calculates by the algorithm that suits it.
constexpr int kEncodedNameParam = 28;  // 1: the blob's name is that of the model under EncodeName
constexpr int kBatchParam = 29;
constexpr int kShapeHintParam = 30;  // of ncnn: dims, w, h, c for each output

// Reads a text. Every blob is made by one layer before it is used by at most one.
// Errors: kFail with `name`, the line, what was found and what is expected.
Result<ParamFile> ParseParam(std::string_view text, const std::string& name);

// The text of `file`, with names; what ParseParam reads.
std::string PrintParam(const ParamFile& file);

// The same for ncnn's parser: blobs and layers are called by their number, and what ncnn does not
// need is left out.
std::string PrintForNcnn(const ParamFile& file);

// Names of inputs and outputs may have what a .param file cannot (blanks, control characters): such
// a name stands there with "%20" and the like, and its layer says so.
std::string EncodeName(std::string_view name);
std::string DecodeName(std::string_view name);

// "layer 'conv1' (Convolution, line 3)" for messages.
std::string Describe(const ParamLayer& layer);

}  // namespace mmdeploy::ncnn
