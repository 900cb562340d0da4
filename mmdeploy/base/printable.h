#pragma once

#include <string>
#include <string_view>

namespace mmdeploy {

// Text that any terminal, log and Python string takes: bytes that are no UTF-8 and control
// characters (escape sequences) become "\x9a", "\x1b"; line breaks and tabs stay. Names and
// messages out of files go through it at every border: exceptions, terminals, logs.
std::string Printable(std::string_view text);

// Whether Printable changes nothing.
bool IsPrintable(std::string_view text);

// Bytes of the UTF-8 character at the start of `text`; 0 if there is none.
size_t Utf8Length(std::string_view text);

}  // namespace mmdeploy
