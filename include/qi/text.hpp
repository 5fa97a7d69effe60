/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Texts of Qt's on their way to C, where a text is UTF-8 and ends with a NUL. A text that is more than that, or less,
 * is refused, and neither cut nor bent: half a pair of surrogates has no UTF-8, and what follows U+0000 would be lost.
 * The headers of this API use it; an application needs it for calls of the C API alone.
 */
#ifndef QI_TEXT_HPP
#define QI_TEXT_HPP

#include <optional>
#include <vector>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qstringview.h>

#include <qi/result.hpp>

namespace qi
{
QI_ABI_BEGIN

/**
 * A text as UTF-8 that C can have; `what` names it in the error, as in "the source".
 * Thread: any. Fails: QI_ERR_ENCODING (half a pair of surrogates), QI_ERR_ARGUMENT (U+0000).
 */
inline Result<QByteArray> cText(QStringView text, const char *what)
{
    const QString name = QString::fromUtf8(what);
    const qsizetype zero = text.indexOf(QChar(u'\0'));

    if (!text.isValidUtf16())
        return Error::make(QI_ERR_ENCODING,
                           QStringLiteral("%1 is no valid Unicode: it has half a pair "
                                          "of surrogates")
                               .arg(name));
    if (zero >= 0)
        return Error::make(QI_ERR_ARGUMENT,
                           QStringLiteral("%1 has a U+0000, at place %2; it cannot be "
                                          "part of it")
                               .arg(name)
                               .arg(zero));
    return text.toUtf8();
}

/** The same for bytes that are UTF-8 already, which libqi itself checks. */
inline Result<QByteArray> cText(const QByteArray &utf8, const char *what)
{
    const qsizetype zero = utf8.indexOf('\0');

    if (zero >= 0)
        return Error::make(QI_ERR_ARGUMENT,
                           QStringLiteral("%1 has a U+0000, at byte %2; it cannot be "
                                          "part of it")
                               .arg(QString::fromUtf8(what))
                               .arg(zero));
    return utf8;
}

#ifndef QI_NO_DEPRECATED
QI_DEPRECATED("use cText()") inline Result<QByteArray> c_text(QStringView text, const char *what)
{
    return cText(text, what);
}
QI_DEPRECATED("use cText()")
inline Result<QByteArray> c_text(const QByteArray &utf8, const char *what)
{
    return cText(utf8, what);
}
#endif

namespace detail
{

/* Several texts for one call, and what is wrong with the first that cannot be given. */
class Texts
{
  public:
    /* Borrowed from here; "" for an empty text, and for a wrong one. */
    const char *text(const QString &text, const char *what)
    {
        Result<QByteArray> made = cText(QStringView(text), what);
        if (!made && !m_error)
            m_error = made.error();
        m_bytes.push_back(std::move(made).value_or(QByteArray("")));
        return m_bytes.back().constData();
    }
    /* The same; NULL for an empty text. */
    const char *optional(const QString &text, const char *what)
    {
        return text.isEmpty() ? nullptr : this->text(text, what);
    }
    /* The same for several; NULL for none. Once. */
    const char *const *list(const QStringList &texts, const char *what)
    {
        std::vector<const char *> pointers;
        for (const QString &one : texts)
            pointers.push_back(text(one, what));
        m_lists.push_back(std::move(pointers));
        return texts.isEmpty() ? nullptr : m_lists.back().data();
    }
    const std::optional<Error> &error() const { return m_error; }
    /* The error, or what `call` returns. */
    template <typename Call> Result<void> then(Call call) const
    {
        return m_error ? Result<void>(*m_error) : Result<void>::of(call());
    }

  private:
    std::vector<QByteArray> m_bytes; /* whose data stay where they are */
    std::vector<std::vector<const char *>> m_lists;
    std::optional<Error> m_error;
};

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_TEXT_HPP */
