/* SPDX-License-Identifier: BSD-3-Clause */
/* What a task or a connection calls: a name, or a handle of what was looked up before. */
#ifndef QI_TARGET_HPP
#define QI_TARGET_HPP

#include <optional>
#include <string>
#include <string_view>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringview.h>

#include <qi/qt.hpp>
#include <qi/text.hpp>

namespace qi
{
QI_ABI_BEGIN

/**
 * "module:callable", written in any way in which Qt and C++ write text, or a qi::Callable.
 *
 * A parameter type: it may view the text that it is made of, so it is not to be kept.
 */
class Target
{
  public:
    Target(const char *name) : m_text(name) {}
    Target(const QByteArray &name) : Target(cText(name, "the target")) {}
    Target(const QString &name) : Target(QStringView(name)) {}
    Target(QStringView name) : Target(cText(name, "the target")) {}
    Target(QLatin1String name) : Target(QStringView(QString(name))) {}
    Target(const char16_t *name) : Target(QStringView(name)) {}
    Target(const std::string &name) : Target(std::string_view(name)) {}
    Target(std::string_view name) : Target(QByteArray(name.data(), qsizetype(name.size()))) {}
    Target(const Callable &callable) : m_callable(callable) {}
    Target(const Target &) = delete;
    Target &operator=(const Target &) = delete;

    /** Why the text can be no target: it is not Unicode, or has a U+0000; or nothing. */
    const std::optional<Error> &error() const { return m_error; }
    /** UTF-8, or NULL if it is a callable; "" where there is an error. Borrowed. */
    const char *text() const { return m_text; }
    /** A handle, or NULL if it is a name. Borrowed. */
    qi_callable *callable() const { return m_callable.handle(); }
    /** For messages. */
    QString name() const
    {
        return m_text ? QString::fromUtf8(m_text) : QStringLiteral("a callable");
    }

  private:
    explicit Target(Result<QByteArray> name)
    {
        if (name)
            m_bytes = std::move(*name);
        else
            m_error = name.error();
        m_text = m_error ? "" : m_bytes.constData();
    }

    QByteArray m_bytes;
    std::optional<Error> m_error;
    const char *m_text = nullptr;
    Callable m_callable;
};

QI_ABI_END
} // namespace qi

#endif /* QI_TARGET_HPP */
