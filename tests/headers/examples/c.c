/* SPDX-License-Identifier: BSD-3-Clause */
/* The code of the comments of the C headers, as it is printed there: see ../examples.py. It is compiled, not run. */
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qi/python.h>
#include <qi/qi.h>

/* -- awaitable.h ---------------------------------------------------------------------------------- */

struct job {
    bool finished, failed;
    int64_t total;
    const char *why;
};
struct job *job_of(qi_object *object);
void register_jobs(void);

static int look(qi_object *object, const qi_emission *emission, qi_value *result, void *user)
{
    struct job *job = job_of(object);
    if (!job->finished)
        return QI_ERR_PENDING;
    *result = qi_int(job->total);
    return job->failed ? qi_fail(QI_ERR_STATE, job->why) : QI_OK;
}

void register_jobs(void)
{
    static const char *const signal_names[] = {"finished", "failed"};
    qi_awaitable awaitable;
    qi_awaitable_init(&awaitable);
    awaitable.class_name = "Job";
    awaitable.signal_names = signal_names;
    awaitable.signal_count = 2;
    awaitable.look = look;
    qi_awaitable_register(&awaitable);
}

/* -- buffer.h, builder.h, call.h, value.h --------------------------------------------------------- */

struct row {
    const char *symbol;
};
bool next_row(struct row *row);
void share(qi_runtime *rt, float *samples, size_t rows, size_t columns);
int build(qi_value *built);
double values(qi_runtime *rt, const qi_value order);

void share(qi_runtime *rt, float *samples, size_t rows, size_t columns)
{
    qi_buffer_layout layout;
    qi_buffer_layout_init(&layout);
    layout.data = samples; // of the host's
    layout.format = "f";   // as in Python's module struct
    size_t shape[] = {rows, columns};
    layout.shape = shape;
    layout.dimensions = 2;
    layout.user = samples;
    layout.destroy = free;
    qi_buffer *buffer;
    if (qi_buffer_new(&layout, &buffer) == QI_OK) {
        qi_value argument = qi_buffer_value(buffer);
        qi_run_task(rt, "analysis:spectrum", &argument, 1, NULL, NULL);
        qi_buffer_release(buffer); // Python has its own reference
    }
}

int build(qi_value *built)
{
    struct row row;
    qi_builder *builder;
    if (qi_builder_new(&builder) != QI_OK)
        return QI_ERR_MEMORY;
    qi_builder_begin_list(builder);
    while (next_row(&row)) {
        qi_builder_begin_map(builder);
        qi_builder_key(builder, qi_text("symbol"));
        qi_builder_add(builder, qi_text(row.symbol));
        qi_builder_end(builder);
    }
    qi_builder_end(builder);
    qi_value rows;
    int status = qi_builder_finish(builder, &rows);
    qi_builder_release(builder);
    *built = rows;
    return status;
}

double values(qi_runtime *rt, const qi_value order)
{
    {
        qi_value args[] = {qi_text("EURUSD"), qi_int(100), qi_real(1.0842)};
        qi_run_task(rt, "orders:send", args, 3, NULL, NULL);
    }
    {
        qi_value args[] = {qi_text("EURUSD")}, price;
        qi_entry named[] = {{qi_text("side"), qi_text("buy")}};
        if (qi_call(rt, "quotes:best", args, 1, named, 1, &price) == QI_OK)
            qi_value_clear(&price);
    }
    double price;
    int status = qi_value_to_real(
        qi_value_get(qi_value_at(qi_value_get(&order, "legs"), 1), "price"), &price);
    return status == QI_OK ? price : 0;
}

/* -- connection.h, doctor.h, event.h, expose.h ---------------------------------------------------- */

struct market;
double look_up(const struct market *market, const char *symbol);
void connect_button(qi_runtime *rt, qi_object *button);
void examine(void);
void listen_to_documents(qi_runtime *runtime, void *window);
void show_prices(qi_runtime *runtime, struct market *market);

void connect_button(qi_runtime *rt, qi_object *button)
{
    qi_asyncslot_connect(rt, button, "clicked", "orders:send", NULL, NULL);
}

void examine(void)
{
    qi_value report;
    if (qi_doctor_examine(NULL, &report) == QI_OK) {
        const char *text;
        if (qi_value_to_text(qi_value_get(&report, "text"), &text, NULL) == QI_OK)
            puts(text);
        qi_value_clear(&report);
    }
}

static void loaded(const qi_event *event, void *window)
{
    const char *path;
    if (event->count == 1 && qi_value_to_text(&event->args[0], &path, NULL) == QI_OK)
        printf("%s in %p\n", path, window);
}

void listen_to_documents(qi_runtime *runtime, void *window)
{
    qi_events_listen(runtime, "document.loaded", loaded, window, NULL, NULL);
}

static int price(const qi_value *args, size_t count, qi_value *result, void *user)
{
    if (args[1].as.integer < 1)
        return qi_fail(QI_ERR_ARGUMENT, "nobody sells fewer than one");
    *result = qi_real(look_up(user, args[0].as.text.data) * args[1].as.integer);
    return QI_OK;
}

void show_prices(qi_runtime *runtime, struct market *market)
{
    qi_function function;
    qi_function_init(&function);
    function.call = price;
    function.user = market;
    function.signature = "(symbol: str, count: int = 1) -> float";
    function.doc = "What so many shares of a company cost.";
    qi_function_register(runtime, "desk.price", &function);
}

/* -- monitor.h, plugin.h, python.h ---------------------------------------------------------------- */

int stuck(const qi_stall *stall, void *user);
void watch(qi_runtime *runtime);
bool ask_the_user(const qi_plugin_consent *consent, void *user);
void show_what_happened(const qi_plugin_event *event, void *user);
void start_plugins(qi_runtime *runtime, const char *const *folders);
PyObject *make_array(void *user);
void keep(void *user, qi_value value);
void draw(qi_runtime *runtime, void *chart);

int stuck(const qi_stall *stall, void *user) // on the watchdog's thread, the GUI thread hangs
{
    fprintf(stderr, "%s hangs for %u ms:\n%s", stall->plugin ? stall->plugin : "Python",
            stall->milliseconds, stall->stack);
    return stall->milliseconds < 10000 ? QI_STALL_WAIT : QI_STALL_INTERRUPT;
}

void watch(qi_runtime *runtime)
{
    qi_watchdog_options options;
    qi_watchdog_options_init(&options);
    options.repeat_ms = 1000;
    options.stalled = stuck;
    qi_watchdog_start(runtime, &options);
}

void start_plugins(qi_runtime *runtime, const char *const *folders)
{
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    config.application_folders = folders; // each holds the folders of plugins
    config.application_folder_count = 1;
    config.consent = ask_the_user;
    config.event = show_what_happened;
    qi_plugins_start(runtime, &config);
}

static void plot(void *user) // with the GIL
{
    PyObject *array = make_array(user); // of numpy's C API
    qi_value samples;
    if (array && qi_value_from_python(array, &samples) == QI_OK) {
        keep(user, qi_value_take(&samples));
    }
    Py_XDECREF(array); // an exception that is set here makes the call fail
}

void draw(qi_runtime *runtime, void *chart)
{
    if (qi_python_run(runtime, plot, chart) != QI_OK)
        fputs(qi_last_error()->traceback, stderr);
}

/* -- runtime.h, scope.h, timer.h ------------------------------------------------------------------ */

qi_runtime *begin(const char *const *paths);
void calculate(qi_runtime *rt, const char *formula);
void write_document(void *document);
void save_often(qi_runtime *runtime, void *document);

qi_runtime *begin(const char *const *paths)
{
    qi_config config;
    qi_config_init(&config);
    config.module_paths = paths; // where the modules are
    config.module_path_count = 1;
    qi_runtime *runtime;
    if (qi_runtime_init(&config, &runtime) != QI_OK)
        fputs(qi_last_error()->message, stderr);
    return runtime;
}

void calculate(qi_runtime *rt, const char *formula)
{
    qi_scope *scope;
    if (qi_scope_new(rt, &scope) == QI_OK) {
        qi_value width = qi_real(2.5), area;
        qi_scope_set(scope, "width", &width);
        if (qi_scope_eval(scope, formula, strlen(formula), &area) == QI_OK)
            qi_value_clear(&area);
        qi_scope_release(scope);
    }
}

static void save(qi_timer *timer, void *document)
{
    write_document(document);
}

void save_often(qi_runtime *runtime, void *document)
{
    qi_timer *autosave;
    qi_timer_start(runtime, 60000, 60000, save, document, NULL, &autosave); // every minute
    qi_timer_release(autosave);
}
