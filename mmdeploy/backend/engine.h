#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/device_memory.h"
#include "mmdeploy/base/file.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/base/tensor.h"

// The interface of an inference engine. To add one, copy mmdeploy/backend/example.

namespace mmdeploy {

// An input or output of a network.
struct TensorInfo {
  std::string name;
  DataType dtype = DataType::kFloat32;
  Shape shape;      // Shape::kDynamic where known at run time only
  Shape min_shape;  // allowed range of an input; rank 0: no other limit than `shape`
  Shape max_shape;
  Device device;  // where the engine takes an input from, and leaves an output
};

// A file of a network: a path, or bytes that came out of a zip archive or from the caller. Engines
// that can should open the path, so that a large file is not read twice.
struct NetFile {
  std::string name;  // for messages
  std::string path;  // empty if there are only bytes
  Bytes bytes;       // null if there is only a path

  // The content; reads the path if there are no bytes.
  Result<Bytes> Content() const;
};

struct NetFiles {
  NetFile net;
  NetFile weights;  // name is empty if there is none
};

// How a network is to be run; the same for every engine.
struct NetOptions {
  Device device;
  // Threads inside one call; 0: all processors. How many threads call is the caller's business.
  int num_threads = 0;
  // Let idle threads of the engine spin: lower latency for one caller, costs everybody else.
  bool low_latency = false;
  // "FP32", "FP16", "INT8", as deploy.json says; an engine may know more ("BF16").
  std::string precision = "FP32";
  bool use_vulkan = false;  // ncnn
  bool trusted = false;     // formats that carry code (TorchScript) load only if true
  // Options that only one engine knows. They come out of deploy.json too: none may name a file to
  // run or to write. An engine refuses those it does not know.
  std::map<std::string, std::string> engine;
};

// One caller's run of a network: holds its inputs and outputs. Not thread-safe; several requests
// of one net may run at the same time.
class Request {
 public:
  virtual ~Request() = default;

  // Shapes of all inputs, in the order of Net::inputs(), checked by the caller against them.
  virtual Result<void> SetShapes(Span<const Shape> shapes) = 0;

  // The engine's memory of an input, on the device of its TensorInfo, to be filled before Run;
  // valid until the next SetShapes.
  virtual Result<Tensor> Input(size_t index) = 0;

  // Uses the caller's memory for an input or output instead of the engine's; it must have the
  // shape that was set, lie on the device of the TensorInfo, and live until Run returns.
  virtual Result<void> BindInput(size_t index, const Tensor& tensor) = 0;
  virtual Result<void> BindOutput(size_t index, const Tensor& tensor) = 0;

  // The inputs are complete, copies to the device included. Outputs are complete for whatever is
  // done with the device behind it (DeviceMemory), also where work on the device goes on.
  // Errors: kFail with the engine's own message and the input shapes.
  virtual Result<void> Run() = 0;

  // An output of the last Run. Its owner keeps it alive beyond the request's next Run.
  virtual Result<Tensor> Output(size_t index) = 0;
};

// A loaded network. Immutable: weights are there once for any number of threads.
class Net {
 public:
  virtual ~Net() = default;
  virtual const std::vector<TensorInfo>& inputs() const = 0;
  virtual const std::vector<TensorInfo>& outputs() const = 0;
  virtual Result<std::unique_ptr<Request>> CreateRequest() const = 0;

  // How many Run calls pay off at the same time; 0: any number. An engine that uses all
  // processors inside one call answers 1, and further callers wait their turn instead of
  // fighting for the processors.
  virtual int max_concurrent_runs() const { return 0; }

  // What it really calculates in, for reports: "float32", "bfloat16", ...; "" if the engine does
  // not tell.
  virtual std::string precision() const { return ""; }
};

// Shapes that a converted network must accept.
struct ShapeRange {
  std::string name;
  Shape min, opt, max;
};

struct ConvertTask {
  NetFile ir;                 // ONNX
  std::string output_prefix;  // files are written to <prefix><extension>
  // Names of the files instead, in the order of Engine::extensions(); empty: by the prefix.
  std::vector<std::string> output_files;
  std::vector<ShapeRange> inputs;
  std::string precision = "FP32";
  Device device;            // that the files are made for, where it matters
  std::string calibration;  // HDF5 file of inputs to calibrate INT8 with; "" if there is none
  std::map<std::string, std::string> engine;
  std::function<void(std::string_view step, double fraction)> progress;
};

// An inference engine. One object per process; thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string name() const = 0;
  virtual std::string version() const = 0;  // of the engine's library

  // Errors: kNotSupported (device, options), kFail (the engine cannot read the files; message).
  // Which device runs the network is for `options.device`; where each input and output lies, for
  // the engine (TensorInfo::device).
  virtual Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                                  const NetOptions& options) const = 0;

  // Memory of the devices that inputs or outputs lie on, beside that of the host. Known to this
  // process from when the engine is found.
  virtual std::vector<const DeviceMemory*> memories() const { return {}; }

  // Endings of the engine's own files, ".param" and ".bin"; empty if it has none.
  virtual std::vector<std::string> extensions() const { return {}; }

  // Makes the engine's own files out of an ONNX file; answers their names. This is the only way to
  // them: commands, tools and Python come here.
  // Errors: kNotSupported naming the nodes that are in the way, in one line; kInvalidArgument.
  virtual Result<std::vector<std::string>> Convert(const ConvertTask& task) const;
};

// Makes the memories of an engine known to this library, and answers the engine. The library and a
// plug-in have a list each.
const Engine* RegisterMemories(const Engine* engine);

// The names of the files of a conversion: those of the task, or its prefix with `extensions`.
// Errors: kInvalidArgument for another number of names.
Result<std::vector<std::string>> OutputFiles(const ConvertTask& task,
                                             const std::vector<std::string>& extensions);

}  // namespace mmdeploy
