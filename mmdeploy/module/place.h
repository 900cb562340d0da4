#pragma once

#include <string>

#include "mmdeploy/module/module.h"

// Where pixels and tensors of values lie, and how they come to where a module reads them. `wanted`
// is a type whose `device` and `tensors` say where they are to lie; EdgeType{} is host memory.

namespace mmdeploy {

// Whether values of type `found` lie where they are wanted; false if that is not known before a
// run.
bool LiesWhere(const EdgeType& found, const EdgeType& wanted);
bool LiesWhere(const Value& value, const EdgeType& wanted);

// The value, or list of values, where it is wanted; what lies there already is shared.
// Errors: those of CopyBytes and of the memory's allocation.
Result<Value> Bring(const Value& value, const EdgeType& wanted, BufferPool* pool);

// What is known of values of type `found` once they are where they are wanted.
EdgeType Brought(EdgeType found, const EdgeType& wanted);

// "cpu"; "cuda:0 ('img')" for tensors that are named.
std::string DescribePlace(const EdgeType& wanted);

// Errors: kNotSupported if nobody knows the memory of a device that the type names.
Result<void> CheckDevices(const EdgeType& type);

}  // namespace mmdeploy
