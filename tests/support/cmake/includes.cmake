# cmake -DCHAPTER=07_join -DSTANDS_ON=02,04,05 -DFLOORS= -DFOLDER=... -DFILES=list -DSTAMP=stamp -P includes.cmake
#
# Looks at every include of a chapter's files, and writes the stamp if each points downstairs:
#   - to common/, or to a chapter that STANDS_ON names,
#   - within the chapter, to a floor below its own or to the same one,
#   - from story/ and main.cpp to anything of the chapter; to story/ from nothing else.
cmake_minimum_required(VERSION 3.22)
string(SUBSTRING ${CHAPTER} 0 2 number)
string(REPLACE "," ";" STANDS_ON "${STANDS_ON}")
string(REPLACE "," ";" floors "${FLOORS}")
file(READ "${FILES}" files)
string(STRIP "${files}" files)
set(wrong "")

# How high a file of this chapter lies: its floor's place in FLOORS; above them the files beside
# README.md; at the top the story.
function(height place result)
  if(place MATCHES "^story/" OR place STREQUAL "main.cpp")
    set(${result} 100 PARENT_SCOPE)
    return()
  endif()
  if(NOT place MATCHES "/")
    set(${result} 99 PARENT_SCOPE)
    return()
  endif()
  string(REGEX REPLACE "/.*" "" folder "${place}")
  list(FIND floors "${folder}" index)
  set(${result} ${index} PARENT_SCOPE)
endfunction()

foreach(file IN LISTS files)
  if(file STREQUAL "")
    continue()
  endif()
  file(RELATIVE_PATH place "${FOLDER}" "${file}")
  height("${place}" own)
  file(STRINGS "${file}" lines REGEX "^#include \"[0-9][0-9]_")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" include "${line}")
    string(SUBSTRING "${include}" 0 2 other)
    if(other STREQUAL number)
      string(REGEX REPLACE "^[^/]+/(.*)$" "\\1" there "${include}")
      height("${there}" its)
      if(its GREATER own)
        list(APPEND wrong "chapters/${CHAPTER}/${place} includes \"${include}\", which lies above it. \
Floors, the lowest first: ${floors}, the chapter's own folder, story.")
      endif()
    elseif(NOT other IN_LIST STANDS_ON)
      list(APPEND wrong "chapters/${CHAPTER}/${place} includes \"${include}\", but ${CHAPTER} stands on \
${STANDS_ON}. Write it without, or say so in the chapter's CMakeLists.txt, if it lies below.")
    endif()
  endforeach()
endforeach()

if(wrong)
  list(JOIN wrong "\n" text)
  string(REPLACE ";" " " text "${text}")
  message(FATAL_ERROR "${text}")
endif()
file(WRITE "${STAMP}" "")
