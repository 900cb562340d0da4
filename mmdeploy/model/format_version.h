#pragma once

#include <string_view>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// The format level of an SDK model (`version` in deploy.json): which MMDeploy release wrote it, or
// whose rules the writer follows. It decides meanings that changed without a new name; models of
// ours carry 0.7.0 whatever our own release is.
struct FormatVersion {
  int major = 0;
  int minor = 7;
  int patch = 0;
  bool candidate = false;  // "1.0.0rc2"

  // Errors: kFail when `text` is not "<major>.<minor>.<patch>[rc<n>]".
  static Result<FormatVersion> Parse(std::string_view text);

  bool AtLeast(int want_major, int want_minor) const {
    return major != want_major ? major > want_major : minor >= want_minor;
  }

  // Two-element sizes of Resize and Pad are [w,h] (from 1.1.0) instead of [h,w].
  bool size_is_width_height() const { return AtLeast(1, 1); }
  // One number as the value of a border is for all channels (mmcv 2.x, from 1.0.0) instead of the
  // first one with 0 for the others: mmcv 1.x gives it to OpenCV as it is.
  bool pad_number_is_for_all_channels() const { return major >= 1; }
  // Text recognition: the blank is the last symbol and scores are probabilities (from 1.0.0).
  bool ctc_blank_is_last() const { return major >= 1; }
  bool ctc_has_probabilities() const { return major >= 1; }
};

}  // namespace mmdeploy
