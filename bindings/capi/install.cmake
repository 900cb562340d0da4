# Headers, library and the CMake package MMDeploy (find_package).
include(CMakePackageConfigHelpers)

install(TARGETS mmdeploy EXPORT MMDeployTargets LIBRARY DESTINATION lib)
install(
  DIRECTORY ${PROJECT_SOURCE_DIR}/include/mmdeploy
  DESTINATION include
  FILES_MATCHING
  PATTERN "*.h")
if(MMDEPLOY_BUILD_SDK_CXX_API)
  install(
    DIRECTORY ${PROJECT_SOURCE_DIR}/include/mmdeploy
    DESTINATION include
    FILES_MATCHING
    PATTERN "*.hpp")
endif()

file(GLOB MMDEPLOY_TASKS CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/mmdeploy/task
     ${PROJECT_SOURCE_DIR}/mmdeploy/task/*/task.yaml)
list(TRANSFORM MMDEPLOY_TASKS REPLACE "/task.yaml" "")
set(package_dir lib/cmake/MMDeploy)
install(EXPORT MMDeployTargets DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/MMDeployConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/MMDeployConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/MMDeployConfigVersion.cmake
                                 COMPATIBILITY AnyNewerVersion)
install(
  FILES ${PROJECT_BINARY_DIR}/MMDeployConfig.cmake
        ${PROJECT_BINARY_DIR}/MMDeployConfigVersion.cmake ${CMAKE_CURRENT_LIST_DIR}/MMDeploy.cmake
        ${PROJECT_SOURCE_DIR}/cmake/FindOpenCV.cmake
  DESTINATION ${package_dir})
