# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` puts where.

install(DIRECTORY include/qi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS qi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
