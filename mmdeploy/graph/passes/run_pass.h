#pragma once

#include <string>
#include <string_view>

// Golden tests of passes: graphs as text, without the header.

namespace mmdeploy::graph {

// The pass turns `before` into `after`, names included; what is unused then is left out. A second
// run, and a second run of all passes, change nothing.
void ExpectRewrite(std::string_view pass, const std::string& before, const std::string& after,
                   int opset = 13);

// The pass answers 0 and changes nothing.
void ExpectUntouched(std::string_view pass, const std::string& before, int opset = 13);

}  // namespace mmdeploy::graph
