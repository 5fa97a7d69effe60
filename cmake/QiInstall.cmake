# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` puts where. Nothing that is installed holds the prefix, so the tree may be moved:
# programs find libqi, and qi.pc and the CMake package find the prefix, from where they are themselves.

include(CMakePackageConfigHelpers)

set(qi_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/qi)
set(qi_stubs_dir ${CMAKE_INSTALL_DATADIR}/qi/stubs)
set(qi_plugins_dir ${CMAKE_INSTALL_DATADIR}/qi/demo/plugins)
file(RELATIVE_PATH qi_bin_to_lib /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_LIBDIR})
file(RELATIVE_PATH qi_pc_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

set(qi_left_out)
if(NOT TARGET qi-widgets)
  foreach(header widgets widgets_api console task_monitor plugin_manager plugin_list task_list task_strip)
    list(APPEND qi_left_out PATTERN "${header}.hpp" EXCLUDE)
  endforeach()
endif()
if(NOT TARGET qi-qml)
  list(APPEND qi_left_out PATTERN "qml.hpp" EXCLUDE PATTERN "qml_api.hpp" EXCLUDE)
endif()
install(DIRECTORY include/qi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp"
        ${qi_left_out})
# Where the loader looks is the same before the installation and after. Otherwise CMake overwrites the one with the other, and makes
# room for it by a separator at the end, which is an empty entry, which is the current folder: whoever started a program
# of the build tree in a folder of somebody else's would load libraries of theirs. What lies outside the system's
# folders, as libpython or Qt may, stays findable.
function(qi_look_beside target)
  set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH_USE_LINK_PATH ON
                                             INSTALL_RPATH "${ARGN}")
endfunction()
# So what will be there when it is installed is there now, by a link.
function(qi_link_beside link original)
  cmake_path(NORMAL_PATH link)
  cmake_path(IS_PREFIX PROJECT_BINARY_DIR ${link} inside)
  if(NOT inside OR (EXISTS ${link} AND NOT IS_SYMLINK ${link}))
    message(FATAL_ERROR "${CMAKE_INSTALL_BINDIR} and ${CMAKE_INSTALL_LIBDIR} lie to each other in a way that the build tree "
                        "cannot follow (${link}): choose another CMAKE_INSTALL_BINDIR or CMAKE_INSTALL_LIBDIR")
  endif()
  cmake_path(GET link PARENT_PATH parent)
  file(MAKE_DIRECTORY ${parent})
  file(RELATIVE_PATH original ${parent} ${original})
  file(CREATE_LINK ${original} ${link} SYMBOLIC)
endfunction()
qi_look_beside(qi)
install(TARGETS qi EXPORT qi-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT qi-targets NAMESPACE qi:: DESTINATION ${qi_package_dir})
set(qi_built_libs ${PROJECT_BINARY_DIR}/runtime)
# A file of its own for each: a host without widgets needs no QtWidgets to find the rest.
foreach(part widgets qml)
  if(TARGET qi-${part})
    qi_look_beside(qi-${part} $ORIGIN)
    qi_link_beside(${PROJECT_BINARY_DIR}/runtime/${part}/libqi.so.0 ${PROJECT_BINARY_DIR}/runtime/libqi.so.0)
    install(TARGETS qi-${part} EXPORT qi-${part}-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT qi-${part}-targets NAMESPACE qi:: DESTINATION ${qi_package_dir})
    configure_file(qi-${part}.pc.in ${PROJECT_BINARY_DIR}/qi-${part}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/qi-${part}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  endif()
endforeach()
if(TARGET qi-widgets)
  string(APPEND qi_built_libs /widgets)
  install(DIRECTORY runtime/widgets/translations/ DESTINATION ${CMAKE_INSTALL_DATADIR}/qi/translations
          FILES_MATCHING PATTERN "*.ts")
endif()
if(TARGET qi-qml)
  install(TARGETS qi-qml-plugin LIBRARY DESTINATION ${QI_QML_DIR}/Qi)
  install(FILES runtime/qml/plugin/qmldir DESTINATION ${QI_QML_DIR}/Qi)
endif()
configure_package_config_file(cmake/qi-config.cmake.in ${PROJECT_BINARY_DIR}/qi-config.cmake
  INSTALL_DESTINATION ${qi_package_dir} PATH_VARS qi_stubs_dir CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/qi-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/qi-config.cmake ${PROJECT_BINARY_DIR}/qi-config-version.cmake cmake/qi-bundle.cmake
        DESTINATION ${qi_package_dir})

configure_file(qi.pc.in ${PROJECT_BINARY_DIR}/qi.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/qi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# What an editor reads to know the package `qi`, which itself travels inside the library.
install(DIRECTORY pyshim/stubs/qi DESTINATION ${qi_stubs_dir}
        FILES_MATCHING PATTERN "*.pyi" PATTERN "py.typed")

foreach(program qi-run qi-demo)
  if(TARGET ${program})
    qi_look_beside(${program} $ORIGIN/${qi_bin_to_lib})
    get_target_property(qi_bin ${program} BINARY_DIR)
    qi_link_beside(${qi_bin}/${qi_bin_to_lib} ${qi_built_libs})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
if(TARGET qi-interpreter)
  install(TARGETS qi-interpreter RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/qi)
endif()
if(TARGET qi-demo)
  install(DIRECTORY apps/demo/plugins/ DESTINATION ${qi_plugins_dir} PATTERN "__pycache__" EXCLUDE)
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
