// SPDX-License-Identifier: BSD-3-Clause
// The program of "Calling and getting an answer", "Values" and "Scripts" in docs/guide/embedding.md.
#include <cstdio>
#include <cstring>

#include <QCoreApplication>
#include <QTimer>
#include <qi/qi.h>

static int fail(const char *what)
{
    qCritical("%s: %s", what, qi_last_error()->message);
    return 1;
}

// [call]
static int meanOf(qi_runtime *python, const qi_value *temperatures, double *mean)
{
    const qi_entry named[] = {{qi_text("weights"), qi_none()}};
    qi_value answer;

    int status = qi_call(python, "statistics:fmean", temperatures, 1, named, 1, &answer);
    if (status != QI_OK)
        return status; // qi_last_error() has the exception, with its traceback
    status = qi_value_to_real(&answer, mean);
    qi_value_clear(&answer);
    return status;
}
// [/call]

// [build]
static int readAll(const char *lines, qi_value *out)
{
    qi_builder *builder;
    int status = qi_builder_new(&builder), length;
    double temperature;

    if (status != QI_OK)
        return status;
    qi_builder_begin_list(builder);
    for (; std::sscanf(lines, "%lf%n", &temperature, &length) == 1; lines += length)
        qi_builder_add(builder, qi_real(temperature));
    qi_builder_end(builder);
    status = qi_builder_finish(builder, out); // tells what went wrong first, if anything did
    qi_builder_release(builder);
    return status;
}
// [/build]

// [read]
static int priceOfSecondLeg(const qi_value *order, double *price)
{
    return qi_value_to_real(qi_value_get(qi_value_at(qi_value_get(order, "legs"), 1), "price"),
                            price);
}
// [/read]

// [scope]
static int evaluateFormula(qi_runtime *python, const char *formula, double width, qi_value *area)
{
    qi_scope *scope;
    int status = qi_scope_new(python, &scope);

    if (status != QI_OK)
        return status;
    const qi_value given = qi_real(width);
    status = qi_scope_set(scope, "width", &given);
    if (status == QI_OK)
        status = qi_scope_eval(scope, formula, std::strlen(formula), area);
    qi_scope_release(scope);
    return status;
}
// [/scope]

static const char orderText[] = "{'legs': [{'price': 1.5}, {'price': 2}]}";
static const char script[] = "import asyncio\n"
                             "await asyncio.sleep(0.01)\n"
                             "6 * 7";

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    qi_runtime *python = nullptr;
    qi_value temperatures = qi_none(), order = qi_none(), area = qi_none(), path = qi_none(),
             home = qi_none();
    double mean = 0, price = 0, square = 0;
    int64_t answer = 0;

    if (qi_runtime_init(nullptr, &python) != QI_OK)
        return fail("python");
    if (readAll("18.5 21 20.5", &temperatures) != QI_OK ||
        meanOf(python, &temperatures, &mean) != QI_OK)
        return fail("mean");
    if (qi_eval(python, orderText, &order) != QI_OK || priceOfSecondLeg(&order, &price) != QI_OK)
        return fail("price");
    if (evaluateFormula(python, "width ** 2", 3, &area) != QI_OK ||
        qi_value_to_real(&area, &square) != QI_OK)
        return fail("area");

    // [opaque]
    const qi_value folder = qi_text("/home/anna");
    if (qi_call(python, "pathlib:PurePosixPath", &folder, 1, nullptr, 0, &path) != QI_OK ||
        qi_value_attribute(&path, "name", &home) != QI_OK) // opaque to C, and yet of use
        return fail("path");
    // [/opaque]

    // [await]
    qi_task *task = nullptr;
    if (qi_exec_async(python, nullptr, script, std::strlen(script), "script.py", nullptr, &task) !=
        QI_OK)
        return fail("script");
    // [/await]
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &app, [&] {
        qi_value result;
        if (qi_task_state(task) == QI_TASK_STATE_PENDING)
            return;
        if (qi_task_result(task, &result) != QI_OK || qi_value_to_int(&result, &answer) != QI_OK)
            fail("script");
        else
            qi_value_clear(&result);
        QCoreApplication::quit();
    });
    timer.start(5);
    QCoreApplication::exec();

    const char *name = nullptr;
    if (qi_value_to_text(&home, &name, nullptr) != QI_OK)
        return fail("home");
    const bool right = mean == 20 && price == 2 && square == 9 && answer == 42 &&
                       !std::strcmp(name, "anna");
    for (qi_value *value : {&temperatures, &order, &area, &path, &home})
        qi_value_clear(value);
    qi_task_release(task);
    qi_runtime_shutdown(python, QI_SHUTDOWN_FLAG_FINALIZE);
    return right ? 0 : 1;
}
