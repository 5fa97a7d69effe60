/* SPDX-License-Identifier: BSD-3-Clause */
/* The public face of core/listeners.h, which knows no threads. */
#include <qi/runtime.h>

#include "core/listeners.h"
#include "core/status.h"
#include "python/gate.h"

int qi_listener_release(qi_listener *listener)
{
    if (!listener)
        return QI_OK;
    if (!qip_runtime_on_gui_thread())
        return qip_fail(QI_ERR_WRONG_THREAD, "a listener is released in the GUI thread");
    return qip_listener_release(listener);
}
