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
  foreach(header widgets widgets_api console task_monitor plugin_manager)
    list(APPEND qi_left_out PATTERN "${header}.hpp" EXCLUDE)
  endforeach()
endif()
install(DIRECTORY include/qi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp"
        ${qi_left_out})
# A libpython outside the system's folders stays findable.
set_target_properties(qi PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS qi EXPORT qi-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT qi-targets NAMESPACE qi:: DESTINATION ${qi_package_dir})
# A file of its own: a host without widgets needs no QtWidgets to find the rest.
if(TARGET qi-widgets)
  install(TARGETS qi-widgets EXPORT qi-widgets-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT qi-widgets-targets NAMESPACE qi:: DESTINATION ${qi_package_dir})
  install(DIRECTORY runtime/widgets/translations/ DESTINATION ${CMAKE_INSTALL_DATADIR}/qi/translations
          FILES_MATCHING PATTERN "*.ts")
  configure_file(qi-widgets.pc.in ${PROJECT_BINARY_DIR}/qi-widgets.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/qi-widgets.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
configure_package_config_file(cmake/qi-config.cmake.in ${PROJECT_BINARY_DIR}/qi-config.cmake
  INSTALL_DESTINATION ${qi_package_dir} PATH_VARS qi_stubs_dir CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/qi-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/qi-config.cmake ${PROJECT_BINARY_DIR}/qi-config-version.cmake
        DESTINATION ${qi_package_dir})

configure_file(qi.pc.in ${PROJECT_BINARY_DIR}/qi.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/qi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# What an editor reads to know the package `qi`, which itself travels inside the library.
install(DIRECTORY pyshim/stubs/qi DESTINATION ${qi_stubs_dir}
        FILES_MATCHING PATTERN "*.pyi" PATTERN "py.typed")

foreach(program qi-run qi-demo)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/${qi_bin_to_lib}")
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
if(TARGET qi-demo)
  install(DIRECTORY apps/demo/plugins/ DESTINATION ${qi_plugins_dir} PATTERN "__pycache__" EXCLUDE)
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
