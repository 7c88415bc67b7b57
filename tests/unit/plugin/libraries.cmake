# The libraries that the loader's tests put on a plugin.path.
foreach(name good throws undefined_symbol other_abi no_function)
  add_library(test_plugin_${name} MODULE ${folder}/libraries/${name}.cc)
  target_include_directories(test_plugin_${name} PRIVATE ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(test_plugin_${name} PRIVATE tl::expected)
  set_target_properties(test_plugin_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name} CXX_VISIBILITY_PRESET hidden
                                                       LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/plugins)
  add_dependencies(unit_plugin test_plugin_${name})
endforeach()
# They take the plugin API's functions from the program, as they do from a worker.
set_target_properties(unit_plugin PROPERTIES ENABLE_EXPORTS ON)
target_link_options(unit_plugin PRIVATE LINKER:--whole-archive $<TARGET_FILE:millrace_api> LINKER:--no-whole-archive)
file(RELATIVE_PATH plugins ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/tests/plugins)
target_compile_definitions(unit_plugin PRIVATE MILLRACE_TEST_PLUGINS="${plugins}"
                                               MILLRACE_TEST_LIBZ="$<TARGET_FILE:ZLIB::ZLIB>")
