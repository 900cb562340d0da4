#pragma once

#include <string>
#include <vector>

#include "mmdeploy/base/span.h"
#include "mmdeploy/module/value.h"

namespace mmdeploy {

// A result in one line: "label 7 zebra  score 0.9312  bbox 10.0 4.5 200.0 180.0  mask 176x190".
// Lists say what is in them, points with their scores, and of more than 20 the first ones:
// "text 'EXIT'  scores 0.991 0.987 0.990 0.998", "points (10.0, 4.5) 0.910 (12.5, 8.0) 0.115".
// `names` are those of the labels; may be empty.
std::string Summarize(const Record& record, const std::vector<std::string>& names = {});

// The results of one image, a line for each.
std::vector<std::string> Summarize(const Value& results,
                                   const std::vector<std::string>& names = {});

// The same with the lengths of lists and the means of numbers, for pictures.
std::vector<std::string> SummarizeBriefly(const Value& results,
                                          const std::vector<std::string>& names = {});

// The results of several outputs: a line for each result where all are lists of the same length, of
// which at most one has boxes; else one output after the other.
std::vector<std::string> SummarizeAll(Span<const Value> outputs,
                                      const std::vector<std::string>& names = {});

// The shortest that says what a result is: its label or its text, that of the first of a list.
std::string Caption(const Value& result, const std::vector<std::string>& names);

// "7 zebra", or "7" if the label has no name.
std::string LabelText(int label, const std::vector<std::string>& names);

}  // namespace mmdeploy
