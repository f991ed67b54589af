# For the schedule explorer (tests/explorer/README.md) and for the exercises that stand on it.

# The sanitizers want the compiler's calls for themselves.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(BOOK_EXPLORES OFF)
else()
  set(BOOK_EXPLORES ON)
endif()

# explored_target(target): its sources call the explorer at each step.
function(explored_target target)
  if(BOOK_MINE)
    target_include_directories(${target} PRIVATE "${BOOK_HOUSE}" "${BOOK_HOUSE}/chapters")
  endif()
  target_include_directories(${target} PRIVATE "${BOOK_SOURCE_DIR}" "${BOOK_SOURCE_DIR}/chapters"
                                               "${BOOK_SOURCE_DIR}/tests")
  target_compile_options(${target} PRIVATE -fsanitize=thread -O2 -g1 -fno-optimize-sibling-calls
                                           -D__SANITIZE_ADDRESS__=1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE --param=tsan-instrument-func-entry-exit=0)
  else()
    target_compile_options(${target} PRIVATE "SHELL:-mllvm -tsan-instrument-func-entry-exit=0")
  endif()
endfunction()
