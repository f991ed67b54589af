# fmt for the book, GoogleTest for its tests. The system's packages first; without them, the sources
# at fixed commits. (Google Benchmark: tests/bench/CMakeLists.txt.)
include(FetchContent)
set(FETCHCONTENT_QUIET OFF)

find_package(Threads REQUIRED)

# What is fetched is built beside the book, and is not the book's: its sources without warnings, its headers
# as a system's are. (FetchContent itself can say SYSTEM only from CMake 3.25 on.)
function(book_foreign)
  foreach(target IN LISTS ARGN)
    if(TARGET ${target})
      target_compile_options(${target} PRIVATE -w)
      get_target_property(headers ${target} INTERFACE_INCLUDE_DIRECTORIES)
      set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${headers}")
    endif()
  endforeach()
endfunction()

find_package(fmt 9 QUIET)
if(NOT fmt_FOUND)
  message(STATUS "fmt 9 is not installed: fetching fmt 10.2.1")
  FetchContent_Declare(fmt
    GIT_REPOSITORY https://github.com/fmtlib/fmt.git
    GIT_TAG e69e5f977d458f2650bb346dadf2ad30c5320281)  # 10.2.1
  FetchContent_MakeAvailable(fmt)
  book_foreign(fmt)
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
find_package(GTest 1.11 QUIET)
if(NOT GTest_FOUND)
  message(STATUS "GoogleTest is not installed: fetching GoogleTest 1.14.0")
  set(INSTALL_GTEST OFF)
  FetchContent_Declare(googletest
    GIT_REPOSITORY https://github.com/google/googletest.git
    GIT_TAG f8d7d77c06936315286eb55f8de22cd23c188571)  # 1.14.0
  FetchContent_MakeAvailable(googletest)
  book_foreign(gtest gtest_main gmock gmock_main)
endif()
