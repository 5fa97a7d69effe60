/* SPDX-License-Identifier: BSD-3-Clause */
/* Catch2 under either of its names: 3.x has catch_all.hpp, 2.13 has catch.hpp. */
#ifndef QI_TESTS_CATCH_H
#define QI_TESTS_CATCH_H

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#endif
