// SPDX-License-Identifier: BSD-3-Clause
#include "console_history.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qsavefile.h>
#include <QtCore/qstandardpaths.h>

#include "private_place.h"
#include "texts.h"

namespace qi
{

enum {
    KEPT = 1000,
    LONGEST = 100000, /* characters of an entry that is worth keeping */
    MOST = 64 << 20,  /* bytes of the file that are read, the last ones */
};

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

/* What is in the file is offered to be run, and what is typed is written into it: so it is a file, and the user's alone, in a
 * place where nobody else puts another one. A link may lead anywhere, and what is no file may hold up the window. Returns why
 * it is not, or "". */
static QString problem_of_file(int descriptor)
{
    struct stat facts;

    if (fstat(descriptor, &facts) < 0)
        return qt_error_string(errno);
    if (!S_ISREG(facts.st_mode))
        return Texts::tr("it is no file");
    if (facts.st_uid != geteuid() || (facts.st_mode & (S_IWGRP | S_IWOTH)))
        return Texts::tr("other users may write to it");
    return {};
}

/* Opens it for the owner of the process only. Returns why that cannot be, or "". */
static QString open_private(QFile &file, const QString &path, int flags)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(),
                                  flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR);
    QString problem = descriptor < 0 ? qt_error_string(errno) : problem_of_file(descriptor);

    if (problem.isEmpty() && fchmod(descriptor, S_IRUSR | S_IWUSR) < 0) // it may be older than this
        problem = qt_error_string(errno);
    if (problem.isEmpty() &&
        file.open(descriptor, flags & O_WRONLY ? QIODevice::WriteOnly : QIODevice::ReadOnly,
                  QFile::AutoCloseHandle))
        return {};
    if (descriptor >= 0)
        ::close(descriptor);
    return problem;
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
    QFile file;
    QStringList found;
    const QString place = problem_of_place(QFileInfo(m_file).path());
    const QString problem = place.isEmpty() ? open_private(file, m_file, O_RDONLY) : place;

    if (problem.isEmpty()) {
        if (file.size() > MOST) {
            file.seek(file.size() - MOST);
            file.readLine(); /* the rest of one */
        }
        while (!file.atEnd()) {
            const QString source = source_of(file.readLine().trimmed());
            if (!source.isEmpty())
                found.append(source);
        }
        file.close();
    } else if (QFileInfo::exists(m_file)) {
        m_problem = problem;
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
    QFile file;

    m_problem = make_private_place(QFileInfo(m_file).path());
    if (m_problem.isEmpty())
        m_problem = open_private(file, m_file, O_WRONLY | O_APPEND | O_CREAT);
    if (!m_problem.isEmpty())
        return;
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
