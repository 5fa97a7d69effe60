/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text and what Python has as text: characters and URLs; UUIDs, which may be written as text; and bytes for
 * Python, of which those of any object that has them come from buffer.cpp. No text is lost on its way: half a
 * pair of surrogates is one in Python too.
 */
#include "qt/text.h"

#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include "qt/cache.h"

namespace qi
{

namespace
{

bool has_surrogates(const QString &text)
{
    for (QChar character : text) {
        if (character.isSurrogate())
            return true;
    }
    return false;
}

} // namespace

PyObject *to_python(const QString &text)
{
    if (!has_surrogates(text))
        return PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, text.utf16(), text.size());
    int order = Q_BYTE_ORDER == Q_LITTLE_ENDIAN ? -1 : 1;
    return PyUnicode_DecodeUTF16(reinterpret_cast<const char *>(text.utf16()), text.size() * 2,
                                 "surrogatepass", &order);
}

PyObject *to_python(const QByteArray &bytes)
{
    return PyBytes_FromStringAndSize(bytes.constData(), bytes.size());
}

bool text_from_python(PyObject *object, QString *out)
{
    if (!PyUnicode_Check(object))
        return expected("str", object);
    const void *data = PyUnicode_DATA(object);
    const Py_ssize_t length = PyUnicode_GET_LENGTH(object);
    switch (PyUnicode_KIND(object)) {
    case PyUnicode_1BYTE_KIND:
        *out = QString::fromLatin1(static_cast<const char *>(data), length);
        break;
    case PyUnicode_2BYTE_KIND:
        *out = QString(static_cast<const QChar *>(data), length);
        break;
    default:
        *out = QString::fromUcs4(static_cast<const char32_t *>(data), length);
        break;
    }
    return true;
}

bool character_from_python(PyObject *object, QMetaType type, void *data)
{
    if (!PyUnicode_Check(object) || PyUnicode_GET_LENGTH(object) != 1)
        return expected("str of one character", object);
    const Py_UCS4 character = PyUnicode_READ_CHAR(object, 0);
    if (type.id() == QMetaType::Char32) {
        *static_cast<char32_t *>(data) = character;
        return true;
    }
    if (character > 0xFFFF) {
        PyErr_Format(PyExc_OverflowError, "%R is out of range for %s, which holds 16 bits", object,
                     type.name());
        return false;
    }
    *static_cast<char16_t *>(data) = char16_t(character);
    return true;
}

/* -- URLs and UUIDs ----------------------------------------------------------------------------------- */

PyObject *url_to_python(const QUrl &url)
{
    return to_python(url.toString(QUrl::FullyEncoded));
}

bool url_from_python(PyObject *object, QUrl *out)
{
    QString text;

    if (!text_from_python(object, &text))
        return false;
    const QUrl url(text, QUrl::TolerantMode);
    if (!text.isEmpty() && !url.isValid()) {
        PyErr_Format(PyExc_ValueError, "%R is not a URL: %s", object,
                     url.errorString().toUtf8().constData());
        return false;
    }
    *out = url;
    return true;
}

PyObject *uuid_to_python(const QUuid &uuid)
{
    PyObject *type = cached_attribute("uuid", "UUID");
    Ref bytes(type ? to_python(uuid.toRfc4122()) : nullptr);

    if (!bytes)
        return nullptr;
    Ref arguments(PyTuple_New(0));
    Ref keywords(Py_BuildValue("{s:O}", "bytes", bytes.get()));
    if (!arguments || !keywords)
        return nullptr;
    return PyObject_Call(type, arguments.get(), keywords.get());
}

bool uuid_from_python(PyObject *object, QUuid *out)
{
    PyObject *type = cached_attribute("uuid", "UUID");
    const int is_uuid = type ? PyObject_IsInstance(object, type) : -1;

    if (is_uuid < 0)
        return false;
    Ref text(is_uuid || PyUnicode_Check(object) ? PyObject_Str(object) : nullptr);
    if (!text)
        return PyErr_Occurred() ? false : expected("uuid.UUID", object);
    QString spelled;
    if (!text_from_python(text.get(), &spelled))
        return false;
    const QUuid uuid = QUuid::fromString(spelled);
    if (uuid.isNull() && !is_uuid) {
        PyErr_Format(PyExc_ValueError, "%R is not a UUID", object);
        return false;
    }
    *out = uuid;
    return true;
}

} // namespace qi
