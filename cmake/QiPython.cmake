# SPDX-License-Identifier: BSD-3-Clause
# Finds the libpython that belongs to QI_PYTHON, whatever `python3` comes first on PATH, and defines the
# target qi-python: headers and library for embedding.

include(QiPythonFacts)
# The versioned name survives a later change of what python3 points to.
if(EXISTS "${QI_PYTHON}.${QI_PYTHON_VERSION}")
  set(QI_PYTHON_EXECUTABLE "${QI_PYTHON}.${QI_PYTHON_VERSION}")
else()
  string(REGEX REPLACE "python3$" "python${QI_PYTHON_VERSION}" QI_PYTHON_EXECUTABLE "${QI_PYTHON}")
endif()

find_package(PkgConfig REQUIRED)
if(qi_python_pc)
  set(ENV{PKG_CONFIG_PATH} "${qi_python_pc}:$ENV{PKG_CONFIG_PATH}")
endif()
pkg_check_modules(QI_PYTHON_EMBED REQUIRED IMPORTED_TARGET "python-${QI_PYTHON_VERSION}${qi_python_abi}-embed")
add_library(qi-python INTERFACE)
target_link_libraries(qi-python INTERFACE PkgConfig::QI_PYTHON_EMBED)
message(STATUS "Python ${QI_PYTHON_VERSION}: ${QI_PYTHON_EXECUTABLE}")
