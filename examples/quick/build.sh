#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds ./quick with pkg-config. Where libqi is in a prefix of its own, say where:
#     PKG_CONFIG_PATH=<prefix>/lib/pkgconfig ./build.sh
set -eu
tools=$(pkg-config --variable=libexecdir Qt6Core)
"$tools/moc" main.cpp -o main.moc
"$tools/rcc" quick.qrc -o qrc_quick.cpp
c++ -std=c++17 -fPIC -Wall -Wextra -I. -o quick main.cpp qrc_quick.cpp $(pkg-config --cflags --libs qi-qml Qt6Quick)
