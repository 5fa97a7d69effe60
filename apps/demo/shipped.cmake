# SPDX-License-Identifier: BSD-3-Clause
# Writes a header with the plugins that a program comes with, and what they hold, so that it can tell them from others:
#     cmake -DPLUGINS=folder -DHEADER=file -P shipped.cmake
# The hash is that of qi_plugin_consent in <qi/plugin.h>: SHA-256 of a line for each file in the order of the names, "9:clock.py HASH".

file(GLOB folders RELATIVE ${PLUGINS} ${PLUGINS}/*)
set(rows)
foreach(id IN LISTS folders)
  if(NOT EXISTS ${PLUGINS}/${id}/plugin.toml)
    continue()
  endif()
  file(GLOB_RECURSE files RELATIVE ${PLUGINS}/${id} ${PLUGINS}/${id}/*)
  # What Python has compiled beside the sources comes and goes, and is not run.
  list(FILTER files EXCLUDE REGEX "(^|/)__pycache__/")
  list(SORT files)
  set(lines)
  foreach(file IN LISTS files)
    file(SHA256 ${PLUGINS}/${id}/${file} hash)
    string(LENGTH ${file} length)
    string(APPEND lines "${length}:${file} ${hash}\n")
  endforeach()
  string(SHA256 hash "${lines}")
  string(APPEND rows "    {\"${id}\", \"${hash}\"},\n")
endforeach()
if(NOT rows)
  message(FATAL_ERROR "there is no plugin in ${PLUGINS}")
endif()
file(WRITE ${HEADER} "// Made by shipped.cmake: the plugins that the program comes with, by id and hash.
#pragma once

struct ShippedPlugin {
    const char *id, *hash;
};
inline const ShippedPlugin kShippedPlugins[] = {
${rows}};
")
