/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking at an object that another thread may destroy: the rest of what guards can is in bridge.h. */
#ifndef QIP_QT_GUARD_H
#define QIP_QT_GUARD_H

#include <QtCore/qobject.h>

namespace qi
{

/* Calls `look` with the guard's object, which does not go before it returns, whatever its thread does; false: it is
 * gone. `look` takes no lock, calls nothing of the host's or of Python's, and may throw. Thread: any. */
bool look_at(const void *guard, void (*look)(QObject *object, void *data), void *data);

} // namespace qi

#endif
