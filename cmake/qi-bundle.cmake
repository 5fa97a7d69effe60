# SPDX-License-Identifier: BSD-3-Clause
#
# qi_bundle(TARGET [FOLDER folder] [VENV venv] [ADD path[=place]...] [WITHOUT name...])
#
# Adds the target TARGET-bundle, which makes a folder of the program TARGET and of all that it needs, by `qi-run bundle`.
#   FOLDER   what is made, and made anew each time; TARGET-bundle in the build folder by default
#   VENV     a virtual environment whose packages come along
#   ADD      files and folders of your own, and their places in FOLDER
#   WITHOUT  what of Python is left out
# Relative paths begin at the current source folder. TARGET itself then looks for libraries in $ORIGIN/../lib, too.
function(qi_bundle target)
  cmake_parse_arguments(PARSE_ARGV 1 asked "" "FOLDER;VENV" "ADD;WITHOUT")
  if(asked_UNPARSED_ARGUMENTS OR asked_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "qi_bundle(${target}): there are FOLDER, VENV, ADD and WITHOUT, each with a value, "
                        "not ${asked_UNPARSED_ARGUMENTS} ${asked_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "qi_bundle(${target}): there is no such target yet; call it after add_executable(${target} ...)")
  endif()
  if(NOT EXISTS "${qi_RUN_EXECUTABLE}")
    message(FATAL_ERROR "qi_bundle(${target}) needs qi-run, and there is no ${qi_RUN_EXECUTABLE}: "
                        "libqi was built without it (QI_BUILD_APPS), or it is in a package of its own")
  endif()
  if(NOT asked_FOLDER)
    set(asked_FOLDER ${CMAKE_CURRENT_BINARY_DIR}/${target}-bundle)
  endif()
  set(options --replace)
  foreach(option VENV ADD WITHOUT)
    string(TOLOWER ${option} name)
    foreach(value IN LISTS asked_${option})
      list(APPEND options --${name}=${value})
    endforeach()
  endforeach()
  set_property(TARGET ${target} APPEND PROPERTY BUILD_RPATH "$ORIGIN/../lib")
  add_custom_target(${target}-bundle COMMAND ${qi_RUN_EXECUTABLE} bundle $<TARGET_FILE:${target}> ${asked_FOLDER} ${options}
                    DEPENDS ${target} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} VERBATIM USES_TERMINAL
                    COMMENT "Making the folder ${asked_FOLDER}")
endfunction()
