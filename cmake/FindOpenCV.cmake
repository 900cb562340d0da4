# OpenCV by its own CMake package or, where only the packages of single modules are installed (Debian keeps
# OpenCVConfig.cmake in libopencv-dev, which pulls in hundreds of megabytes), by headers and libraries.
# Sets OpenCV_FOUND, OpenCV_VERSION, OpenCV_INCLUDE_DIRS, OpenCV_LIBS and a target opencv_<module> for each component.

find_package(OpenCV ${OpenCV_FIND_VERSION} QUIET CONFIG COMPONENTS ${OpenCV_FIND_COMPONENTS})
if(OpenCV_FOUND)
  return()
endif()

find_path(OpenCV_INCLUDE_DIR opencv2/core/version.hpp PATH_SUFFIXES opencv4)
set(OpenCV_INCLUDE_DIRS ${OpenCV_INCLUDE_DIR})
set(OpenCV_LIBS "")
if(OpenCV_INCLUDE_DIR)
  set(OpenCV_VERSION "")
  foreach(part MAJOR MINOR REVISION)
    file(STRINGS ${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp line REGEX "define CV_VERSION_${part} ")
    string(REGEX MATCH "[0-9]+" number "${line}")
    string(APPEND OpenCV_VERSION ".${number}")
  endforeach()
  string(SUBSTRING "${OpenCV_VERSION}" 1 -1 OpenCV_VERSION)
endif()

foreach(module IN LISTS OpenCV_FIND_COMPONENTS)
  find_library(OpenCV_${module}_LIBRARY opencv_${module})
  if(OpenCV_INCLUDE_DIR AND OpenCV_${module}_LIBRARY)
    set(OpenCV_${module}_FOUND TRUE)
    list(APPEND OpenCV_LIBS opencv_${module})
    if(NOT TARGET opencv_${module})
      add_library(opencv_${module} UNKNOWN IMPORTED)
      set_target_properties(
        opencv_${module} PROPERTIES IMPORTED_LOCATION "${OpenCV_${module}_LIBRARY}"
                                    INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
    endif()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  OpenCV
  REQUIRED_VARS OpenCV_INCLUDE_DIR OpenCV_LIBS
  VERSION_VAR OpenCV_VERSION HANDLE_COMPONENTS)
