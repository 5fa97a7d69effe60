/* SPDX-License-Identifier: BSD-3-Clause */
#include "private_place.h"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/qbytearraylist.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include "texts.h"

namespace qi
{

static constexpr int most_links = 40; /* as the kernel has it */

static QString told(const QByteArray &path, const QString &what)
{
    return QStringLiteral("%1: %2").arg(QFile::decodeName(path), what);
}

/* Of a folder or a link on the way. In a sticky folder, as /tmp, nobody moves what is another's. */
static QString problem_of_step(const QByteArray &path, struct stat *facts)
{
    if (lstat(path.constData(), facts) < 0)
        return told(path, qt_error_string(errno));
    const bool is_link = S_ISLNK(facts->st_mode);
    const bool is_sticky = S_ISDIR(facts->st_mode) && (facts->st_mode & S_ISVTX);
    const bool is_open = facts->st_mode & (S_IWGRP | S_IWOTH);
    const bool is_strange = facts->st_uid != 0 && facts->st_uid != geteuid();
    if (is_strange || (is_open && !is_link && !is_sticky))
        return told(path, Texts::tr("other users may write to it"));
    return {};
}

/* The names in a path, the first one last. */
static QByteArrayList names_of(const QByteArray &path)
{
    QByteArrayList names = path.split('/');

    std::reverse(names.begin(), names.end());
    names.removeAll("");
    names.removeAll(".");
    return names;
}

static QByteArray link_target(const QByteArray &path)
{
    QByteArray target(PATH_MAX, '\0');
    const ssize_t size = readlink(path.constData(), target.data(), size_t(target.size()));

    return size > 0 ? target.left(size) : QByteArray();
}

static QByteArray above(const QByteArray &path)
{
    const qsizetype slash = path.lastIndexOf('/');
    return slash > 0 ? path.left(slash) : QByteArray("/");
}

/* Not QDir::absolutePath(), which takes "link/.." for nothing: that is the folder above the one that the link leads to. */
static QByteArray absolute(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    return name.startsWith('/') ? name : QFile::encodeName(QDir::currentPath()) + '/' + name;
}

static QString problem_of_way(const QByteArray &path)
{
    QByteArray at("/");
    QByteArrayList waiting = names_of(path);
    struct stat facts;
    QString problem = problem_of_step(at, &facts);

    for (int links = 0; problem.isEmpty() && !waiting.isEmpty();) {
        const QByteArray name = waiting.takeLast();
        const QByteArray here = name == ".." ? above(at) : at == "/" ? at + name : at + '/' + name;
        problem = problem_of_step(here, &facts);
        if (!problem.isEmpty() || !S_ISLNK(facts.st_mode)) {
            at = here;
            continue;
        }
        const QByteArray target = link_target(here);
        if (++links > most_links)
            return told(here, qt_error_string(ELOOP));
        waiting += names_of(target);
        if (target.startsWith('/'))
            at = "/";
    }
    return problem;
}

QString problem_of_place(const QString &folder)
{
    return problem_of_way(absolute(folder));
}

QString make_private_place(const QString &folder)
{
    QByteArrayList missing;
    QByteArray at = absolute(folder);
    struct stat facts;

    while (lstat(at.constData(), &facts) < 0 && errno == ENOENT) {
        missing.append(at);
        at = above(at);
    }
    QString problem = problem_of_way(at);
    while (problem.isEmpty() && !missing.isEmpty()) {
        const QByteArray next = missing.takeLast();
        if (mkdir(next.constData(), S_IRWXU) < 0 && errno != EEXIST)
            problem = told(next, qt_error_string(errno));
        else /* somebody may have been faster */
            problem = problem_of_way(next);
    }
    return problem;
}

} // namespace qi
