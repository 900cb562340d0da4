#pragma once

#include <nanobind/nanobind.h>

#include <exception>
#include <stdexcept>
#include <string>

#include "mmdeploy/base/printable.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy::python {

// Messages quote names out of files, which may be any bytes; Python's strings are UTF-8 and would
// be empty. Every module calls this once: exceptions of C++ then reach Python with printable text.
inline void MakeErrorsPrintable() {
  nanobind::register_exception_translator([](const std::exception_ptr& pointer, void*) {
    try {
      std::rethrow_exception(pointer);
    } catch (const std::runtime_error& error) {
      PyErr_SetString(PyExc_RuntimeError, Printable(error.what()).c_str());
    } catch (const std::invalid_argument& error) {
      PyErr_SetString(PyExc_ValueError, Printable(error.what()).c_str());
    }
  });
}

// Raises the Python exception `type` with a printable message.
[[noreturn]] inline void RaisePrintable(PyObject* type, const std::string& message) {
  PyErr_SetString(type, Printable(message).c_str());
  throw nanobind::python_error();
}

}  // namespace mmdeploy::python
