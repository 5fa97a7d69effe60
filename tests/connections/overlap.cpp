/* SPDX-License-Identifier: BSD-3-Clause */
// The overlap policies, as a connection of C has them. tests/python has their every corner.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

/* Emits 0 to 3 while the first coroutine runs, then opens the gates until nothing is left. */
struct Run {
    std::string started, cancelled;
    std::vector<std::string> log;
};

Run run(int overlap, size_t queue_limit = 0)
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.overlap = overlap;
    options.queue_limit = queue_limit;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "numbered", "launches:waits", &options,
                                 nullptr) == QI_OK);
    for (int i = 0; i < 4; i++)
        Q_EMIT emitter.numbered(i);
    host.settle();
    for (int i = 0; i < 4; i++) {
        host.exec("import launches\n"
                  "while launches.gates and launches.gates[0].done(): launches.gates.pop(0)\n"
                  "if launches.gates: launches.open_gate()");
        host.settle();
    }
    return {host.eval("launches.calls"), host.eval("launches.cancelled"), host.log};
}

} // namespace

TEST_CASE("concurrent launches another beside it")
{
    CHECK(run(QI_OVERLAP_CONCURRENT).started == "[0, 1, 2, 3]");
}

TEST_CASE("drop ignores emissions while one runs")
{
    CHECK(run(QI_OVERLAP_DROP).started == "[0]");
}

TEST_CASE("queue handles all in order")
{
    Run result = run(QI_OVERLAP_QUEUE);
    CHECK(result.started == "[0, 1, 2, 3]");
    CHECK(result.cancelled == "[]");
}

TEST_CASE("queue drops and logs what is beyond its limit")
{
    Run result = run(QI_OVERLAP_QUEUE, 1);
    CHECK(result.started == "[0, 1]");
    REQUIRE(result.log.size() == 2);
    CHECK(result.log[0].find("launches:waits") != std::string::npos);
    CHECK(result.log[0].find("numbered(int)") != std::string::npos);
}

TEST_CASE("restart cancels the one that runs")
{
    Run result = run(QI_OVERLAP_RESTART);
    CHECK(result.started == "[0, 1, 2, 3]");
    CHECK(result.cancelled == "[0, 1, 2]");
}

TEST_CASE("latest keeps the newest that waits")
{
    CHECK(run(QI_OVERLAP_LATEST).started == "[0, 3]");
}

TEST_CASE("what waits is not launched after a disconnect, and the task goes on")
{
    Host host;
    Emitter emitter;
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.overlap = QI_OVERLAP_QUEUE;
    qi_connection *connection = nullptr;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "numbered", "launches:waits", &options,
                                 &connection) == QI_OK);
    Q_EMIT emitter.numbered(1);
    Q_EMIT emitter.numbered(2);
    CHECK(qi_connection_disconnect(connection) == QI_OK);
    host.exec("import launches; launches.open_gate()");
    host.settle();
    CHECK(host.eval("launches.calls, launches.cancelled, launches.gates") == "([1], [], [])");
}
