/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the rooms are put together: which room is behind each port of a lower one, and in which order the rooms
 * put themselves into the module `_qi`. Read it to see every way up that there is.
 *
 * It is done when the library is loaded, since values may be copied, and `_qi` may be imported, before there is
 * a runtime.
 */
#include "core/buffer.h"
#include "core/host.h"
#include "core/hostcall.h"
#include "core/opaque.h"
#include "core/pulse.h"
#include "life/leave.h"
#include "life/life.h"
#include "life/setup.h"
#include "loop/loop.h"
#include "loop/setup.h"
#include "loop/steps.h"
#include "objects/proxy_p.h"
#include "objects/setup.h"
#include "plugins/plugin.h"
#include "plugins/setup.h"
#include "python/target.h"
#include "python/convert.h"
#include "python/module.h"
#include "python/report.h"
#include "python/setup.h"
#include "qt/bridge.h"
#include "qt/proxies.h"
#include "qt/setup.h"
#include "signals/link.h"
#include "signals/setup.h"
#include "signals/slot.h"
#include "streams/setup.h"
#include "streams/transport.h"
#include "tasks/setup.h"
#include "watch/interrupt.h"
#include "watch/setup.h"
#include "watch/slow.h"
#include "watch/watchdog.h"

static const qip_setup_fn rooms[] = {
    qip_asyncio_setup,     qip_compat_setup,       qip_contexts_setup,      qip_scope_setup,
    qip_line_setup,        qip_line_writer_setup,  qip_report_setup,        qip_child_setup,
    qip_unread_setup,

    qip_loop_refs_setup,   qip_handle_setup,       qip_sched_setup,         qip_views_setup,
    qip_lists_setup,       qip_eager_setup,        qip_registry_setup,      qip_pending_setup,
    qip_loop_setup,

    qip_stock_setup,       qip_transport_setup,

    qip_qt_cache_setup,    qip_variant_setup,      qip_gadget_setup,        qip_index_setup,
    qip_future_setup,      qip_buffer_setup,       qip_copies_setup,        qip_courier_setup,
    qip_modal_setup,       qip_list_model_setup,

    qip_proxy_setup,       qip_model_setup,        qip_watcher_setup,       qip_awaitable_setup,
    qip_bound_setup,       qip_hostnames_setup,    qip_function_setup,      qip_expose_setup,
    qip_events_setup,

    qip_slot_setup,        qip_link_setup,         qip_links_setup,         qip_progress_setup,

    qip_inspect_setup,     qip_interrupt_setup,    qip_counters_setup,      qip_watchdog_setup,

    qip_belongings_setup,  qip_memory_setup,       qip_plugin_events_setup, qip_plugins_setup,

    qip_application_setup, qip_dispositions_setup, qip_leave_setup,         qip_deadline_setup,
    qip_unheard_setup,     qip_doctor_setup,
};

static void fill_ports_of_core(void)
{
    qip_host_new = qip_host_new_qt;
    qip_hostcall_port = (qip_hostcall_functions){.threw = qip_report_thrown};
    qip_guard_port = (qip_guard_functions){
        .make = qip_qt_guard_new,
        .retain = qip_qt_guard_retain,
        .object = qip_qt_guard_object,
        .free = qip_qt_guard_free,
    };
    qip_buffer_port = (qip_buffer_functions){.end = qip_qt_end_user};
    qip_opaque_port = (qip_opaque_functions){
        .hold = qip_opaque_hold,
        .drop = qip_opaque_drop,
        .type_name = qip_opaque_type_name,
    };
    qip_pulse_port = (qip_pulse_functions){
        .wake = qip_watchdog_wake,
        .left = qip_interrupt_left,
        .bracket_closes = qip_interrupt_bracket_closes,
    };
}

static void fill_ports_of_python(void)
{
    qip_object_port = (qip_object_functions){
        .is_object = qip_qt_is_proxy,
        .unwrap = qip_qt_unwrap,
        .guard = qip_qt_proxy_guard,
        .wrap = qip_qt_wrap,
        .wrap_guarded = qip_qt_wrap_guarded,
        .is_dying = qip_qt_is_dying,
        .share = qip_qt_share_buffer,
    };
    qip_report_port = (qip_report_functions){
        .on_application_thread = qip_qt_on_application_thread,
        .log = qip_qt_log,
        .leave = qip_leave_exec,
        .plugin = qip_plugins_error,
        .target = qip_link_target,
    };
    qip_callable_port = (qip_callable_functions){.slot = qip_slot_of_function};
    qip_module_set_rooms(rooms, sizeof rooms / sizeof *rooms);
}

static void fill_ports_of_loop(void)
{
    qip_step_port.callback = qip_slow_callback;
    qip_step_port.launch = qip_slow_launch;
    qip_loop_add_methods(qip_accept_methods);
}

static void fill_ports_of_objects(void)
{
    qip_proxy_port = (qip_proxy_functions){
        .make = qip_proxy_new, .object = qip_proxy_object, .guard = qip_proxy_guard};
    qip_connect_port = (qip_connect_functions){
        .connect = qip_link_connect,
        .disconnect = qip_link_disconnect,
    };
}

__attribute__((constructor)) void qip_wire(void)
{
    static bool wired;

    if (wired)
        return;
    wired = true;
    fill_ports_of_core();
    fill_ports_of_python();
    fill_ports_of_loop();
    qip_qt_wire();
    fill_ports_of_objects();
}
