# Names that projects written for the modular SDK link. There is one library; they all mean it.

foreach(name IN LISTS MMDEPLOY_TASKS)
  list(APPEND mmdeploy_names mmdeploy_${name})
endforeach()
foreach(name IN ITEMS ${mmdeploy_names} mmdeploy_common mmdeploy_model mmdeploy_cxx_api
                      MMDeployLibs MMDeployStaticModules MMDeployDynamicModules)
  if(NOT TARGET ${name})
    add_library(${name} INTERFACE IMPORTED)
    set_target_properties(${name} PROPERTIES INTERFACE_LINK_LIBRARIES mmdeploy)
  endif()
endforeach()
unset(mmdeploy_names)
if(NOT TARGET MMDeploy::mmdeploy)
  add_library(MMDeploy::mmdeploy ALIAS mmdeploy)
endif()

# Once whole archives, once libraries to open; nothing is left to do but to link.
function(mmdeploy_load_static target)
  target_link_libraries(${target} PRIVATE ${ARGN})
endfunction()

function(mmdeploy_load_dynamic target)
  target_link_libraries(${target} PRIVATE ${ARGN})
endfunction()
