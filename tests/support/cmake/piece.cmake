# A piece of the house: an exercise whose solution is a file of the book itself.
#
#   add_piece(12_sync hand_over chapters/12_sync/permit_core.cpp
#     EXPLORED                                              (optional: as of an exercise)
#     STUB  "words the stub's red test prints"
#     WRONG wakes_all "words its red test prints" ...)        (pairs)
#
# What a reader begins with is the book's file with a gap in it: tests/exercises/12_sync/gap/hand_over.patch takes
# the answer out of the file and puts the question in. So there is no second copy of it, and none can differ.
# It lies in mine/, at the path that it has in the book: mine/chapters/12_sync/permit_core.cpp. The test,
# tests/exercises/12_sync/hand_over_test.cpp, is compiled with that file in the place of the book's.
# Wrong answers are patches of the book's file, as those of exercises are of their solutions.
#
# BOOK_MINE (the preset mine): the libraries and programs are built with build-mine/house/ before the book's own
# files. tests/support/make/mine.sh puts a copy of every piece there, the reader's or the book's.

# One program: the piece's test with `answer` in the place of `file`; EXPLORED may follow.
function(book_piece_program target chapter name file answer)
  set(folder "${CMAKE_BINARY_DIR}/exercises/${target}")
  set(sources "${BOOK_SOURCE_DIR}/tests/exercises/${chapter}/${name}_test.cpp")
  string(REGEX REPLACE "^chapters/" "" include "${file}")
  if(file MATCHES "\\.cpp$")  # the linker then takes no other from the library
    set(include piece.cpp)
    list(APPEND sources "${folder}/piece.cpp")
  endif()
  if(NOT answer STREQUAL include)  # which is the book's own header, and found without help
    file(CONFIGURE OUTPUT "${folder}/${include}" CONTENT "#include \"${answer}\"\n" @ONLY)
  endif()
  # Its objects have the book's inline functions in them, and come before the test's: those would be linked.
  set(BOOK_WITHOUT_ASYNC_SUPPORT TRUE)
  book_test_of_answer(${target} ${chapter} ${sources} ${ARGN})
  target_include_directories(${target} BEFORE PRIVATE "${folder}")
endfunction()

# The same with what a patch makes of the book's file; EXPLORED may follow.
function(book_patched_piece target chapter name file patch)
  set(place "answer/${name}")
  book_patched("${patch}" "${BOOK_SOURCE_DIR}/${file}" "${CMAKE_BINARY_DIR}/exercises/${target}/${place}")
  book_piece_program(${target} ${chapter} ${name} "${file}" "${place}" ${ARGN})
endfunction()

function(add_piece chapter name file)
  if(NOT BOOK_IS_TOP_LEVEL)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 3 given "EXPLORED" "STUB" "WRONG")
  set(explored "")
  if(given_EXPLORED)
    if(NOT BOOK_EXPLORES)
      return()
    endif()
    set(explored EXPLORED)
  endif()
  set(tests "${BOOK_SOURCE_DIR}/tests/exercises/${chapter}")
  foreach(needed IN ITEMS "${BOOK_SOURCE_DIR}/${file}" "${tests}/${name}_test.cpp" "${tests}/gap/${name}.patch")
    if(NOT EXISTS "${needed}")
      message(FATAL_ERROR "add_piece(${chapter} ${name}) needs the file ${needed}")
    endif()
  endforeach()
  if(given_UNPARSED_ARGUMENTS OR NOT given_STUB)
    message(FATAL_ERROR "add_piece(${chapter} ${name} FILE [EXPLORED] STUB \"message\" WRONG name \"message\" ...)")
  endif()

  set(piece ${chapter}.${name})
  book_piece_program(${piece}.mine ${chapter} ${name} "${file}" "mine/${file}" ${explored})
  book_piece_program(${piece}.solution ${chapter} ${name} "${file}" "${file}" ${explored})
  # The solution is the book's own code, which its other tests try, too: here it is for the test's own sake.
  if(ASYNC_BOOK_PROVE_EXERCISES OR (CMAKE_CXX_FLAGS MATCHES "-fsanitize=" AND chapter MATCHES "${ASYNC_BOOK_EXERCISES}"))
    book_list_solution(${chapter} ${name})
    set_target_properties(${piece}.solution PROPERTIES EXCLUDE_FROM_ALL OFF)
    add_test(NAME exercise.${piece}.solution COMMAND ${piece}.solution --gtest_brief=1)
    set_tests_properties(exercise.${piece}.solution PROPERTIES TIMEOUT ${BOOK_TEST_TIMEOUT})
  endif()
  if(NOT ASYNC_BOOK_PROVE_EXERCISES)
    return()
  endif()
  book_patched_piece(${piece}.stub ${chapter} ${name} "${file}" "${tests}/gap/${name}.patch" ${explored})
  book_expect_red(${piece}.stub "${given_STUB}")
  if(NOT chapter MATCHES "${ASYNC_BOOK_PROVE_ANSWERS}")
    return()
  endif()
  while(given_WRONG)
    list(POP_FRONT given_WRONG what words)
    book_patched_piece(${piece}.wrong.${what} ${chapter} ${name} "${file}" "${tests}/wrong/${name}_${what}.patch" ${explored})
    book_expect_red(${piece}.wrong.${what} "${words}")
  endwhile()
endfunction()

# In a list of sources: those of the house in the place of the book's.
function(book_sources_of_the_house variable)
  if(NOT BOOK_MINE)
    return()
  endif()
  set(with_pieces "")
  foreach(source IN LISTS ${variable})
    file(RELATIVE_PATH place "${BOOK_SOURCE_DIR}" "${source}")
    if(EXISTS "${BOOK_HOUSE}/${place}")
      set(source "${BOOK_HOUSE}/${place}")
    endif()
    list(APPEND with_pieces "${source}")
  endforeach()
  set(${variable} "${with_pieces}" PARENT_SCOPE)
endfunction()
