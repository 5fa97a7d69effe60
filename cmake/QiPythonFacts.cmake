# SPDX-License-Identifier: BSD-3-Clause
# Asks the interpreter QI_PYTHON what it is, and refuses what libqi does not know. Runs as a script, too
# (cmake -D QI_PYTHON=... -P), which is how it is tested.

cmake_minimum_required(VERSION 3.25)

if(NOT EXISTS "${QI_PYTHON}")
  message(FATAL_ERROR "QI_PYTHON is ${QI_PYTHON}, which does not exist")
endif()
execute_process(
  COMMAND "${QI_PYTHON}" -I -c
          "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], sys.executable, sysconfig.get_config_var('LIBPC') or '', sys.base_prefix, sys.platlibdir, sysconfig.get_config_var('Py_GIL_DISABLED') or 0, sys.abiflags or '-', sep='|')"
  OUTPUT_VARIABLE qi_python_facts OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "|" ";" qi_python_facts "${qi_python_facts}")
list(GET qi_python_facts 0 QI_PYTHON_VERSION)
list(GET qi_python_facts 2 qi_python_pc)
list(GET qi_python_facts 3 QI_PYTHON_PREFIX)
list(GET qi_python_facts 4 QI_PYTHON_PLATLIBDIR)
list(GET qi_python_facts 5 qi_python_without_gil)
# "d" for a debug build, whose headers and library have other names.
list(GET qi_python_facts 6 qi_python_abi)
string(REPLACE "-" "" qi_python_abi "${qi_python_abi}")

# The library asks the same when it starts, and so has the number.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../runtime/python/compat.h" qi_python_newest
     REGEX "^#define QIP_NEWEST_PYTHON_MINOR [0-9]+$")
string(REGEX REPLACE "^.* " "3." qi_python_newest "${qi_python_newest}")

if(QI_PYTHON_VERSION VERSION_LESS 3.11)
  message(FATAL_ERROR "libqi needs Python 3.11 or newer; ${QI_PYTHON} is ${QI_PYTHON_VERSION}")
endif()
if(QI_PYTHON_VERSION VERSION_GREATER qi_python_newest AND NOT QI_UNTESTED_PYTHON)
  message(FATAL_ERROR "${QI_PYTHON} is Python ${QI_PYTHON_VERSION}, and the newest that this libqi knows is "
                      "${qi_python_newest}; set QI_UNTESTED_PYTHON to build for it all the same")
endif()
if(qi_python_without_gil AND NOT QI_UNTESTED_PYTHON)
  message(FATAL_ERROR "${QI_PYTHON} is a free-threaded build of Python ${QI_PYTHON_VERSION}, and libqi relies on "
                      "the GIL; use the ordinary build, or set QI_UNTESTED_PYTHON to build for it all the same")
endif()
