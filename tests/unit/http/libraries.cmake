target_link_libraries(unit_http PRIVATE millrace_connector_http OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB)
target_include_directories(unit_http PRIVATE ${CMAKE_SOURCE_DIR}/connectors)
