// SPDX-License-Identifier: BSD-3-Clause
#include "console_history.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qsavefile.h>
#include <QtCore/qstandardpaths.h>

namespace qi
{

enum { KEPT = 1000, LONGEST = 100000 /* characters of an entry that is worth keeping */ };

static constexpr auto private_file = QFile::ReadOwner | QFile::WriteOwner;

static QByteArray line_of(const QString &source)
{
    /* A JSON document is an array or an object; its brackets are left out in the file. */
    const QByteArray array = QJsonDocument(QJsonArray{source}).toJson(QJsonDocument::Compact);
    return array.mid(1, array.size() - 2) + '\n';
}

static QString source_of(const QByteArray &line)
{
    return QJsonDocument::fromJson('[' + line + ']').array().at(0).toString();
}

QString ConsoleHistory::default_file()
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
    return folder.isEmpty() ? QString() : folder + QStringLiteral("/console_history.jsonl");
}

void ConsoleHistory::set_file(const QString &path)
{
    m_file = path;
    m_problem.clear();
    if (!path.isEmpty())
        read();
}

void ConsoleHistory::read()
{
    QFile file(m_file);
    QStringList found;

    if (file.open(QIODevice::ReadOnly)) {
        while (!file.atEnd()) {
            const QString source = source_of(file.readLine().trimmed());
            if (!source.isEmpty())
                found.append(source);
        }
        file.close();
    }
    const bool too_many = found.size() > 2 * KEPT;
    if (found.size() > KEPT)
        found = found.mid(found.size() - KEPT);
    m_entries = found;
    if (too_many)
        compact();
}

void ConsoleHistory::compact()
{
    QSaveFile file(m_file);

    if (!file.open(QIODevice::WriteOnly))
        return; /* it only stays longer than it need be */
    file.setPermissions(private_file);
    for (const QString &entry : m_entries)
        file.write(line_of(entry));
    file.commit();
}

void ConsoleHistory::append(const QString &source)
{
    QFile file(m_file);

    QDir().mkpath(QFileInfo(m_file).path());
    const bool fresh = !file.exists();
    if (!file.open(QIODevice::WriteOnly | QIODevice::Append)) {
        m_problem = file.errorString();
        return;
    }
    if (fresh)
        file.setPermissions(private_file);
    const QByteArray line = line_of(source);
    if (file.write(line) != line.size() || !file.flush())
        m_problem = file.errorString();
}

void ConsoleHistory::add(const QString &source)
{
    if (source.trimmed().isEmpty() || (!m_entries.isEmpty() && m_entries.last() == source))
        return;
    m_entries.append(source);
    if (m_entries.size() > KEPT)
        m_entries.removeFirst();
    if (!m_file.isEmpty() && source.size() <= LONGEST)
        append(source);
}

qsizetype ConsoleHistory::before(qsizetype from, const QString &prefix, const QString &shown) const
{
    for (qsizetype i = std::min(from, m_entries.size()) - 1; i >= 0; i--) {
        if (m_entries[i].startsWith(prefix) && m_entries[i] != shown)
            return i;
    }
    return -1;
}

qsizetype ConsoleHistory::after(qsizetype from, const QString &prefix, const QString &shown) const
{
    for (qsizetype i = from + 1; i < m_entries.size(); i++) {
        if (m_entries[i].startsWith(prefix) && m_entries[i] != shown)
            return i;
    }
    return -1;
}

qsizetype ConsoleHistory::containing(qsizetype from, const QString &text) const
{
    for (qsizetype i = std::min(from, m_entries.size()) - 1; i >= 0; i--) {
        if (m_entries[i].contains(text, Qt::CaseInsensitive))
            return i;
    }
    return -1;
}

} // namespace qi
