#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds ./c-host with pkg-config. Where libqi is in a prefix of its own, say where:
#     PKG_CONFIG_PATH=<prefix>/lib/pkgconfig ./build.sh
set -eu
cc -std=c11 -Wall -Wextra -c main.c $(pkg-config --cflags qi)
c++ -std=c++17 -fPIC -Wall -Wextra -o c-host application.cpp main.o $(pkg-config --cflags --libs qi Qt6Core)
