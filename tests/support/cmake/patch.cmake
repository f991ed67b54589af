# book_apply_patch(PATCH ORIGINAL text error): the original with the patch's changes, as `text`.
#
# A patch is a unified diff, and stricter here than for patch(1) or git: the lines that a part of it
# expects (those that begin with a blank or a minus) must stand in the original exactly once. So it
# cannot slip to another place, and the figures after @@ need not be right. Nothing but CMake is needed:
# not every machine has patch(1), and `git apply` passes over files outside of its own folder. The ends
# of lines may be those of Windows. If it does not apply, `error` is set to one line that says why.
function(book_apply_patch patch original out_text out_error)
  file(READ "${patch}" text)
  file(READ "${original}" whole)
  string(REPLACE "\r" "" text "\n${text}")
  string(REPLACE "\r" "" whole "\n${whole}")
  set(done "")
  set(rest "${whole}")
  set(error "")
  string(FIND "${text}" "\n@@ " at)
  if(at EQUAL -1)
    set(error "has no part that begins with @@")
  endif()
  while(NOT at EQUAL -1)
    math(EXPR at "${at} + 1")
    string(SUBSTRING "${text}" ${at} -1 text)
    string(FIND "${text}" "\n" end)
    string(SUBSTRING "${text}" 0 ${end} place)
    string(SUBSTRING "${text}" ${end} -1 text)
    string(FIND "${text}" "\n@@ " at)
    string(SUBSTRING "${text}" 0 ${at} part)  # all that is left, if at is -1
    string(REGEX REPLACE "\n$" "" part "${part}")

    # What it expects, and what it puts there: whole lines, from one end of line to the next.
    string(REGEX REPLACE "\n\\+[^\n]*" "" old "${part}")
    string(REGEX REPLACE "\n[- ]" "\n" old "${old}\n")
    string(REGEX REPLACE "\n-[^\n]*" "" new "${part}")
    string(REGEX REPLACE "\n[+ ]" "\n" new "${new}")

    string(FIND "${rest}" "${old}" here)
    string(FIND "${whole}" "${old}" first)
    string(FIND "${whole}" "${old}" last REVERSE)
    if(here EQUAL -1)
      set(error "expects lines, at ${place}, that are not there")
      break()
    elseif(NOT first EQUAL last)
      set(error "expects lines, at ${place}, that are there more than once")
      break()
    endif()
    string(SUBSTRING "${rest}" 0 ${here} before)
    string(APPEND done "${before}${new}")
    string(LENGTH "${old}" length)
    math(EXPR here "${here} + ${length} - 1")
    string(SUBSTRING "${rest}" ${here} -1 rest)
  endwhile()

  string(APPEND done "${rest}")
  string(SUBSTRING "${done}" 1 -1 done)
  if(error)
    set(error "${patch} does not apply to ${original}: it ${error}. Mend it by hand, or make it anew: \
tests/docs/README.md, under 'A wrong answer'.")
    set(top "${CMAKE_SOURCE_DIR}")
    if(BOOK_SOURCE_DIR)  # which may be a part of another project
      set(top "${BOOK_SOURCE_DIR}")
    endif()
    string(REPLACE "${top}/" "" error "${error}")
  endif()
  set(${out_text} "${done}" PARENT_SCOPE)
  set(${out_error} "${error}" PARENT_SCOPE)
endfunction()

# As a program:  cmake -D PATCH=x.patch -D ORIGINAL=a.h -D RESULT=b.h -P tests/support/cmake/patch.cmake
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  book_apply_patch("${PATCH}" "${ORIGINAL}" text error)
  if(error)
    message(FATAL_ERROR "${error}")
  endif()
  file(WRITE "${RESULT}" "${text}")
endif()
