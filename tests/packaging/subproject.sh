#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# subproject.sh SOURCE_DIR QI_PYTHON [CMAKE_OPTION...]
#
# Builds a host that has the tree as a part of its own project: only what it links is built, and only what it installs itself
# is installed.
set -euo pipefail
source=$1 python=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/host"
cd "$work/host"
cat >CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.25)
project(host LANGUAGES C CXX)
find_package(Qt6 REQUIRED COMPONENTS Core)
add_subdirectory($source libqi)
add_executable(host host.cpp)
target_link_libraries(host PRIVATE qi::qi Qt6::Core)
install(TARGETS host)
if(TARGET qi::widgets)
  add_executable(panels EXCLUDE_FROM_ALL host.cpp)
  target_link_libraries(panels PRIVATE qi::widgets)
endif()
if(TARGET qi::qml)
  add_executable(quick EXCLUDE_FROM_ALL host.cpp)
  target_link_libraries(quick PRIVATE qi::qml)
endif()
END
cat >host.cpp <<'END'
#include <cstdio>
#include <QtCore/QCoreApplication>
#include <qi/qi.h>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi_runtime *python;
    qi_value sum;

    if (qi_runtime_init(nullptr, &python) || qi_eval(python, "6 * 7", &sum))
        qFatal("%s", qi_last_error()->message);
    std::printf("%lld\n", (long long)sum.as.integer);
    return qi_runtime_shutdown(python, 0);
}
END
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; }; }
quietly cmake -S . -B build -G Ninja -DQI_PYTHON="$python" "$@"
quietly cmake --build build
[ "$(build/host)" = 42 ]
for made in qi-run qi-demo 'libqi-widgets*' 'libqi-qml*' '_qi*' 'test-*'; do
    if found=$(find build -name "$made" -type f -print -quit) && [ -n "$found" ]; then
        echo "$found was built, which nothing asks for"
        exit 1
    fi
done
# What would be built is enough to see of the widgets.
if grep -q 'panels' build/build.ninja; then
    plan=$(ninja -C build -t commands panels)
    grep -q 'libqi-widgets' <<<"$plan" || { echo 'qi::widgets does not bring libqi-widgets along'; exit 1; }
fi
if grep -q 'quick' build/build.ninja; then
    plan=$(ninja -C build -t commands quick)
    grep -q 'libqi-qml' <<<"$plan" || { echo 'qi::qml does not bring libqi-qml along'; exit 1; }
fi
quietly cmake -S . -B installing -G Ninja -DQI_PYTHON="$python" -DQI_INSTALL=ON "$@"
grep -q 'qi.pc' installing/libqi/cmake_install.cmake || { echo 'QI_INSTALL installs nothing'; exit 1; }
quietly cmake --install build --prefix "$work/prefix"
[ "$(cd "$work/prefix" && find . -type f)" = ./bin/host ] || { find "$work/prefix"; exit 1; }
