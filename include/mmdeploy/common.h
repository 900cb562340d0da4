// Generated from api/sdk.yaml by api/gen.py. Types that every other header uses, errors, devices
// and contexts.
#ifndef MMDEPLOY_COMMON_H
#define MMDEPLOY_COMMON_H

#include <stdint.h>

#define MMDEPLOY_VERSION_MAJOR 0
#define MMDEPLOY_VERSION_MINOR 7
#define MMDEPLOY_VERSION_PATCH 0

#ifndef MMDEPLOY_EXPORT
#ifdef _MSC_VER
#define MMDEPLOY_EXPORT __declspec(dllexport)
#else
#define MMDEPLOY_EXPORT __attribute__((visibility("default")))
#endif
#endif

#ifndef MMDEPLOY_API
#ifdef MMDEPLOY_API_EXPORTS
#define MMDEPLOY_API MMDEPLOY_EXPORT
#else
#define MMDEPLOY_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

// 0 (default) gives the signatures of MMDeploy 0.x, 1 those of 1.x where the two lines use one name
// for different things. Define it before the first include.
#ifndef MMDEPLOY_API_LEVEL
#define MMDEPLOY_API_LEVEL 0
#endif

// Pixel layout of an image. Channels are interleaved.
typedef enum mmdeploy_pixel_format_t {
  // 3 channels
  MMDEPLOY_PIXEL_FORMAT_BGR = 0,
  // 3 channels
  MMDEPLOY_PIXEL_FORMAT_RGB = 1,
  // 1 channel
  MMDEPLOY_PIXEL_FORMAT_GRAYSCALE = 2,
  // height rows of luma, then height/2 rows of interleaved U, V
  MMDEPLOY_PIXEL_FORMAT_NV12 = 3,
  // height rows of luma, then height/2 rows of interleaved V, U
  MMDEPLOY_PIXEL_FORMAT_NV21 = 4,
  // 4 channels; alpha is ignored
  MMDEPLOY_PIXEL_FORMAT_BGRA = 5,
  MMDEPLOY_PIXEL_FORMAT_COUNT = 6
} mmdeploy_pixel_format_t;

// Element type of an image.
typedef enum mmdeploy_data_type_t {
  // 32 bit; values 0..255
  MMDEPLOY_DATA_TYPE_FLOAT = 0,
  // declared for compatibility; not accepted as input
  MMDEPLOY_DATA_TYPE_HALF = 1,
  MMDEPLOY_DATA_TYPE_UINT8 = 2,
  // declared for compatibility; not accepted as input
  MMDEPLOY_DATA_TYPE_INT32 = 3,
  MMDEPLOY_DATA_TYPE_COUNT = 4
} mmdeploy_data_type_t;

// What a function that returns a status gives. mmdeploy_last_error() has the reason in words.
typedef enum mmdeploy_status_t {
  MMDEPLOY_SUCCESS = 0,
  // an argument that no model could make valid: NULL, an unknown device, a wrong pixel format
  MMDEPLOY_E_INVALID_ARG = 1,
  // understood but not possible with this build or engine
  MMDEPLOY_E_NOT_SUPPORTED = 2,
  // a value or a shape outside the allowed range
  MMDEPLOY_E_OUT_OF_RANGE = 3,
  // an allocation or a limit on memory failed
  MMDEPLOY_E_OUT_OF_MEMORY = 4,
  // a file or a folder is missing
  MMDEPLOY_E_FILE_NOT_EXIST = 5,
  // anything else: a damaged model, an error of the engine
  MMDEPLOY_E_FAIL = 6,
  MMDEPLOY_STATUS_COUNT = 7
} mmdeploy_status_t;

// What mmdeploy_context_add takes.
typedef enum mmdeploy_context_type_t {
  // a mmdeploy_device_t
  MMDEPLOY_TYPE_DEVICE = 0,
  // not supported
  MMDEPLOY_TYPE_STREAM = 1,
  // a mmdeploy_model_t, which `params.model` of an Inference node may name
  MMDEPLOY_TYPE_MODEL = 2,
  // a mmdeploy_scheduler_t, on which the task of that name runs
  MMDEPLOY_TYPE_SCHEDULER = 3,
  // not supported
  MMDEPLOY_TYPE_MAT = 4,
  // a mmdeploy_profiler_t
  MMDEPLOY_TYPE_PROFILER = 5
} mmdeploy_context_type_t;

// A device that work runs on. Create, use, destroy.
typedef struct mmdeploy_device* mmdeploy_device_t;

// Settings of a handle: its device and its thread count.
typedef struct mmdeploy_context* mmdeploy_context_t;

// Notes when each step of the pipelines that are made with it began and ended.
typedef struct mmdeploy_profiler* mmdeploy_profiler_t;

// The inputs or the outputs of a pipeline. Opaque; belongs to whoever received it.
typedef struct mmdeploy_value* mmdeploy_value_t;

// An image. The library reads `data` until the call returns and never writes to it. Initialise with
// braces: members that a program does not name are then 0, which is their default.
typedef struct mmdeploy_mat_t {
  // first pixel
  uint8_t* data;
  // pixels (for NV12 and NV21: of the luma plane)
  int height;
  // pixels
  int width;
  // not read for inputs; `format` decides
  int channel;
  mmdeploy_pixel_format_t format;
  mmdeploy_data_type_t type;
  // where `data` lies; NULL: host memory. An image on a device is copied to the host where a step
  // reads it there
  mmdeploy_device_t device;
  // bytes from one row to the next; 0: rows follow each other
  int64_t row_stride;
} mmdeploy_mat_t;

// A box in pixels.
typedef struct mmdeploy_rect_t {
  float left;
  float top;
  float right;
  float bottom;
} mmdeploy_rect_t;

// Which pixels belong to an object.
typedef struct mmdeploy_instance_mask_t {
  // height x width bytes, row by row: 255 belongs to it, 0 does not
  char* data;
  // pixels
  int height;
  // pixels
  int width;
} mmdeploy_instance_mask_t;

// A point in pixels.
typedef struct mmdeploy_point_t {
  float x;
  float y;
} mmdeploy_point_t;

// Version of this library, "major.minor.patch". A constant; never free it.
MMDEPLOY_API const char* mmdeploy_version(void);

// Why the last call on this thread that failed did so: what, where, what was found, what is
// allowed. "" if none failed. Valid until the next call that fails on this thread; never free it.
MMDEPLOY_API const char* mmdeploy_last_error(void);

// What a part of a value is, see mmdeploy_value_visit.
typedef enum mmdeploy_value_kind_t {
  // nothing, such as the branch of a Cond that was not taken
  MMDEPLOY_VALUE_NULL = 0,
  // `integer` is 0 or 1
  MMDEPLOY_VALUE_BOOL = 1,
  // `integer`
  MMDEPLOY_VALUE_INT = 2,
  // `number`
  MMDEPLOY_VALUE_FLOAT = 3,
  // `text`, UTF-8
  MMDEPLOY_VALUE_TEXT = 4,
  // `data`, `element_type`, `shape`, `rank`: boxes, points, masks, images
  MMDEPLOY_VALUE_ARRAY = 5,
  // begins a list; its elements follow, then MMDEPLOY_VALUE_END
  MMDEPLOY_VALUE_LIST = 6,
  // begins a result, whose type is `text`, or the tensors of a network; fields follow, then
  // MMDEPLOY_VALUE_END
  MMDEPLOY_VALUE_RECORD = 7,
  // the name of a field is `text`; what it holds follows
  MMDEPLOY_VALUE_FIELD = 8,
  // ends the last list or record that has not ended
  MMDEPLOY_VALUE_END = 9
} mmdeploy_value_kind_t;

// A part of a value. Members that its kind does not name are 0. Pointers are valid until the
// callback returns.
typedef struct mmdeploy_value_part_t {
  mmdeploy_value_kind_t kind;
  // of a list and a record: how many elements or fields it has
  int64_t integer;
  float number;
  const char* text;
  // elements in C order, one behind the other
  const void* data;
  // "float32", "uint8", "int32", "int64" and so on, as NumPy calls them
  const char* element_type;
  // `rank` sides
  const int64_t* shape;
  int32_t rank;
} mmdeploy_value_part_t;

// Takes the next part of a value; anything but 0 ends the visit.
typedef int (*mmdeploy_value_visit_fn_t)(const mmdeploy_value_part_t* part, void* context);

// The inputs of a pipeline, from a JSON array with an element per input. An array is a list;
// `{"image": i}` is mats[i], `{"image": i, "bbox": [left, top, right, bottom]}` an object in it, as
// PoseDetector takes it; `{"box": [left, top, right, bottom]}` a box; another object the result of
// a task, with the fields that mmdeploy_value_visit names, masks and images as `{"image": i}`;
// numbers without decimals, true, false and null are themselves. Pixels are not copied and must
// stay valid while the value is in use.
//   json: the document, for instance [[{"image": 0}, {"image": 1}]]
MMDEPLOY_API int mmdeploy_value_create(const char* json, const mmdeploy_mat_t* mats, int mat_count,
                                       mmdeploy_value_t* value);

// Calls `visit` with the parts of a value one after the other: a list with an element per input or
// output of its pipeline, and all that is in them. Of what a visit ends early MMDEPLOY_E_FAIL is
// returned.
MMDEPLOY_API int mmdeploy_value_visit(mmdeploy_value_t value, mmdeploy_value_visit_fn_t visit,
                                      void* context);

// A value that holds a JSON document, such as the description of a pipeline for
// mmdeploy_pipeline_create. The caller destroys it.
//   json: the document
MMDEPLOY_API int mmdeploy_value_from_json(const char* json, mmdeploy_value_t* value);

// A copy, which the caller destroys. The images and tensors inside are shared. NULL gives NULL.
MMDEPLOY_API mmdeploy_value_t mmdeploy_value_copy(mmdeploy_value_t value);

// Frees a value; returns 0.
MMDEPLOY_API int mmdeploy_value_destroy(mmdeploy_value_t value);

// A device by name ("cpu", "cuda", "cuda:1") and index. The caller destroys it.
MMDEPLOY_API int mmdeploy_device_create(const char* device_name, int device_id,
                                        mmdeploy_device_t* device);

// Frees a device. Handles and contexts that were made with it keep working.
MMDEPLOY_API void mmdeploy_device_destroy(mmdeploy_device_t device);

// A context with the defaults: device cpu, as many threads as the library thinks best.
MMDEPLOY_API int mmdeploy_context_create(mmdeploy_context_t* context);

// A context for a device.
MMDEPLOY_API int mmdeploy_context_create_by_device(const char* device_name, int device_id,
                                                   mmdeploy_context_t* context);

// Frees a context. Handles that were made with it keep working.
MMDEPLOY_API void mmdeploy_context_destroy(mmdeploy_context_t context);

// Adds an object, which is copied or shared. Models and schedulers have a name.
// MMDEPLOY_TYPE_STREAM and MMDEPLOY_TYPE_MAT give MMDEPLOY_E_NOT_SUPPORTED.
MMDEPLOY_API int mmdeploy_context_add(mmdeploy_context_t context, mmdeploy_context_type_t type,
                                      const char* name, const void* object);

// Threads that work inside one call of a handle made with this context. 0 is the default, 1 is best
// when several threads call one handle. Negative is an error.
MMDEPLOY_API int mmdeploy_context_set_num_threads(mmdeploy_context_t context, int num_threads);

// Whether idle threads of the engine spin between calls (not 0): a little faster for one caller
// that has the machine for itself, slower for everybody else. They spin only while a call runs
// otherwise.
MMDEPLOY_API int mmdeploy_context_set_low_latency(mmdeploy_context_t context, int low_latency);

// Whether models that are opened with this context come from somebody you trust (not 0). Some
// formats (TorchScript) carry code, and are refused otherwise.
MMDEPLOY_API int mmdeploy_context_set_trusted(mmdeploy_context_t context, int trusted);

// A profiler. The file gets a line "name number" per step, a line "----", then "number type index
// microseconds" for each beginning (type 0) and end (1) of a call.
MMDEPLOY_API int mmdeploy_profiler_create(const char* path, mmdeploy_profiler_t* profiler);

// Writes the file and frees the profiler. Handles that were made with it keep working.
MMDEPLOY_API void mmdeploy_profiler_destroy(mmdeploy_profiler_t profiler);

// A value that holds images. Their pixels are not copied and must stay valid while the value is in
// use.
MMDEPLOY_API int mmdeploy_common_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                              mmdeploy_value_t* value);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_COMMON_H
