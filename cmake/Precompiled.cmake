# Headers of libraries that are parsed once for all files of a kind. With clang that takes a third off a sanitizer's build
# (docs/adr/0018-sanitizers-are-built-by-clang.md); g++ gains little. Presets dev and release go without: there each file
# must include what it uses.
option(MILLRACE_PRECOMPILED "Parse the headers of libraries once; needs clang" OFF)

set(standard_headers
    <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <condition_variable> <deque> <filesystem> <fstream> <functional>
    <future> <limits> <map> <memory> <optional> <set> <span> <sstream> <string> <string_view> <thread> <unordered_map>
    <utility> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)

# millrace_precompile(NAME HEADERS...): what millrace_use_precompiled takes. NAME is an object library, and must be compiled
# as its users are.
function(millrace_precompile name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE fmt::fmt nlohmann_json::nlohmann_json tl::expected)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  set_target_properties(
    ${name} PROPERTIES CXX_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/cmake/precompile.sh
                       FILE ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.pch)
endfunction()

# millrace_use_precompiled(TARGET NAME): in the folder of the target. Not by CMake's REUSE_FROM: it names the header a second
# time, by a path that the compiler's cache does not know to be the same in another clone.
function(millrace_use_precompiled target name)
  if(MILLRACE_PRECOMPILED)
    get_target_property(file ${name} FILE)
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${file}" -Winvalid-pch)
    # Later, when the target has all its sources; EVAL, because a deferred call looks into variables when it happens.
    cmake_language(EVAL CODE "cmake_language(DEFER CALL millrace_depend_on_precompiled ${target} [[${file}]])")
  endif()
endfunction()

function(millrace_depend_on_precompiled target file)
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${file})
endfunction()

if(MILLRACE_PRECOMPILED)
  millrace_precompile(precompiled_for_rooms ${standard_headers})
  millrace_watched_by_fuzzers(precompiled_for_rooms)
endif()
