# SPDX-License-Identifier: BSD-3-Clause
# Finds the libpython that belongs to QI_PYTHON, whatever `python3` comes first on PATH, and defines the
# target qi-python: headers and library for embedding.

if(NOT EXISTS "${QI_PYTHON}")
  message(FATAL_ERROR "QI_PYTHON is ${QI_PYTHON}, which does not exist")
endif()
execute_process(
  COMMAND "${QI_PYTHON}" -I -c
          "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], sys.executable, sysconfig.get_config_var('LIBPC') or '', sys.base_prefix, sys.platlibdir, sep='|')"
  OUTPUT_VARIABLE qi_python_facts OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "|" ";" qi_python_facts "${qi_python_facts}")
list(GET qi_python_facts 0 QI_PYTHON_VERSION)
list(GET qi_python_facts 2 qi_python_pc)
list(GET qi_python_facts 3 QI_PYTHON_PREFIX)
list(GET qi_python_facts 4 QI_PYTHON_PLATLIBDIR)
if(QI_PYTHON_VERSION VERSION_LESS 3.11)
  message(FATAL_ERROR "libqi needs Python 3.11 or newer; ${QI_PYTHON} is ${QI_PYTHON_VERSION}")
endif()
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
pkg_check_modules(QI_PYTHON_EMBED REQUIRED IMPORTED_TARGET "python-${QI_PYTHON_VERSION}-embed")
add_library(qi-python INTERFACE)
target_link_libraries(qi-python INTERFACE PkgConfig::QI_PYTHON_EMBED)
message(STATUS "Python ${QI_PYTHON_VERSION}: ${QI_PYTHON_EXECUTABLE}")
