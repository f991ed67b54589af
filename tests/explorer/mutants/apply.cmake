# cmake -DPATCH=mutant.patch -DFROM=folder -DTO=folder -P apply.cmake: copies each file that the patch names
# from one tree into the other, changed as it says.
include("${CMAKE_CURRENT_LIST_DIR}/../../support/cmake/patch.cmake")

file(READ "${PATCH}" rest)
get_filename_component(mutant "${PATCH}" NAME_WE)
string(FIND "${rest}" "\n+++ b/" at)
while(NOT at EQUAL -1)
  math(EXPR at "${at} + 7")
  string(SUBSTRING "${rest}" ${at} -1 rest)
  string(REGEX MATCH "^[^\n\t]+" name "${rest}")
  string(FIND "${rest}" "\n--- a/" end)
  string(SUBSTRING "${rest}" 0 ${end} part)
  file(WRITE "${TO}/${name}.patch" "${part}")
  book_apply_patch("${TO}/${name}.patch" "${FROM}/${name}" text error)
  if(error)
    message(FATAL_ERROR "The mutant ${mutant} does not fit any more: ${name} has changed (${error}). Make the \
same mistake in it anew: tests/explorer/README.md says how.")
  endif()
  file(WRITE "${TO}/${name}" "${text}")
  string(FIND "${rest}" "\n+++ b/" at)
endwhile()
