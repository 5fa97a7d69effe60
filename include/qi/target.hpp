/* SPDX-License-Identifier: BSD-3-Clause */
/* What a task or a connection calls: a name, or a handle of what was looked up before. */
#ifndef QI_TARGET_HPP
#define QI_TARGET_HPP

#include <string>
#include <string_view>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringview.h>

#include <qi/qt.hpp>

namespace qi
{

/**
 * "module:callable", written in any way in which Qt and C++ write text, or a qi::Callable.
 *
 * A parameter type: it may view the text that it is made of, so it is not to be kept.
 */
class Target
{
  public:
    Target(const char *name) : m_text(name) {}
    Target(const QByteArray &name) : m_bytes(name), m_text(m_bytes.constData()) {}
    Target(const QString &name) : Target(name.toUtf8()) {}
    Target(QStringView name) : Target(name.toUtf8()) {}
    Target(QLatin1String name) : Target(QString(name).toUtf8()) {}
    Target(const char16_t *name) : Target(QStringView(name)) {}
    Target(const std::string &name) : m_text(name.c_str()) {}
    Target(std::string_view name) : Target(QByteArray(name.data(), qsizetype(name.size()))) {}
    Target(const Callable &callable) : m_callable(callable) {}
    Target(const Target &) = delete;
    Target &operator=(const Target &) = delete;

    /** UTF-8, or NULL if it is a callable. Borrowed. */
    const char *text() const { return m_text; }
    /** A handle, or NULL if it is a name. Borrowed. */
    qi_callable *callable() const { return m_callable.handle(); }
    /** For messages. */
    QString name() const
    {
        return m_text ? QString::fromUtf8(m_text) : QStringLiteral("a callable");
    }

  private:
    QByteArray m_bytes;
    const char *m_text = nullptr;
    Callable m_callable;
};

} // namespace qi

#endif /* QI_TARGET_HPP */
