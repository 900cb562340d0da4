#pragma once

#include <functional>
#include <memory>

#include "bindings/capi/handle.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/pipeline/pipeline.h"

namespace mmdeploy::capi {

// What a computation gives, or why it failed.
using Outcome = Result<mmdeploy_value>;
using Continuation = std::function<void(Outcome)>;

// A computation that has not begun: begins when it is called, and calls the continuation once, on
// whatever thread it ends. What it captures lives until then; dropped without being called, it
// frees everything.
using Start = std::function<void(Continuation)>;

// A new handle for `start`; `copyable` if it may be called several times (split).
mmdeploy_sender_t NewSender(Start start, bool copyable = false);

// Takes the computation out of a handle, which its caller frees.
Start Take(mmdeploy_sender_t sender);
// The same, and frees the handle.
Start Consume(mmdeploy_sender_t sender);

// What `input` gives, through a pipeline.
Start RunAsync(std::shared_ptr<const Pipeline> pipeline, Start input);

// What a caller's function makes of a value: it sets the sender that goes on, and answers 0.
using NextSender = std::function<Result<int>(mmdeploy_value_t value, mmdeploy_sender_t* next)>;

// What the sender gives that `next` makes of what `input` gives; an empty value if it answers
// anything but 0, or sets none.
Start ContinueWith(Start input, NextSender next);

}  // namespace mmdeploy::capi

struct mmdeploy_sender {
  mmdeploy::capi::Start start;
  bool copyable = false;
};
