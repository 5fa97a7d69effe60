/* SPDX-License-Identifier: BSD-3-Clause */
// qi_connections_list(): what is known of each connection, of C and of Python.
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/emitter.h"
#include "tests/support/host.h"

using tests::Emitter;
using tests::Host;

namespace
{

struct Listed : Host {
    Listed()
    {
        REQUIRE(qi_object_register(runtime, "emitter", &emitter) == QI_OK);
        exec("import asyncio, qi, launches, __main__\n"
             "async def waits(*args): await asyncio.get_running_loop().create_future()\n"
             "def plain(*args): pass");
    }
    ~Listed() { qi_value_clear(&rows); }

    /* Row `index` of a fresh list. */
    const qi_value *row(size_t index)
    {
        qi_value_clear(&rows);
        REQUIRE(qi_connections_list(runtime, &rows) == QI_OK);
        return qi_value_at(&rows, index);
    }
    static std::string text(const qi_value *row, const char *key)
    {
        const char *text = nullptr;
        REQUIRE(qi_value_to_text(qi_value_get(row, key), &text, nullptr) == QI_OK);
        return text;
    }
    static int64_t number(const qi_value *row, const char *key)
    {
        int64_t number = -1;
        REQUIRE(qi_value_to_int(qi_value_get(row, key), &number) == QI_OK);
        return number;
    }

    Emitter emitter;
    qi_value rows = qi_none();
};

} // namespace

TEST_CASE("a connection of C is listed with its parts and its counters")
{
    Listed host;
    qi_connection *connection;
    qi_connection_options options;
    qi_connection_options_init(&options);
    QObject owner;
    options.owner = &owner;
    options.overlap = QI_OVERLAP_QUEUE;
    CHECK(host.row(0) == nullptr);
    REQUIRE(qi_asyncslot_connect(host.runtime, &host.emitter, "numbered", "__main__:waits",
                                 &options, &connection) == QI_OK);
    Q_EMIT host.emitter.numbered(1);
    Q_EMIT host.emitter.numbered(2);
    Q_EMIT host.emitter.numbered(3);
    const qi_value *row = host.row(0);
    CHECK(host.number(row, "id") == qi_connection_id(connection));
    CHECK(host.text(row, "signal") == "tests::Emitter::numbered(int)");
    CHECK(qi_value_object(qi_value_get(row, "sender")) == &host.emitter);
    CHECK(qi_value_object(qi_value_get(row, "owner")) == &owner);
    CHECK(host.text(row, "target") == "__main__:waits");
    CHECK(host.text(row, "language") == "c");
    CHECK(qi_value_get(row, "plugin")->kind == QI_KIND_NONE);
    CHECK(host.number(row, "emissions") == 3);
    CHECK(host.number(row, "launched") == 1);
    CHECK(host.number(row, "running") == 1);
    CHECK(host.number(row, "waiting") == 2);
    CHECK(host.row(1) == nullptr);
    CHECK(qi_connection_retain(connection) == connection);
    CHECK(qi_connection_disconnect(connection) == QI_OK);
    CHECK(qi_connection_id(connection) > 0);
    CHECK(host.row(0) == nullptr);
    qi_connection_release(connection);
    CHECK(qi_connection_id(connection) == 0);
    CHECK(qi_connection_retain(connection) == nullptr);
}

TEST_CASE("connections of Python are listed beside those of C, the oldest first of each")
{
    Listed host;
    host.exec("emitter = qi.host.emitter\n"
              "emitter.plain.connect(plain)\n"
              "slot = qi.asyncslot(waits)\n"
              "emitter.numbered.connect(slot)");
    REQUIRE(qi_asyncslot_connect(host.runtime, &host.emitter, "plain", "__main__:waits", nullptr,
                                 nullptr) == QI_OK);
    REQUIRE(qi_asyncslot_connect(host.runtime, &host.emitter, "paired", "__main__:waits", nullptr,
                                 nullptr) == QI_OK);
    Q_EMIT host.emitter.plain();
    Q_EMIT host.emitter.numbered(5);
    CHECK(host.text(host.row(0), "signal") == "tests::Emitter::plain()");
    CHECK(host.text(host.row(1), "signal").find("paired") != std::string::npos);
    const qi_value *plain = host.row(2);
    CHECK(host.text(plain, "language") == "python");
    CHECK(host.text(plain, "target") == "__main__:plain");
    CHECK(host.number(plain, "emissions") == 1);
    CHECK(host.number(plain, "launched") == 0);
    const qi_value *slot = host.row(3);
    CHECK(host.text(slot, "target") == "__main__:waits");
    CHECK(host.number(slot, "launched") == 1);
    CHECK(host.number(slot, "running") == 1);
    CHECK(qi_value_get(slot, "owner")->kind == QI_KIND_NONE);
    CHECK(host.row(4) == nullptr);
}

TEST_CASE("a list of connections wants a runtime and a place")
{
    Listed host;
    qi_value out = qi_none();
    CHECK(qi_connections_list(host.runtime, nullptr) == QI_ERR_ARGUMENT);
    CHECK(qi_connections_list(nullptr, &out) == QI_ERR_HANDLE);
    CHECK(qi_connection_id(nullptr) == 0);
}

TEST_CASE("what tells its target may end the connection that is listed")
{
    Listed host;
    host.exec("emitter = qi.host.emitter\n"
              "class Ending:\n"
              "    connection = None\n"
              "    def __getattribute__(self, name):\n"
              "        if name == '__qualname__' and __main__.armed: self.connection.disconnect()\n"
              "        return object.__getattribute__(self, name)\n"
              "class Plain(Ending):\n"
              "    def __call__(self): pass\n"
              "class Slot(Ending):\n"
              "    async def __call__(self): pass\n"
              "armed, plains, slot = False, Plain(), Slot()\n"
              "plains.connection = emitter.plain.connect(plains)\n"
              "slot.connection = emitter.plain.connect(qi.asyncslot(slot))\n"
              "emitter.plain.connect(plain)\n"
              "armed = True");
    CHECK(host.text(host.row(0), "target") == "__main__:plain");
    CHECK(host.row(1) == nullptr);
}
