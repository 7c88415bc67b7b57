# What `cmake --install` lays down. Two components: "worker", which runs connectors, and "development", with which
# others build them (find_package(Millrace), docs/writing-a-connector.md).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)

# Worker. Programs, scripts that take the arguments of Java's, configurations to start from.
if(TARGET millrace)
  install(TARGETS millrace RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT worker)
endif()
file(GLOB scripts ${CMAKE_SOURCE_DIR}/bin/connect-*)
if(scripts)
  install(PROGRAMS ${scripts} DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT worker)
endif()
file(GLOB configurations ${CMAKE_SOURCE_DIR}/config/*.properties)
install(FILES ${configurations} DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/millrace COMPONENT worker)
install(FILES config/systemd/millrace-distributed.service DESTINATION lib/systemd/system COMPONENT worker)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT worker OPTIONAL)
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT worker)

# Development. A plugin needs the headers alone: it finds the functions in the program that loads it. The archives are
# for programs that have no worker around them, which is what a connector's unit tests are.
install(DIRECTORY include/millrace DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES $<TARGET_FILE:millrace_api> $<TARGET_FILE:millrace_base>
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/millrace COMPONENT development)
configure_package_config_file(cmake/MillraceConfig.cmake.in ${CMAKE_BINARY_DIR}/MillraceConfig.cmake
                              INSTALL_DESTINATION ${package_folder}
                              PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
# Before 1.0 a new minor version may change the API.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/MillraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/MillraceConfig.cmake ${CMAKE_BINARY_DIR}/MillraceConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)
