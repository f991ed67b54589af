# add_exercise(02_timer_future alarm
#   STUB "words the stub's red test prints"                     (optional)
#   EXPLORED                                                    (optional)
#   WRONG forgets_waker "words its red test prints" ...         (pairs)
#   RACE  no_lock ...)                                          (names)
#
# One test source, tests/exercises/02_timer_future/alarm_test.cpp, compiled against several answers: it
# says #include "exercise/alarm.h", and a header of that name, written here for each answer, leads on
# to the chapter's solutions/, to the reader's exercises/, or to one of the wrong answers. A wrong answer
# is a patch for the solution, wrong/alarm_forgets_waker.patch, or a whole file, wrong/alarm_one_slot.h.
# tests/docs/README.md tells authors how to use it.
#
# RACE: wrong answers in which the thread sanitizer has to report a race: proved in its builds, and there alone. (One
# of WRONG may be one of RACE, too.)
#
# EXPLORED: the test runs the answer under the schedule explorer (tests/explorer/README.md).
include(patch)  # book_apply_patch()

# The program of a test, `sources`, with some answer; EXPLORED may stand among them.
function(book_test_of_answer target chapter)
  set(sources ${ARGN})
  list(REMOVE_ITEM sources EXPLORED)
  add_executable(${target} EXCLUDE_FROM_ALL ${sources})
  string(SUBSTRING ${chapter} 0 2 number)
  if("EXPLORED" IN_LIST ARGN)
    explored_target(${target})
    target_link_libraries(${target} PRIVATE explored book_explorer)
  else()
    target_compile_options(${target} PRIVATE ${BOOK_TEST_OPTIONS})
    target_precompile_headers(${target} REUSE_FROM book_test_support)
  endif()
  list(GET sources 0 test)
  file(STRINGS "${test}" lint REGEX "^#include \"docs/answer\\.h\"")
  if(lint)
    target_link_libraries(${target} PRIVATE book_lint)
  endif()
  target_link_libraries(${target} PRIVATE book_test_support book_test_main chapter_${number})
  book_link_what_is_included(${target} "${test}")
  # What there must be before the answer itself is compiled: `make exercise` builds that first.
  if(NOT TARGET exercise_tools.${chapter})
    add_custom_target(exercise_tools.${chapter})
    if(number GREATER_EQUAL 5)  # before, there are no coroutines
      add_dependencies(exercise_tools.${chapter} coroutine_lint)
    endif()
  endif()
  get_target_property(libraries ${target} LINK_LIBRARIES)
  add_dependencies(exercise_tools.${chapter} ${libraries} book_test_support)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/exercises")
endfunction()

# One program: the exercise's test with one answer; EXPLORED may follow.
function(book_exercise_program target chapter name answer)
  set(folder "${CMAKE_BINARY_DIR}/exercises/${target}")
  file(CONFIGURE OUTPUT "${folder}/exercise/${name}.h" CONTENT "#include \"${answer}\"\n" @ONLY)
  book_test_of_answer(${target} ${chapter} "${BOOK_SOURCE_DIR}/tests/exercises/${chapter}/${name}_test.cpp" ${ARGN})
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()

# What a patch makes of a file, into the build folder, and again whenever either has changed.
function(book_patched patch original result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${patch}" "${original}")
  book_apply_patch("${patch}" "${original}" text error)
  if(error)
    message(SEND_ERROR "${error}")
  endif()
  set(before "")
  if(EXISTS "${result}")
    file(READ "${result}" before)
  endif()
  if(NOT "${before}" STREQUAL "${text}")  # else it would be compiled anew for nothing
    file(WRITE "${result}" "${text}")
  endif()
endfunction()

# The program of a wrong answer.
function(book_wrong_answer target chapter name what)  # EXPLORED may follow
  set(wrong "${BOOK_SOURCE_DIR}/tests/exercises/${chapter}/wrong/${name}_${what}")
  if(NOT EXISTS "${wrong}.patch")
    book_exercise_program(${target} ${chapter} ${name} "exercises/${chapter}/wrong/${name}_${what}.h" ${ARGN})
    return()
  endif()
  book_patched("${wrong}.patch" "${BOOK_SOURCE_DIR}/chapters/${chapter}/solutions/${name}.h"
               "${CMAKE_BINARY_DIR}/exercises/${target}/${name}_${what}.h")
  book_exercise_program(${target} ${chapter} ${name} "${name}_${what}.h" ${ARGN})
  # So that an include which is found beside the solution is found here.
  target_include_directories(${target} PRIVATE "${BOOK_SOURCE_DIR}/chapters/${chapter}/solutions")
endfunction()

# A test that wants `target` to fail by an expectation, and to print `words`.
function(book_expect_red target words)
  set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL OFF)
  add_test(NAME exercise.${target}
    COMMAND sh "${BOOK_SOURCE_DIR}/tests/support/expect_red.sh" "$<TARGET_FILE:${target}>" "${words}")
  set_tests_properties(exercise.${target} PROPERTIES TIMEOUT ${BOOK_TEST_TIMEOUT})
endfunction()

# A test that wants the thread sanitizer to report a race in `target`.
function(book_expect_race target)
  set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL OFF)
  add_test(NAME exercise.${target}.race
    COMMAND sh "${BOOK_SOURCE_DIR}/tests/support/expect_race.sh" "$<TARGET_FILE:${target}>")
  set_tests_properties(exercise.${target}.race PROPERTIES TIMEOUT ${BOOK_TEST_TIMEOUT})
endfunction()

set(ASYNC_BOOK_EXERCISES "." CACHE STRING
    "The chapters whose solutions are built and tested: a regular expression")

# What `make test CHAPTER=NN` builds: this exercise's solution.
function(book_list_solution chapter name)
  set_property(GLOBAL APPEND PROPERTY BOOK_EXERCISES_OF_${chapter} ${name})
  get_property(names GLOBAL PROPERTY BOOK_EXERCISES_OF_${chapter})
  list(JOIN names "\n" lines)
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/exercises/${chapter}.list" CONTENT "${lines}\n" @ONLY)
endfunction()

function(add_exercise chapter name)
  if(NOT BOOK_IS_TOP_LEVEL)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 2 given "EXPLORED" "STUB" "WRONG;RACE")
  set(explored "")
  if(given_EXPLORED)
    if(NOT BOOK_EXPLORES)
      return()
    endif()
    set(explored EXPLORED)
  endif()
  if(given_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_exercise(${chapter} ${name}): I do not know '${given_UNPARSED_ARGUMENTS}'. "
                        "The words are STUB \"message\", EXPLORED, WRONG name \"message\" ... and RACE name ...")
  endif()
  set(test "${BOOK_SOURCE_DIR}/tests/exercises/${chapter}/${name}_test.cpp")
  foreach(file IN ITEMS "${test}" "${BOOK_SOURCE_DIR}/chapters/${chapter}/solutions/${name}.h"
          "${BOOK_SOURCE_DIR}/chapters/${chapter}/exercises/${name}.h")
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "add_exercise(${chapter} ${name}) needs the file ${file}")
    endif()
  endforeach()

  set(exercise ${chapter}.${name})
  book_list_solution(${chapter} ${name})

  book_exercise_program(${exercise}.solution ${chapter} ${name} "${chapter}/solutions/${name}.h"
                        ${explored})
  if(chapter MATCHES "${ASYNC_BOOK_EXERCISES}")
    set_target_properties(${exercise}.solution PROPERTIES EXCLUDE_FROM_ALL OFF)
    add_test(NAME exercise.${exercise}.solution COMMAND ${exercise}.solution --gtest_brief=1)
    set_tests_properties(exercise.${exercise}.solution PROPERTIES TIMEOUT ${BOOK_TEST_TIMEOUT})
  endif()

  book_exercise_program(${exercise}.reader ${chapter} ${name} "${chapter}/exercises/${name}.h"
                        ${explored})
  if(ASYNC_BOOK_PROVE_EXERCISES)
    book_expect_red(${exercise}.reader "${given_STUB}")
  endif()

  list(LENGTH given_WRONG words_count)
  math(EXPR odd "${words_count} % 2")
  if(odd)
    message(FATAL_ERROR "add_exercise(${chapter} ${name}): WRONG takes pairs, a name and the words its "
                        "red test must print.")
  endif()
  while(given_WRONG)
    list(POP_FRONT given_WRONG what words)
    set(wrong "tests/exercises/${chapter}/wrong/${name}_${what}")
    if(NOT EXISTS "${BOOK_SOURCE_DIR}/${wrong}.patch" AND NOT EXISTS "${BOOK_SOURCE_DIR}/${wrong}.h")
      message(FATAL_ERROR "add_exercise(${chapter} ${name}) needs the file ${wrong}.patch")
    endif()
    if(ASYNC_BOOK_PROVE_EXERCISES AND chapter MATCHES "${ASYNC_BOOK_PROVE_ANSWERS}")
      book_wrong_answer(${exercise}.wrong.${what} ${chapter} ${name} ${what} ${explored})
      book_expect_red(${exercise}.wrong.${what} "${words}")
    endif()
  endwhile()

  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread" AND chapter MATCHES "${ASYNC_BOOK_EXERCISES}")
    foreach(what IN LISTS given_RACE)
      if(NOT TARGET ${exercise}.wrong.${what})
        book_wrong_answer(${exercise}.wrong.${what} ${chapter} ${name} ${what} ${explored})
      endif()
      book_expect_race(${exercise}.wrong.${what})
    endforeach()
  endif()
endfunction()
