// SPDX-License-Identifier: BSD-3-Clause
// Memory that C and Python share: qi_buffer in both directions.
#include <atomic>
#include <cstring>
#include <thread>

#include "tests/embed/embedding.h"

namespace
{

std::atomic<int> ends{0};
std::atomic<bool> ended_in_gui{false};

void end(void *)
{
    ended_in_gui = QThread::currentThread() == QCoreApplication::instance()->thread();
    ends++;
}

/* Numbers of the host's, 2 rows of 3. */
struct Table {
    float items[6] = {0, 1, 2, 10, 11, 12};
    size_t shape[2] = {2, 3};
    qi_buffer_layout layout;
    qi_buffer *buffer = nullptr;

    Table() { reset(); }
    Table(const Table &) = delete; /* the layout points at its own members */
    Table &operator=(const Table &) = delete;

    void reset()
    {
        ends = 0;
        qi_buffer_layout_init(&layout);
        layout.data = items;
        layout.format = "f";
        layout.dimensions = 2;
        layout.shape = shape;
        layout.destroy = end;
    }
    void make() { REQUIRE(qi_buffer_new(&layout, &buffer) == QI_OK); }
};

/* Sets a name of __main__ to a value. */
void set(Embedding &host, const char *name, const qi_value *value)
{
    host.exec("import __main__");
    const qi_value args[] = {qi_text(name), *value};
    host.exec("def put(name, value): globals()[name] = value");
    REQUIRE(qi_call(host.runtime, "__main__:put", args, 2, nullptr, 0, nullptr) == QI_OK);
}

} // namespace

TEST_CASE("python_looks_at_the_hosts_memory_without_a_copy_and_the_host_gets_it_back")
{
    Embedding host;
    Table table;
    REQUIRE(host.init() == QI_OK);
    table.layout.writable = true;
    table.make();
    const qi_value value = qi_buffer_value(table.buffer);
    set(host, "shared", &value);
    qi_buffer_release(table.buffer);
    CHECK(host.eval("memoryview(shared).tolist()") == "[[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]");
    table.items[4] = 99;
    host.exec("view = memoryview(shared); view[0, 1] = 77.0");
    CHECK(host.eval("view[1, 1]") == "99.0");
    CHECK(table.items[1] == 77);
    host.exec("del shared");
    CHECK(ends == 0);
    host.exec("del view");
    CHECK(ends == 1);
    CHECK(ended_in_gui);
}

TEST_CASE("memory_that_goes_in_another_thread_ends_in_the_gui_thread")
{
    Embedding host;
    Table table;
    REQUIRE(host.init() == QI_OK);
    table.make();
    const qi_value value = qi_buffer_value(table.buffer);
    set(host, "shared", &value);
    qi_buffer_release(table.buffer);
    host.exec("import threading\n"
              "def let_go():\n"
              "    global shared\n"
              "    del shared\n"
              "thread = threading.Thread(target=let_go); thread.start(); thread.join()");
    CHECK(host.until([] { return ends == 1; }));
    CHECK(ended_in_gui);
}

TEST_CASE("memory_that_may_not_be_written_is_not_and_strides_go_backwards")
{
    Embedding host;
    Table table;
    const int64_t strides[] = {-int64_t(3 * sizeof(float)), sizeof(float)};
    REQUIRE(host.init() == QI_OK);
    table.layout.data = table.items + 3;
    table.layout.strides = strides;
    table.make();
    const qi_value value = qi_buffer_value(table.buffer);
    set(host, "shared", &value);
    CHECK(host.eval("memoryview(shared).tolist()") == "[[10.0, 11.0, 12.0], [0.0, 1.0, 2.0]]");
    CHECK(host.eval("memoryview(shared).readonly") == "True");
    qi_buffer *again = nullptr;
    CHECK(qi_value_to_buffer(&value, true, &again) == QI_ERR_TYPE);
    CHECK(again == nullptr);
    REQUIRE(qi_value_to_buffer(&value, false, &again) == QI_OK);
    CHECK(again == table.buffer);
    qi_buffer_release(again);
    qi_buffer_release(table.buffer);
    host.exec("del shared");
    CHECK(ends == 1);
}

TEST_CASE("a_value_of_a_buffer_keeps_it_and_compares_by_it")
{
    Embedding host; /* whose thread is the one in which it ends */
    Table table;
    qi_value copied;
    table.make();
    const qi_value value = qi_buffer_value(table.buffer);
    REQUIRE(qi_value_copy(&copied, &value) == QI_OK);
    qi_buffer_release(table.buffer);
    CHECK(ends == 0);
    CHECK(qi_value_equal(&copied, &value));
    char text[50];
    qi_value_describe(&copied, text, sizeof text);
    CHECK(std::string(text).rfind("<buffer at ", 0) == 0);
    qi_value_clear(&copied);
    CHECK(ends == 1);
    CHECK(qi_value_copy(&copied, &value) == QI_ERR_HANDLE);
    CHECK(std::string(qi_kind_name(value.kind)) == "buffer");
}

TEST_CASE("c_reads_and_writes_the_memory_of_an_object_of_pythons_and_holds_it_still")
{
    Embedding host;
    qi_value object;
    qi_buffer *buffer;
    qi_buffer_layout layout;
    REQUIRE(host.init() == QI_OK);
    host.exec("import array\nnumbers = array.array('i', [1, 2, 3]); held = bytearray(b'abc')");
    REQUIRE(qi_eval(host.runtime, "numbers", &object) == QI_OK);
    REQUIRE(qi_value_to_buffer(&object, true, &buffer) == QI_OK);
    qi_value_clear(&object);
    qi_buffer_layout_init(&layout);
    REQUIRE(qi_buffer_read(buffer, &layout) == QI_OK);
    CHECK(std::string(layout.format) == "i");
    CHECK(layout.item_size == sizeof(int));
    REQUIRE(layout.dimensions == 1);
    CHECK(layout.shape[0] == 3);
    CHECK(layout.strides[0] == sizeof(int));
    CHECK(layout.writable);
    static_cast<int *>(layout.data)[1] = 20;
    CHECK(host.eval("numbers.tolist()") == "[1, 20, 3]");
    CHECK(host.eval("numbers.append(4)").find("BufferError") != std::string::npos);
    std::thread([&] { qi_buffer_release(buffer); }).join();
    CHECK(host.eval("numbers.append(4)") == "None");
}

TEST_CASE("what_has_no_memory_or_forbids_to_write_it_is_refused")
{
    Embedding host;
    qi_value object;
    qi_buffer *buffer;
    REQUIRE(host.init() == QI_OK);
    REQUIRE(qi_eval(host.runtime, "memoryview(b'abc')", &object) == QI_OK);
    CHECK(qi_value_to_buffer(&object, true, &buffer) == QI_ERR_TYPE);
    CHECK(qi_value_to_buffer(&object, false, &buffer) == QI_OK);
    qi_buffer_release(buffer);
    qi_value_clear(&object);
    REQUIRE(qi_eval(host.runtime, "object()", &object) == QI_OK);
    CHECK(qi_value_to_buffer(&object, false, &buffer) == QI_ERR_TYPE);
    CHECK(buffer == nullptr);
    qi_value_clear(&object);
    const qi_value number = qi_int(3), bytes = qi_bytes("a\0c", 3);
    CHECK(qi_value_to_buffer(&number, false, &buffer) == QI_ERR_TYPE);
    CHECK(qi_value_to_buffer(nullptr, false, &buffer) == QI_ERR_ARGUMENT);
    REQUIRE(qi_value_to_buffer(&bytes, true, &buffer) == QI_OK);
    qi_buffer_layout layout;
    qi_buffer_layout_init(&layout);
    CHECK(qi_buffer_read(buffer, &layout) == QI_OK);
    CHECK(layout.shape[0] == 3);
    CHECK(std::memcmp(layout.data, "a\0c", 3) == 0);
    qi_buffer_release(buffer);
    CHECK(qi_buffer_read(buffer, &layout) == QI_ERR_HANDLE);
    CHECK(qi_buffer_retain(nullptr) == nullptr);
}

TEST_CASE("layouts_that_cannot_be_are_refused_and_nothing_of_them_ends")
{
    Embedding host;
    Table table;
    const auto refused = [&](int status) {
        qi_buffer *buffer;
        CHECK(qi_buffer_new(&table.layout, &buffer) == status);
        CHECK(buffer == nullptr);
        table.reset();
    };
    table.layout.data = nullptr;
    refused(QI_ERR_ARGUMENT);
    table.layout.shape = nullptr;
    refused(QI_ERR_ARGUMENT);
    table.layout.dimensions = 65;
    refused(QI_ERR_ARGUMENT);
    table.layout.format = "<if";
    refused(QI_ERR_ARGUMENT);
    table.layout.format = "\xFF";
    refused(QI_ERR_ENCODING);
    const size_t huge[] = {SIZE_MAX / 2, 3};
    table.layout.shape = huge;
    refused(QI_ERR_RANGE);
    for (const size_t count : {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 8}) { /* of nothing */
        const size_t empty[] = {0, count, count};
        table.layout.shape = empty;
        table.layout.dimensions = 3;
        refused(QI_ERR_RANGE);
    }
    table.layout.size = 3;
    refused(QI_ERR_ABI);
    CHECK(ends == 0);
    qi_buffer *buffer;
    CHECK(qi_buffer_new(nullptr, &buffer) == QI_ERR_ARGUMENT);
    table.layout.format = "<if"; /* with its size told it is one */
    table.layout.item_size = 4;
    CHECK(qi_buffer_new(&table.layout, &buffer) == QI_OK);
    qi_buffer_release(buffer);
    CHECK(ends == 1);
}

TEST_CASE("a_buffer_that_python_holds_outlives_the_runtime")
{
    Embedding host;
    Table table;
    REQUIRE(host.init() == QI_OK);
    table.make();
    const qi_value value = qi_buffer_value(table.buffer);
    set(host, "shared", &value);
    host.exec("import sys\nsys.kept_by_test = shared"); /* what a script has goes with the runtime */
    qi_buffer_release(table.buffer);
    CHECK(qi_runtime_shutdown(host.runtime, 0) == QI_OK);
    CHECK(ends == 0);
    REQUIRE(host.init() == QI_OK);
    CHECK(host.eval("memoryview(__import__('sys').kept_by_test)[1, 2]") == "12.0");
    host.exec("import sys\ndel sys.kept_by_test");
    CHECK(ends == 1);
}
