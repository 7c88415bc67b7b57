# The compiler's surroundings: cache and linker when they are there, warnings, sanitizers.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
                    -Werror -fvisibility-inlines-hidden)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Warnings that g++ alone knows, and one about librdkafka's macros.
  add_compile_options(-Wno-unknown-warning-option -Wno-gnu-statement-expression-from-macro-expansion)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
  # Warnings of g++ 12's optimiser about code that is not ours and is right.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overread
                      -Wno-stringop-overflow -Wno-free-nonheap-object)
endif()
if(MILLRACE_SANITIZE)
  add_compile_options(-fsanitize=${MILLRACE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
                      -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${MILLRACE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND MILLRACE_SANITIZE MATCHES "thread")
    # Some tests count allocations by an operator new of their own, and this runtime's part for C++ would insist on its own.
    # Linked as C is, a program goes without that part; malloc, which every operator new calls, is watched all the same.
    add_link_options(--driver-mode=gcc)
    link_libraries(stdc++ m)
  endif()
endif()
# millrace_watched_by_fuzzers(TARGET): what a fuzzer tries to reach every corner of.
function(millrace_watched_by_fuzzers target)
  if(MILLRACE_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

find_package(Git QUIET)
set(MILLRACE_COMMIT "unknown")
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=16 HEAD WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed EQUAL 0)
    set(MILLRACE_COMMIT ${commit})
  endif()
endif()
