/* SPDX-License-Identifier: BSD-3-Clause */
// What qi_asyncslot_connect() and its kin answer to what they cannot do.
#include <thread>

#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

struct Failure {
    int status;
    std::string message;

    bool names(const char *text) const { return message.find(text) != std::string::npos; }
};

Failure connect(Host &host, QObject *sender, const char *signal, const char *target,
                const qi_connection_options *options = nullptr)
{
    auto *connection = reinterpret_cast<qi_connection *>(&host);
    int status = qi_asyncslot_connect(host.runtime, sender, signal, target, options, &connection);
    INFO((signal ? signal : "NULL") << " to " << (target ? target : "NULL"));
    REQUIRE(status < 0);
    CHECK(connection == nullptr);
    CHECK(qi_last_error()->status == status);
    CHECK(!std::string(qi_last_error()->message).empty());
    return {status, qi_last_error()->message};
}

} // namespace

TEST_CASE("signals that are not there come with near ones")
{
    Host host;
    Emitter emitter;

    Failure unknown = connect(host, &emitter, "numberd", "launches:record");
    INFO(unknown.message);
    CHECK(unknown.status == QI_ERR_NOT_FOUND);
    CHECK(unknown.names("numbered"));
    CHECK(connect(host, &emitter, "numbered(QString)", "launches:record").status == QI_ERR_NOT_FOUND);
    CHECK(connect(host, &emitter, "", "launches:record").status < 0);
    CHECK(connect(host, &emitter, "deleteLater", "launches:record").status == QI_ERR_NOT_FOUND);
}

TEST_CASE("overloads must be told apart")
{
    Host host;
    Emitter emitter;

    Failure ambiguous = connect(host, &emitter, "overloaded", "launches:record");
    CHECK(ambiguous.status == QI_ERR_AMBIGUOUS);
    CHECK(ambiguous.names("overloaded(int)"));
    CHECK(ambiguous.names("overloaded(QString)"));
    CHECK(qi_asyncslot_connect(host.runtime, &emitter, "defaulted", "launches:record", nullptr,
                               nullptr) == QI_OK);
    Q_EMIT emitter.defaulted();
    CHECK(host.eval("__import__('launches').calls") == "[(7,)]");
}

TEST_CASE("targets that do not fit")
{
    Host host;
    Emitter emitter;

    CHECK(connect(host, &emitter, "plain", "launches:retruns").names("'returns'"));
    CHECK(connect(host, &emitter, "plain", "launches").status == QI_ERR_ARGUMENT);
    CHECK(connect(host, &emitter, "plain", nullptr).status == QI_ERR_ARGUMENT);
    CHECK(connect(host, &emitter, "plain", "launches:number").status == QI_ERR_TYPE);
    CHECK(connect(host, &emitter, "plain", "launches:plain").status == QI_ERR_NOT_COROUTINE);
    CHECK(connect(host, &emitter, "plain", "raises_at_import:f").status == QI_ERR_PYTHON);
}

TEST_CASE("arguments that are missing or no text")
{
    Host host;
    Emitter emitter;

    CHECK(connect(host, nullptr, "plain", "launches:record").status == QI_ERR_ARGUMENT);
    CHECK(connect(host, &emitter, nullptr, "launches:record").status == QI_ERR_ARGUMENT);
    CHECK(connect(host, &emitter, "pl\xFF", "launches:record").status == QI_ERR_ENCODING);
    CHECK(connect(host, &emitter, "plain", "launches:\xFF").status == QI_ERR_ENCODING);
}

TEST_CASE("options that this library does not know")
{
    Host host;
    Emitter emitter;
    qi_connection_options options = {};

    CHECK(connect(host, &emitter, "plain", "launches:record", &options).status == QI_ERR_ABI);
    for (int wrong = 0; wrong < 4; wrong++) {
        qi_connection_options_init(&options);
        if (wrong == 0)
            options.overlap = 7;
        else if (wrong == 1)
            options.delivery = -1;
        else if (wrong == 2)
            options.flags = 128;
        else
            options.callable = reinterpret_cast<qi_callable *>(&emitter);
        int status = connect(host, &emitter, "plain", wrong == 3 ? nullptr : "launches:record",
                             &options)
                         .status;
        CHECK(status == (wrong == 3 ? QI_ERR_HANDLE : QI_ERR_ARGUMENT));
    }
    qi_connection_options_init(&options);
    options.task_name = "\xFF";
    CHECK(connect(host, &emitter, "plain", "launches:record", &options).status == QI_ERR_ENCODING);
    qi_connection_options_init(nullptr);
}

TEST_CASE("handles that are none")
{
    Host host;
    Emitter emitter;
    auto *foreign = reinterpret_cast<qi_connection *>(&emitter);

    CHECK(qi_asyncslot_connect(nullptr, &emitter, "plain", "launches:record", nullptr, nullptr) ==
          QI_ERR_HANDLE);
    CHECK(qi_connection_disconnect(nullptr) == QI_OK);
    CHECK(qi_connection_disconnect(foreign) == QI_ERR_HANDLE);
    CHECK_FALSE(qi_connection_is_connected(nullptr));
    CHECK_FALSE(qi_connection_is_connected(foreign));
    qi_connection_release(nullptr);
    qi_connection_release(foreign);

    qi_connection *connection = nullptr;
    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:record", nullptr,
                                 &connection) == QI_OK);
    CHECK(qi_connection_disconnect(connection) == QI_OK);
    CHECK(qi_connection_disconnect(connection) == QI_ERR_HANDLE);
    qi_connection_release(connection);
}

TEST_CASE("calls from a wrong thread")
{
    Host host;
    Emitter emitter;
    qi_connection *connection = nullptr;
    int connected = 1, disconnected = 1;
    bool is_connected = false;

    REQUIRE(qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:record", nullptr,
                                 &connection) == QI_OK);
    std::thread([&] {
        connected = qi_asyncslot_connect(host.runtime, &emitter, "plain", "launches:record",
                                         nullptr, nullptr);
        disconnected = qi_connection_disconnect(connection);
        is_connected = qi_connection_is_connected(connection);
        qi_connection_release(connection);
    }).join();
    CHECK(connected == QI_ERR_WRONG_THREAD);
    CHECK(disconnected == QI_ERR_WRONG_THREAD);
    CHECK(is_connected);
    Q_EMIT emitter.plain();
    CHECK(host.eval("__import__('launches').calls") == "[()]");
}

TEST_CASE("after the shutdown")
{
    Host host;
    Emitter emitter;

    REQUIRE(host.shutdown() == QI_OK);
    CHECK(connect(host, &emitter, "plain", "launches:record").status == QI_ERR_NOT_RUNNING);
}
