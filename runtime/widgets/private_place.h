/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Places for files that nobody but the user reads or writes: as long as a folder above may be changed by others, or a link on
 * the way to it, they can put a file of theirs there. The library asks the same of its own places: _python/private.py.
 */
#ifndef QI_WIDGETS_PRIVATE_PLACE_H
#define QI_WIDGETS_PRIVATE_PLACE_H

#include <QtCore/qstring.h>

namespace qi
{

/* Why others could put something else at the path of a folder, or "". One that is not there is a problem of its own. */
QString problem_of_place(const QString &folder);

/* Makes the folder and those above it that are missing, for the user alone. Returns why it is no such place, or "". */
QString make_private_place(const QString &folder);

} // namespace qi

#endif
