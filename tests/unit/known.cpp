// SPDX-License-Identifier: BSD-3-Clause
// Which Python libqi runs in, and what it says to the others.
#include <string>

#include "python/compat.h"
#include "python/known.h"
#include "tests/support/catch.h"

namespace
{

constexpr const char *ORDINARY = "3.14.0 (main, Oct  7 2025, 09:34:31) [GCC 14.2.0]";
constexpr const char
    *WITHOUT_GIL = "3.14.0 free-threading build (main, Oct  7 2025, 09:34:31) [GCC 14.2.0]";

unsigned long release(unsigned long minor)
{
    return 0x030000f0 + (minor << 16);
}

} // namespace

TEST_CASE("every Python up to the newest known is taken, in any of its micro versions")
{
    char text[QIP_KNOWN_TEXT];
    for (unsigned long minor = 11; minor <= QIP_NEWEST_PYTHON_MINOR; minor++) {
        CHECK(qip_known_python(release(minor), ORDINARY, text));
        CHECK(qip_known_python(release(minor) + 0x6300, ORDINARY, text));
    }
}

TEST_CASE("a newer Python is refused by a text that names both versions and the way round")
{
    char text[QIP_KNOWN_TEXT] = "";
    CHECK_FALSE(qip_known_python(release(QIP_NEWEST_PYTHON_MINOR + 1), ORDINARY, text));
    CHECK(std::string(text).find("3." + std::to_string(QIP_NEWEST_PYTHON_MINOR + 1)) !=
          std::string::npos);
    CHECK(std::string(text).find("3." + std::to_string(QIP_NEWEST_PYTHON_MINOR) + ",") !=
          std::string::npos);
    CHECK(std::string(text).find("QI_UNTESTED_PYTHON=1") != std::string::npos);
    CHECK_FALSE(qip_known_python(0x04000000, ORDINARY, text)); // a Python 4
}

TEST_CASE("a free-threaded Python is refused whatever its version")
{
    char text[QIP_KNOWN_TEXT] = "";
    for (unsigned long minor = 13; minor <= QIP_NEWEST_PYTHON_MINOR; minor++) {
        CHECK_FALSE(qip_known_python(release(minor), WITHOUT_GIL, text));
        CHECK(std::string(text).find("free-threaded") != std::string::npos);
        CHECK(std::string(text).find("QI_UNTESTED_PYTHON=1") != std::string::npos);
    }
}
