/* SPDX-License-Identifier: BSD-3-Clause */
/* Near names for messages: what somebody may have meant who wrote a name that does not exist. */
#ifndef QIP_QT_NAMES_H
#define QIP_QT_NAMES_H

#include <QtCore/qbytearraylist.h>

/* The names that are nearest to `name`, best first, at most five, each once. */
QByteArrayList qip_near_names(const QByteArray &name, const QByteArrayList &known);

/* The same as the end of a sentence: "; did you mean 'clicked' or 'pressed'?", or "". */
QByteArray qip_near_names_hint(const QByteArray &name, const QByteArrayList &known);

#endif
