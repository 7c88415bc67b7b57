target_link_libraries(unit_transform PRIVATE millrace_convert nlohmann_json::nlohmann_json)
target_sources(unit_transform PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/unit/convert/allocation_counter.cc)
