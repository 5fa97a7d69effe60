# SPDX-License-Identifier: BSD-3-Clause
# How every target of libqi is compiled: language levels, warnings, sanitizers.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ${PROJECT_IS_TOP_LEVEL})
if(NOT CMAKE_BUILD_TYPE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(qi-flags INTERFACE)
target_compile_options(qi-flags INTERFACE -Wall -Wextra $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
                       $<$<BOOL:${QI_WERROR}>:-Werror>)
# Qt's keyword macros stay off: `slots` is a field name in Python.h.
target_compile_definitions(qi-flags INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII
                           QT_NO_CAST_TO_ASCII QT_NO_FOREACH)
# Apart from the house rules, since programs that are written as an outsider's need these alone.
add_library(qi-sanitizers INTERFACE)
if(QI_SANITIZE)
  string(REPLACE ";" "," sanitizers "${QI_SANITIZE}")
  target_compile_options(qi-sanitizers INTERFACE -fsanitize=${sanitizers} -fno-omit-frame-pointer)
  target_link_options(qi-sanitizers INTERFACE -fsanitize=${sanitizers})
  if("thread" IN_LIST QI_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Qt's headers have fences, which gcc's sanitizer does not follow; it says so for each.
    target_compile_options(qi-sanitizers INTERFACE -Wno-tsan)
  endif()
endif()
target_link_libraries(qi-flags INTERFACE qi-sanitizers)
