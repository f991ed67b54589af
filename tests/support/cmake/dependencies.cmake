# fmt for the book, GoogleTest for its tests. The system's packages first; without them, the sources
# at fixed commits. (Google Benchmark: tests/bench/CMakeLists.txt.)
include(FetchContent)
set(FETCHCONTENT_QUIET OFF)

find_package(Threads REQUIRED)

find_package(fmt 9 QUIET)
if(NOT fmt_FOUND)
  message(STATUS "fmt 9 is not installed: fetching fmt 10.2.1")
  FetchContent_Declare(fmt
    GIT_REPOSITORY https://github.com/fmtlib/fmt.git
    GIT_TAG e69e5f977d458f2650bb346dadf2ad30c5320281)  # 10.2.1
  FetchContent_MakeAvailable(fmt)
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
endif()
