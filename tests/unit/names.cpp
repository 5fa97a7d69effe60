/* SPDX-License-Identifier: BSD-3-Clause */
// Near names: what somebody may have meant.
#include "qt/names.h"

#include "tests/support/catch.h"

TEST_CASE("near names are found, best first")
{
    const QByteArrayList known = {"clicked", "pressed",      "textChanged",
                                  "text",    "stateChanged", "destroyed"};

    CHECK(qip_near_names("cliked", known) == QByteArrayList{"clicked"});
    CHECK(qip_near_names("Clicked", known) == QByteArrayList{"clicked"});
    CHECK(qip_near_names("text_changed", known).first() == "textChanged");
    CHECK(qip_near_names("clciked", known) == QByteArrayList{"clicked"});
    CHECK(qip_near_names("tex", known) == QByteArrayList{"text", "textChanged"});
    CHECK(qip_near_names("banana", known).isEmpty());
    CHECK(qip_near_names("", known).isEmpty());
}

TEST_CASE("hint is the end of a sentence")
{
    CHECK(qip_near_names_hint("aa", {"ab", "ac", "ad"}) == "; did you mean 'ab', 'ac' or 'ad'?");
    CHECK(qip_near_names_hint("clickd", {"clicked"}) == "; did you mean 'clicked'?");
    CHECK(qip_near_names_hint("x", {"banana"}).isEmpty());
}
