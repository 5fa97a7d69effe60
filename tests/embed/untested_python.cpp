// SPDX-License-Identifier: BSD-3-Clause
// A Python that is newer than any that libqi knows. Its version is a variable that libqi reads, and a program's own
// comes before that of libpython.
#include "tests/embed/embedding.h"

extern "C" {
extern const unsigned long Py_Version;
const unsigned long Py_Version = 0x036300f0; // 3.99
}

TEST_CASE("a_newer_python_is_refused_with_a_text_and_taken_when_asked_for")
{
    Embedding host;

    CHECK(host.init() == QI_ERR_INTERPRETER);
    const std::string message = qi_last_error()->message;
    CHECK(message.find("Python 3.99 is newer than") != std::string::npos);
    CHECK(message.find("QI_UNTESTED_PYTHON=1") != std::string::npos);

    qputenv("QI_UNTESTED_PYTHON", "0");
    CHECK(host.init() == QI_ERR_INTERPRETER);

    // Beyond this check is the one that it is the Python that libqi was built for.
    qputenv("QI_UNTESTED_PYTHON", "1");
    CHECK(host.init() == QI_ERR_INTERPRETER);
    CHECK(std::string(qi_last_error()->message).find("was built for") != std::string::npos);
}
