/* SPDX-License-Identifier: BSD-3-Clause */
/* The host's own jobs, from any thread into the GUI thread's event loop. */
#include <Python.h>

#include <stdlib.h>

#include <qi/runtime.h>

#include "core/callout.h"
#include "core/hostcall.h"
#include "core/status.h"
#include "core/users.h"
#include "python/gate.h"
#include "qt/bridge.h"

typedef struct posted {
    const qi_runtime *runtime;
    qi_post_fn call;
    qip_user user;
} posted;

static void drop(void *data)
{
    posted *job = data;

    qip_user_destroy(&job->user);
    free(job);
}

static void call_host(void *data)
{
    const posted *job = data;
    job->call(job->user.user);
}

/* In the GUI thread's event loop, without the GIL. The runtime may have ended meanwhile, and another one begun. */
static void run(void *data)
{
    const posted *job = data;

    if (qip_runtime_current() == job->runtime && qip_callout_begin()) {
        (void)qip_hostcall("a posted call", call_host, data);
        qip_callout_end();
    }
    drop(data);
}

int qi_runtime_post(qi_runtime *runtime, qi_post_fn call, void *user, qi_destroy_fn destroy)
{
    int status = qip_runtime_check(runtime);

    if (status == QI_OK && !call)
        status = qip_fail(QI_ERR_ARGUMENT, "`call` is NULL; it is the function to call");
    if (status != QI_OK)
        return status;
    posted *job = malloc(sizeof *job);
    if (!job)
        return qip_fail(QI_ERR_MEMORY, "out of memory for a posted call");
    *job = (posted){runtime, call, {user, destroy}};
    status = qip_qt_post_owned(run, drop, job);
    if (status != QI_OK)
        free(job);
    return status;
}
