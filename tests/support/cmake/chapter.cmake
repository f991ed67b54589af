# add_chapter(03_channel_executor), called from the chapter's own CMakeLists.txt.
#
# Its sources join the library `book`, so that later chapters and all tests stand on them;
# its main.cpp becomes build/bin/03_channel_executor.
function(add_chapter name)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  target_sources(book PRIVATE ${sources})

  file(GLOB main CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")
  if(main)
    add_executable(${name} "${main}")
    target_link_libraries(${name} PRIVATE book)
    target_precompile_headers(${name} REUSE_FROM book)
    if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
      target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support/main/signals_under_tsan.cpp")
    endif()
    set_property(GLOBAL APPEND PROPERTY BOOK_PROGRAMS ${name})
  endif()
endfunction()
