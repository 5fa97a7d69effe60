#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds ./cpp-modern with pkg-config. Where libqi is in a prefix of its own, say where:
#     PKG_CONFIG_PATH=<prefix>/lib/pkgconfig ./build.sh
set -eu
"$(pkg-config --variable=libexecdir Qt6Core)/moc" main.cpp -o main.moc
c++ -std=c++17 -fPIC -Wall -Wextra -I. -o cpp-modern main.cpp $(pkg-config --cflags --libs qi Qt6Core)
