/* SPDX-License-Identifier: BSD-3-Clause */
// The window goes on while libqi waits for disks, however slow they are and however much there is.
//
// This program has functions of the C library of its own. Whatever asks for something in the slow folder waits there
// until the 5 ms timer of the GUI thread has ticked once more; asked by the GUI thread itself it is noted, and fails
// the test. So nothing depends on how fast the machine is: each look at the disk lasts as long as the window needs
// to go on, and if the GUI thread waits for one, nothing ever goes on.
#include <qi/qi.h>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <cstring>
#include <mutex>
#include <thread>

#include <QtCore/qfile.h>
#include <QtCore/qtimer.h>

#include "tests/support/catch.h"
#include "tests/support/plugins.h"

using tests::PluginHost;

namespace
{

/* -- the disk --------------------------------------------------------------------------------------- */

std::atomic<bool> slow{false}, hangs{false};
std::thread::id window;
std::mutex lock;
std::condition_variable ticked;
unsigned long ticks, waited;
std::vector<std::string> in_the_window; /* what the GUI thread asked of the disk */
std::atomic<bool> is_slow_file[1024];

bool is_slow_path(const char *path)
{
    return path && (strstr(path, "/plugins/") || strstr(path, "-consents.json"));
}

void wait_for_disk(const char *what, const char *path)
{
    if (!slow)
        return;
    std::unique_lock<std::mutex> guard(lock);
    if (std::this_thread::get_id() == window) {
        in_the_window.push_back(std::string(what) + " " + path);
        return;
    }
    unsigned long now = ticks;
    waited++;
    bool never = strstr(path, "/orders/");
    ticked.wait_for(guard, std::chrono::seconds(60),
                    [&] { return (ticks != now && !(hangs && never)) || !slow; });
}

void look(const char *what, const char *path)
{
    if (slow && is_slow_path(path))
        wait_for_disk(what, path);
}

int opened(int number, const char *path)
{
    if (number >= 0 && number < 1024)
        is_slow_file[number] = slow && is_slow_path(path);
    return number;
}

template <typename Function> Function next(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, va_list more)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;
}

} // namespace

#define LIBC extern "C" __attribute__((visibility("default")))
#define OPEN(name)                                                                                 \
    LIBC int name(const char *path, int flags, ...)                                                \
    {                                                                                              \
        static auto real = next<int (*)(const char *, int, ...)>(#name);                           \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = mode_of(flags, more);                                                        \
        va_end(more);                                                                              \
        look(#name, path);                                                                         \
        return opened(real(path, flags, mode), path);                                              \
    }
#define OPENAT(name)                                                                               \
    LIBC int name(int folder, const char *path, int flags, ...)                                    \
    {                                                                                              \
        static auto real = next<int (*)(int, const char *, int, ...)>(#name);                      \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = mode_of(flags, more);                                                        \
        va_end(more);                                                                              \
        look(#name, path);                                                                         \
        return opened(real(folder, path, flags, mode), path);                                      \
    }
#define STAT(name, kind)                                                                           \
    LIBC int name(const char *path, struct kind *facts) noexcept                                   \
    {                                                                                              \
        static auto real = next<int (*)(const char *, struct kind *)>(#name);                      \
        look(#name, path);                                                                         \
        return real(path, facts);                                                                  \
    }
#define STATAT(name, kind)                                                                         \
    LIBC int name(int folder, const char *path, struct kind *facts, int flags) noexcept            \
    {                                                                                              \
        static auto real = next<int (*)(int, const char *, struct kind *, int)>(#name);            \
        look(#name, path);                                                                         \
        return real(folder, path, facts, flags);                                                   \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)
STATAT(fstatat, stat)
STATAT(fstatat64, stat64)

LIBC int statx(int folder, const char *path, int flags, unsigned mask, struct statx *facts) noexcept
{
    static auto real = next<int (*)(int, const char *, int, unsigned, struct statx *)>("statx");

    look("statx", path);
    return real(folder, path, flags, mask, facts);
}

LIBC int inotify_add_watch(int number, const char *path, uint32_t mask) noexcept
{
    static auto real = next<int (*)(int, const char *, uint32_t)>("inotify_add_watch");

    look("inotify_add_watch", path);
    return real(number, path, mask);
}

LIBC ssize_t read(int number, void *data, size_t size)
{
    static auto real = next<ssize_t (*)(int, void *, size_t)>("read");

    if (slow && number >= 0 && number < 1024 && is_slow_file[number])
        wait_for_disk("read", "of a slow file");
    return real(number, data, size);
}

LIBC int close(int number)
{
    static auto real = next<int (*)(int)>("close");

    if (number >= 0 && number < 1024)
        is_slow_file[number] = false;
    return real(number);
}

LIBC DIR *opendir(const char *path)
{
    static auto real = next<DIR *(*)(const char *)>("opendir");

    look("opendir", path);
    return real(path);
}

LIBC ssize_t readlink(const char *path, char *target, size_t size) noexcept
{
    static auto real = next<ssize_t (*)(const char *, char *, size_t)>("readlink");

    look("readlink", path);
    return real(path, target, size);
}

namespace
{

/* A host whose plugins are on a slow disk, from now on. */
class SlowHost : public PluginHost
{
  public:
    SlowHost()
    {
        write_file("orders", "plugin.toml",
                   "[plugin]\nid = \"orders\"\nname = \"The orders\"\nversion = \"1.0\"\nentry = "
                   "\"orders\"\n"
                   "private = \"vendor\"\ndependencies = [\"qitest-goods\"]\n[settings.unit]\ntype "
                   "= \"text\"\n");
        write_file("orders", "orders.py",
                   "import parts.first, qitest_goods\nfrom parts import second\n"
                   "def activate(ctx):\n"
                   "    from parts import third\n"
                   "    ctx.action('send', 'Send', lambda: None)\n");
        write_file("orders", "parts/__init__.py", "");
        for (const char *name : {"first", "second", "third"})
            write_file("orders", std::string("parts/") + name + ".py",
                       "from . import first\nvalue = 1\n");
        write_file("orders", "vendor/qitest_goods.py", "value = 1\n");
        write_file("orders", "vendor/qitest_goods-1.0.dist-info/METADATA",
                   "Metadata-Version: 2.1\nName: qitest-goods\nVersion: 1.0\n");
        write("prices", "def activate(ctx): pass\n");
        window = std::this_thread::get_id();
        QObject::connect(&timer, &QTimer::timeout, [] {
            std::lock_guard<std::mutex> guard(lock);
            ticks++;
            ticked.notify_all();
        });
        timer.start(5);
        ticks = waited = 0;
        in_the_window.clear();
        slow = true;
    }

    ~SlowHost() { fast(); }

    void fast()
    {
        slow = hangs = false;
        std::lock_guard<std::mutex> guard(lock);
        ticked.notify_all();
    }

    void wait_for_search()
    {
        until([&] { return !qi_plugins_searching(runtime); });
    }

    /* What the disk was asked for in the GUI thread since the last time. */
    std::string asked_in_the_window()
    {
        std::lock_guard<std::mutex> guard(lock);
        std::string text;
        for (const std::string &each : in_the_window)
            text += each + "\n";
        in_the_window.clear();
        return text;
    }

    /* Whether the disk was asked at all, which shows that there was something to wait for. */
    bool has_waited()
    {
        std::lock_guard<std::mutex> guard(lock);
        bool has = waited != 0;
        waited = 0;
        return has;
    }

  private:
    QTimer timer;
};

} // namespace

TEST_CASE("every function for plugins leaves the window alive, however slow the disk is")
{
    SlowHost host;
    qi_value value = qi_none();

    host.exec(("open('" + host.folder() + "/plugins/orders/plugin.toml').close()").c_str());
    CHECK(host.asked_in_the_window() != ""); /* else the rest would prove nothing */
    host.start_looking();
    CHECK(qi_plugins_searching(host.runtime));
    host.wait_for_search();
    CHECK(host.asked_in_the_window() == "");
    CHECK(host.has_waited());

    CHECK(qi_plugins_list(host.runtime, &value) == QI_OK);
    CHECK(value.as.list.count == 2);
    qi_value_clear(&value);
    CHECK(host.info("orders", "dependencies").find("'installed': '1.0'") != std::string::npos);
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISCOVERED);
    CHECK(host.asked_in_the_window() == "");
    CHECK(!host.has_waited());

    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.asked_in_the_window() == "");
    CHECK(host.has_waited());

    const qi_value unit = qi_text("celsius");
    CHECK(qi_plugin_set_setting(host.runtime, "orders", "unit", &unit) == QI_OK);
    CHECK(qi_plugin_get_setting(host.runtime, "orders", "unit", &value) == QI_OK);
    qi_value_clear(&value);
    CHECK(qi_plugin_trigger(host.runtime, "orders", "send", nullptr, nullptr) == QI_OK);
    CHECK(host.asked_in_the_window() == "");

    CHECK(qi_plugins_rescan(host.runtime) == QI_OK);
    CHECK(qi_plugin_state(host.runtime, "orders") ==
          QI_PLUGIN_STATE_ACTIVE); /* known: nothing is waited for */
    CHECK(qi_plugins_list(host.runtime, &value) == QI_OK);
    qi_value_clear(&value);
    host.wait_for_search();
    CHECK(host.asked_in_the_window() == "");
    CHECK(host.has_waited());

    CHECK(host.reload("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.asked_in_the_window() == "");

    qi_task *task = nullptr;
    REQUIRE(qi_plugin_withdraw(host.runtime, "orders", nullptr, &task) == QI_OK);
    host.until([&] { return qi_task_state(task) != QI_TASK_STATE_PENDING; });
    CHECK(qi_task_state(task) == QI_TASK_STATE_DONE);
    qi_task_release(task);
    CHECK(host.asked_in_the_window() == "");
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.shutdown() == QI_OK);
    CHECK(host.asked_in_the_window() == "");
}

TEST_CASE("watching files leaves the window alive as well")
{
    SlowHost host;

    host.start_looking([](qi_plugins_config &config) { config.watch_files = true; });
    host.wait_for_search();
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(host.asked_in_the_window() == "");
    size_t before = host.events.size();
    host.fast();
    host.write_file("orders", "parts/third.py", "value = 2\n");
    slow = true;
    host.until([&] {
        return host.events.size() > before &&
               qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_ACTIVE;
    });
    CHECK(host.asked_in_the_window() == "");
    CHECK(host.asked.size() == 2);
    CHECK(host.asked.back() == "orders changed changed: parts/third.py");
}

TEST_CASE("a plugin with a large file tells how far it is, and can be stopped on the way")
{
    SlowHost host;
    QFile model(QString::fromStdString(host.folder() + "/plugins/orders/model.bin"));

    host.start_looking();
    host.wait_for_search();
    host.fast();
    REQUIRE(model.open(QIODevice::WriteOnly));
    REQUIRE(model.resize(qint64(1) << 33));
    slow = true;
    REQUIRE(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    auto so_far = [&] {
        return host.events.back().kind == QI_PLUGIN_EVENT_PROGRESS && host.events.back().progress > 0;
    };
    host.until(so_far);
    CHECK(host.events.back().progress < 1);
    CHECK(host.events.back().reason.find("checking its files, ") == 0);
    CHECK(host.info("orders", "state") == "'loading'");
    CHECK(host.info("orders", "progress") != "None");
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    CHECK(host.info("orders", "progress") == "None");
    CHECK(host.asked.empty());
    CHECK(host.asked_in_the_window() == "");
    CHECK(model.remove());
    CHECK(host.enable("orders") == QI_PLUGIN_STATE_ACTIVE);
}

TEST_CASE("what the user has agreed to is started before anything else is looked at")
{
    SlowHost host;
    qi_task *task = nullptr;

    host.start_looking();
    host.wait_for_search();
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    REQUIRE(qi_plugins_stop(host.runtime, nullptr, &task) == QI_OK);
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_DONE; });
    qi_task_release(task);

    host.has_waited();
    hangs = true; /* a stranger's manifest, for ever */
    const std::string before = host.states("prices");
    host.start_looking();
    host.until([&] { return host.states("prices") == before + " loading active"; });
    host.until([&] { return host.has_waited(); });
    CHECK(qi_plugins_searching(host.runtime));
    CHECK(host.asked.size() == 1);
    qi_value found = qi_none();
    REQUIRE(qi_plugins_found(host.runtime, &found) == QI_OK); /* and does not wait */
    REQUIRE(found.as.list.count == 1);
    CHECK(std::string(qi_value_get(&found.as.list.items[0], "id")->as.text.data) == "prices");
    qi_value_clear(&found);
    CHECK(qi_plugins_searching(host.runtime));
    host.fast();
    host.wait_for_search();
    REQUIRE(qi_plugins_found(host.runtime, &found) == QI_OK);
    CHECK(found.as.list.count == 2);
    qi_value_clear(&found);
    CHECK(host.states("prices") == before + " loading active"); /* and not once more */
    CHECK(qi_plugin_state(host.runtime, "orders") == QI_PLUGIN_STATE_DISCOVERED);
}

TEST_CASE("a disk that does not answer holds neither other plugins nor the end")
{
    SlowHost host;

    host.start_looking();
    host.wait_for_search();
    host.has_waited();
    hangs = true;
    qi_task *task = nullptr;
    REQUIRE(qi_plugin_enable(host.runtime, "orders", nullptr, &task) == QI_OK);
    host.until([&] { return host.has_waited(); });
    CHECK(host.enable("prices") == QI_PLUGIN_STATE_ACTIVE);
    CHECK(qi_task_state(task) == QI_TASK_STATE_PENDING);
    CHECK(host.disable("orders") == QI_PLUGIN_STATE_DISABLED);
    host.until([&] { return qi_task_state(task) == QI_TASK_STATE_DONE; });
    qi_task_release(task);

    REQUIRE(qi_plugins_rescan(host.runtime) == QI_OK);
    REQUIRE(qi_plugin_enable(host.runtime, "orders", nullptr, nullptr) == QI_OK);
    host.until([&] { return host.has_waited(); });
    CHECK(qi_plugins_searching(host.runtime));
    CHECK(host.shutdown() == QI_OK);
    CHECK(host.asked_in_the_window() == "");
}
