/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/support/stuck.h"
