/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host in C: it starts a coroutine of a plugin, lets a signal of Qt launch another one, and prints
 * what came of it.
 *
 *     c-host [FOLDER OF THE PLUGINS]
 */
#define _XOPEN_SOURCE 700 /* realpath() */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <qi/qi.h>

#include "application.h"

static int fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, qi_last_error()->message);
    return 1;
}

static void on_error(const qi_error *error, const qi_origin *origin, void *user)
{
    (void)user;
    fprintf(stderr, "%s: %s\n", origin->target ? origin->target : "python", error->message);
    application_quit(1);
}

static void on_line(const qi_output_line *line, void *user)
{
    (void)user;
    printf("python says: %.*s\n", (int)line->length, line->text);
}

/* The coroutine has returned: show what, and go. */
static void on_done(qi_task *, const qi_task_end *end, void *user)
{
    char text[200];
    (void)user;
    if (end->status != QI_OK) {
        fprintf(stderr, "%s: %s\n", qi_status_name(end->status), end->error->message);
        application_quit(1);
        return;
    }
    qi_value_describe(end->result, text, sizeof text);
    printf("the coroutine returned %s\n", text);
    application_quit(0);
}

/* Launches what the plugin has: `tick` at each timeout of a QTimer, `countdown` at once. */
static int launch(qi_runtime *runtime)
{
    const qi_value args[] = {qi_text("lift-off"), qi_int(3)};
    qi_task_options options;

    if (qi_asyncslot_connect(runtime, application_clock(20), "timeout", "rocket:tick", NULL, NULL))
        return fail("rocket:tick");

    qi_task_options_init(&options);
    options.name = "countdown";
    options.done = on_done;
    if (qi_run_task(runtime, "rocket:countdown", args, 2, &options, NULL))
        return fail("rocket:countdown");
    return 0;
}

int main(int argc, char **argv)
{
    char typed[PATH_MAX];
    const char *plugins = argc > 1 ? typed : "plugins";
    qi_runtime *runtime;
    qi_config config;
    int code;

    /* What the user types begins where he is; what is configured, at the program. */
    if (argc > 1 && !realpath(argv[1], typed)) {
        perror(argv[1]);
        return 1;
    }
    application_create(&argc, argv);
    qi_config_init(&config);
    config.module_paths = &plugins;
    config.module_path_count = 1;
    config.error = on_error;
    config.out = on_line;
    if (qi_runtime_init(&config, &runtime) != QI_OK)
        return fail("qi_runtime_init");

    code = launch(runtime);
    if (code == 0)
        code = application_exec();
    if (qi_runtime_shutdown(runtime, 0) != QI_OK)
        code = fail("qi_runtime_shutdown");
    application_destroy();
    return code;
}
