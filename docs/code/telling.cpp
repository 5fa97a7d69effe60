// SPDX-License-Identifier: BSD-3-Clause
// Timers, events and shared memory of a host in C: see docs/guide/exposing.md and threads-and-gil.md.
#include <QCoreApplication>
#include <qi/qi.h>

#include <cstdio>
#include <cstring>

static int ticks = 0, given_back = 0;

// [listen]
static void loaded(const qi_event *event, void *)
{
    const char *path;
    int64_t size;
    const qi_value named = qi_map(event->kwargs, event->kwarg_count);

    if (event->count == 1 && qi_value_to_text(&event->args[0], &path, nullptr) == QI_OK &&
        qi_value_to_int(qi_value_get(&named, "size"), &size) == QI_OK)
        std::printf("%s: %lld bytes\n", path, (long long)size);
}
// [/listen]

// [timer]
static void tick(qi_timer *timer, void *user)
{
    int *count = static_cast<int *>(user);

    if (++*count == 3)
        qi_timer_stop(timer); // it can be started again, by qi_timer_restart()
}
// [/timer]

// [share]
/* Gives Python six numbers of ours, 2 rows of 3, to look at and to write. */
static int share(qi_runtime *python, float *numbers)
{
    const size_t shape[] = {2, 3};
    qi_buffer_layout layout;
    qi_buffer *buffer;

    qi_buffer_layout_init(&layout);
    layout.data = numbers;
    layout.format = "f";
    layout.dimensions = 2;
    layout.shape = shape;
    layout.writable = true;
    layout.destroy = [](void *) { given_back++; };
    int status = qi_buffer_new(&layout, &buffer);
    if (status != QI_OK)
        return status;
    const qi_value argument = qi_buffer_value(buffer);
    status = qi_call(python, "__main__:double", &argument, 1, nullptr, 0, nullptr);
    qi_buffer_release(buffer);
    return status;
}
// [/share]

// [open]
/* The first byte of an object of Python that has the buffer protocol, or -1. */
static int first_byte(const qi_value *value)
{
    qi_buffer_layout layout;
    qi_buffer *buffer;
    int first = -1;

    if (qi_value_to_buffer(value, false, &buffer) != QI_OK)
        return -1;
    qi_buffer_layout_init(&layout);
    if (qi_buffer_read(buffer, &layout) == QI_OK && layout.dimensions == 1 && layout.shape[0] > 0)
        first = *static_cast<unsigned char *>(layout.data);
    qi_buffer_release(buffer); // until then a bytearray cannot grow
    return first;
}
// [/open]

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi_runtime *python = nullptr;
    if (qi_runtime_init(nullptr, &python) != QI_OK) {
        qCritical("%s", qi_last_error()->message);
        return 1;
    }
    float numbers[] = {1, 2, 3, 4, 5, 6};
    qi_value bytes;
    qi_timer *timer;
    // [begin]
    if (qi_events_listen(python, "document.loaded", loaded, nullptr, nullptr, nullptr) != QI_OK ||
        qi_timer_start(python, 10, 20, tick, &ticks, nullptr, &timer) != QI_OK)
        return 1;
    // [/begin]
    if (qi_exec(python,
                "import qi\n"
                "qi.host.emit('document.loaded', 'letter.odt', size=4711)\n"
                "def double(shared):\n"
                "    view = memoryview(shared)\n"
                "    view[1, 2] = 2 * view[1, 2]\n",
                "telling.py") != QI_OK ||
        share(python, numbers) != QI_OK || qi_eval(python, "bytearray(b'abc')", &bytes) != QI_OK)
        return 1;
    const int first = first_byte(&bytes);
    qi_value_clear(&bytes);
    while (ticks < 3)
        app.processEvents(QEventLoop::WaitForMoreEvents);
    qi_timer_release(timer);
    std::printf("%d ticks, %g, '%c', %d given back\n", ticks, double(numbers[5]), first, given_back);
    return !(ticks == 3 && numbers[5] == 12 && first == 'a' && given_back == 1);
}
