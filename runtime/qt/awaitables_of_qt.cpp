/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The classes of QtCore that are awaited without being registered: a timer until it fires, a process until it has ended,
 * a device until there is something to read.
 *
 * Each function is asked as qi_awaitable_look_fn says.
 */
#include "qt/awaitables.h"

#include <QtCore/qiodevice.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtimer.h>

#include <qi/expose.h>

#include "core/status.h"

namespace qi
{

namespace
{

/* -- timers ------------------------------------------------------------------------------------------- */

const char *const timer_signals[] = {"timeout"};

/* One that does not run has fired, or nobody knows when it will. */
int look_at_timer(qi_object *object, const qi_emission *emission, qi_value *, void *)
{
    const auto *timer = static_cast<const QTimer *>(object);
    return !emission && timer->isActive() ? QI_ERR_PENDING : QI_OK;
}

/* -- processes ---------------------------------------------------------------------------------------- */

const char *const process_signals[] = {"finished", "errorOccurred"};

int fail_of_process(const QProcess &process)
{
    return qip_fail(QI_ERR_STATE, "%s: %s", process.program().toUtf8().constData(),
                    process.errorString().toUtf8().constData());
}

int look_at_process(qi_object *object, const qi_emission *, qi_value *result, void *)
{
    const auto *process = static_cast<const QProcess *>(object);

    if (process->state() != QProcess::NotRunning)
        return QI_ERR_PENDING;
    if (process->error() == QProcess::FailedToStart || process->exitStatus() == QProcess::CrashExit)
        return fail_of_process(*process);
    /* Whoever has started one has opened it, and it stays open when it has ended. */
    if (!process->isOpen())
        return QI_ERR_PENDING;
    *result = qi_int(process->exitCode());
    return QI_OK;
}

void end_process(qi_object *object, void *)
{
    static_cast<QProcess *>(object)->terminate();
}

/* -- devices ------------------------------------------------------------------------------------------ */

const char *const device_signals[] = {"readyRead", "readChannelFinished", "aboutToClose"};
constexpr int first_of_end = 1; /* of these signals */

bool has_ended(const QIODevice &device, const qi_emission *emission)
{
    return (emission && emission->number >= first_of_end) || !device.isOpen() ||
           (!device.isSequential() && device.atEnd());
}

/* What there is to read; no bytes at the end. */
int look_at_device(qi_object *object, const qi_emission *emission, qi_value *result, void *)
{
    auto *device = static_cast<QIODevice *>(object);

    if (device->isOpen() && !device->isReadable())
        return qip_fail(
            QI_ERR_STATE,
            "the %s is awaited for what there is to read, but it is not open for reading",
            device->metaObject()->className());
    const QByteArray read = device->isOpen() ? device->readAll() : QByteArray();
    if (read.isEmpty() && !has_ended(*device, emission))
        return QI_ERR_PENDING;
    const qi_value borrowed = qi_bytes(read.constData(), size_t(read.size()));
    return qi_value_copy(result, &borrowed);
}

constexpr qi_awaitable known(const char *class_name, const char *const *signal_names,
                             size_t signal_count, qi_awaitable_look_fn look,
                             qi_awaitable_cancel_fn cancel = nullptr)
{
    return {sizeof(qi_awaitable),
            class_name,
            signal_names,
            signal_count,
            look,
            cancel,
            nullptr,
            nullptr};
}

} // namespace

const qi_awaitable awaitables_of_qt[] = {
    known("QTimer", timer_signals, std::size(timer_signals), look_at_timer),
    known("QProcess", process_signals, std::size(process_signals), look_at_process, end_process),
    known("QIODevice", device_signals, std::size(device_signals), look_at_device),
    {},
};

} // namespace qi
