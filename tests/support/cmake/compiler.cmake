# What every file of the book is compiled with.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endif()

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# CMake's own RelWithDebInfo defines NDEBUG. Here assertions stay: this is a book.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")
# Tests and exercises are most of what is compiled, and their own speed matters little: so, half the time
# to build them. (The sanitizers' presets have their own.)
set(BOOK_TEST_OPTIONS "$<$<CONFIG:RelWithDebInfo>:-O0;-g1>" CACHE STRING
    "What tests are compiled with beside the flags of the build type")

# Stories are told once: half the time to compile them. (A precompiled header of -O2 -g serves for these, too.)
set(BOOK_STORY_OPTIONS "$<$<CONFIG:RelWithDebInfo>:-Og;-g1>" CACHE STRING
    "What main.cpp and story/ are compiled with beside the flags of the build type")

# __FILE__ and __builtin_FILE() begin at this folder: a message that says where a task was spawned
# reads the same on every machine. (ccache may hand the compiler a relative path.)
file(RELATIVE_PATH way_up "${CMAKE_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")
add_compile_options("-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=" "-fmacro-prefix-map=${way_up}=")

set(gcc "$<CXX_COMPILER_ID:GNU>")
# A function without its return is an error everywhere: an Async<> function without a word that begins with co_
# is no coroutine, and falls off its end.
add_compile_options(-Wall -Wextra -Wpedantic -Werror=return-type)
if(ASYNC_BOOK_WERROR)
  add_compile_options(-Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # which g++ 12 reports, under sanitizers, where nothing is
    add_compile_options(-Wno-error=array-bounds -Wno-error=maybe-uninitialized
      -Wno-error=restrict -Wno-error=stringop-overflow)
  endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "The book needs g++ 12 or newer (or clang 14); this is g++ "
                      "${CMAKE_CXX_COMPILER_VERSION}. `make setup` installs one.")
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "The book needs clang 14 or newer (or g++ 12); this is clang "
                      "${CMAKE_CXX_COMPILER_VERSION}. `make setup` installs a g++.")
endif()

# Ninja hides that it talks to a terminal, so ask for colours by name.
add_compile_options("$<IF:${gcc},-fdiagnostics-color=always,-fcolor-diagnostics>")

# ccache makes the second build of the same text free. A precompiled header is safe to cache by its
# content only when the compiler keeps its time stamp out of it.
find_program(CCACHE ccache)
if(CCACHE)  # it may be there and of no use: no home to keep its files in, say
  execute_process(COMMAND "${CCACHE}" "${CMAKE_CXX_COMPILER}" -x c++ -c /dev/null -o "${CMAKE_BINARY_DIR}/ccache.o"
    RESULT_VARIABLE ccache_failed OUTPUT_QUIET ERROR_QUIET)
  if(ccache_failed)
    message(STATUS "ccache is there and does not work (try: ccache --show-stats): building without it")
  endif()
endif()
if(CCACHE AND NOT ccache_failed)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

# Clang's thread sanitizer brings an operator new of its own, beside which a program that counts with its own does
# not link. So its runtime is linked here, without that part. (g++'s gives way.)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
  execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-file-name=libclang_rt.tsan-${CMAKE_SYSTEM_PROCESSOR}.a
    OUTPUT_VARIABLE tsan OUTPUT_STRIP_TRAILING_WHITESPACE)
  add_link_options(-fno-sanitize-link-runtime "-Wl,--dynamic-list=${tsan}.syms")
  string(APPEND CMAKE_CXX_STANDARD_LIBRARIES " -Wl,--whole-archive ${tsan} -Wl,--no-whole-archive -ldl -lm -lrt")
endif()

# The headers nearly every file reads: parsed once for the libraries and programs, once for the tests.
set(book_precompiled_headers
    <fmt/format.h> <array> <atomic> <chrono> <concepts> <coroutine> <cstdint> <deque> <exception>
    <functional> <memory> <mutex> <optional> <stdexcept> <string> <string_view> <system_error>
    <thread> <tuple> <type_traits> <utility> <variant> <vector>)

# clangd and clang-tidy look for this at the root.
if(CMAKE_BINARY_DIR STREQUAL "${CMAKE_SOURCE_DIR}/build")
  file(CREATE_LINK build/compile_commands.json "${CMAKE_SOURCE_DIR}/compile_commands.json" SYMBOLIC)
endif()
