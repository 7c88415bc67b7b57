# The server that does what it is told is that of the HTTP connector's tests.
target_sources(unit_peers PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/unit/http/socket_server.cc
                                  ${CMAKE_CURRENT_SOURCE_DIR}/unit/http/certificates.cc)
target_link_libraries(unit_peers PRIVATE OpenSSL::SSL OpenSSL::Crypto)
