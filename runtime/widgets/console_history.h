// SPDX-License-Identifier: BSD-3-Clause
/*
 * The inputs of a console, the newest last, kept in a file: one JSON string a line. A new entry is appended
 * at once, so that several windows and processes may share the file and a crash loses nothing. The file is
 * the user's alone, since passwords are typed into consoles.
 */
#ifndef QI_WIDGETS_CONSOLE_HISTORY_H
#define QI_WIDGETS_CONSOLE_HISTORY_H

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

namespace qi
{

class ConsoleHistory
{
  public:
    /* In the application's folder for data. */
    static QString default_file();

    /* Reads the file, and writes to it from now on. "": nothing is kept. */
    void set_file(const QString &path);
    const QString &file() const { return m_file; }
    const QString &problem() const { return m_problem; } /* why it cannot be written, or "" */

    void add(const QString &source);
    const QStringList &entries() const { return m_entries; }

    /* The first entry before (or after) `from` that begins with (or contains) a text, and is not `shown`;
     * -1: there is none. */
    qsizetype before(qsizetype from, const QString &prefix, const QString &shown) const;
    qsizetype after(qsizetype from, const QString &prefix, const QString &shown) const;
    qsizetype containing(qsizetype from, const QString &text) const;

  private:
    void read();
    void compact();
    void append(const QString &source);

    QString m_file, m_problem;
    QStringList m_entries;
};

} // namespace qi

#endif
