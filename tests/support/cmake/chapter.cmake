# add_chapter(07_join STANDS_ON 02 04 05 [FLOORS bytes sockets ...]), called from the chapter's own
# CMakeLists.txt.
#
#   chapter_07         its sources, those in its FLOORS' folders too: what later chapters stand on
#   chapter_07_story   story/: what only its program tells, and what tests of the story look at
#   07_join            main.cpp: the program build/bin/07_join
#
# STANDS_ON names every chapter that its files include; FLOORS its own folders, the lowest first. A file
# that includes anything else does not build (includes.cmake).
function(add_chapter name)
  cmake_parse_arguments(PARSE_ARGV 1 given "" "" "STANDS_ON;FLOORS")
  if(given_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_chapter(${name}): I do not know '${given_UNPARSED_ARGUMENTS}'. The words are "
                        "STANDS_ON 02 04 ... and FLOORS folder ...")
  endif()
  string(SUBSTRING ${name} 0 2 number)
  set(library chapter_${number})

  set(globs "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  foreach(floor IN LISTS given_FLOORS)
    list(APPEND globs "${CMAKE_CURRENT_SOURCE_DIR}/${floor}/*.cpp"
                      "${CMAKE_CURRENT_SOURCE_DIR}/${floor}/*.h")
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${globs})
  list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")
  file(GLOB story CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/story/*.cpp"
       "${CMAKE_CURRENT_SOURCE_DIR}/story/*.h")

  set(main "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")
  if(NOT EXISTS "${main}")
    set(main "")
  endif()
  book_read_includes(${name} ${name} "${given_STANDS_ON}" "${given_FLOORS}" ${sources} ${story} ${main})

  book_sources_of_the_house(sources)
  add_library(${library} STATIC ${sources} "${BOOK_EMPTY_SOURCE}")
  set_property(GLOBAL APPEND PROPERTY BOOK_LIBRARIES ${library})
  add_dependencies(${library} ${name}_includes)
  target_link_libraries(${library} PUBLIC book_common)
  target_precompile_headers(${library} REUSE_FROM book_common)
  foreach(below IN LISTS given_STANDS_ON)
    if(NOT TARGET chapter_${below} OR below GREATER_EQUAL number)
      message(FATAL_ERROR "add_chapter(${name}) STANDS_ON ${below}: there is no such chapter below it")
    endif()
    target_link_libraries(${library} PUBLIC chapter_${below})
  endforeach()

  if(NOT BOOK_IS_TOP_LEVEL)
    return()
  endif()

  # A story is read, not measured: half the time to compile it.
  add_library(${library}_story STATIC ${story} "${BOOK_EMPTY_SOURCE}")
  target_link_libraries(${library}_story PUBLIC ${library} book_program)
  target_compile_options(${library}_story PRIVATE ${BOOK_STORY_OPTIONS})
  target_precompile_headers(${library}_story REUSE_FROM book_common)
  foreach(below IN LISTS given_STANDS_ON)
    target_link_libraries(${library}_story PUBLIC chapter_${below}_story)
  endforeach()

  if(main)
    add_executable(${name} "${main}")
    target_link_libraries(${name} PRIVATE ${library}_story)
    target_compile_options(${name} PRIVATE ${BOOK_STORY_OPTIONS})
    target_precompile_headers(${name} REUSE_FROM book_common)
    if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
      target_sources(${name} PRIVATE "${BOOK_SOURCE_DIR}/tests/support/main/signals_under_tsan.cpp")
    endif()
    set_property(GLOBAL APPEND PROPERTY BOOK_PROGRAMS ${name})
  endif()
endfunction()

# ${target}_includes: every include of these files of a chapter was looked at since the stamp was last written.
function(book_read_includes target chapter stands_on floors)
  set(stamp "${BOOK_BINARY_DIR}/includes/${target}.stamp")
  set(list "${BOOK_BINARY_DIR}/includes/${target}.list")
  string(REPLACE ";" "," stands_on "${stands_on}")
  string(REPLACE ";" "," floors "${floors}")
  file(CONFIGURE OUTPUT "${list}" @ONLY CONTENT "${ARGN}")
  add_custom_command(OUTPUT "${stamp}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" -DCHAPTER=${chapter} -DSTANDS_ON=${stands_on} -DFLOORS=${floors}
            "-DFOLDER=${BOOK_SOURCE_DIR}/chapters/${chapter}" "-DFILES=${list}"
            "-DSTAMP=${stamp}" -P "${BOOK_CMAKE_DIR}/includes.cmake"
    DEPENDS ${ARGN} "${BOOK_CMAKE_DIR}/includes.cmake" "${list}"
    COMMENT "Reading the includes of ${target}")
  add_custom_target(${target}_includes DEPENDS "${stamp}")
endfunction()

# The numbers of the chapters whose headers these files include, and NN_story where it is a story's.
function(book_chapters_included result)
  set(numbers "")
  foreach(file IN LISTS ARGN)
    file(STRINGS "${file}" includes REGEX "^#include \"[0-9][0-9]_")
    foreach(include IN LISTS includes)
      string(REGEX REPLACE "^#include \"([0-9][0-9])_.*" "\\1" number "${include}")
      list(APPEND numbers ${number})
      if(include MATCHES "/story/")
        list(APPEND numbers ${number}_story)
      endif()
    endforeach()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  endforeach()
  list(REMOVE_DUPLICATES numbers)
  set(${result} "${numbers}" PARENT_SCOPE)
endfunction()

# Links a test, a bench or an exercise with these chapters, and with what tests of coroutines need.
function(book_link_what_is_included target)
  book_chapters_included(numbers ${ARGN})
  foreach(number IN LISTS numbers)
    target_link_libraries(${target} PRIVATE chapter_${number})
    if(number GREATER_EQUAL 04)  # the first with an executor of which a report can be had
      set(has_tasks TRUE)
    endif()
  endforeach()
  if(has_tasks AND NOT BOOK_WITHOUT_ASYNC_SUPPORT)
    target_link_libraries(${target} PRIVATE book_async_support)
  endif()
endfunction()
