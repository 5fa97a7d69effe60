# SPDX-License-Identifier: BSD-3-Clause
# qi_bindings: those of Python's bindings of Qt that are installed. That one is not is told by one skipped test,
# stock/<binding>, and not by one for every file that could run with it.

if(NOT DEFINED qi_bindings)
  set(qi_bindings)
  foreach(binding PyQt6 PySide6)
    execute_process(COMMAND ${QI_PYTHON} -I -c "import ${binding}.QtWidgets" RESULT_VARIABLE missing
                    OUTPUT_QUIET ERROR_QUIET)
    if(NOT missing)
      list(APPEND qi_bindings ${binding})
    endif()
  endforeach()
endif()
