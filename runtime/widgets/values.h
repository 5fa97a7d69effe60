/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the panels read out of the maps that libqi answers with, and how a value of Qt's becomes one of
 * libqi's. A key that is missing, or of another kind than expected, reads as empty.
 */
#ifndef QI_WIDGETS_VALUES_H
#define QI_WIDGETS_VALUES_H

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <list>
#include <vector>

#include <qi/value.h>

namespace qi::values
{

/* An owning value that is released with its scope. */
class Owned
{
  public:
    Owned() = default;
    ~Owned() { qi_value_clear(&m_value); }
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;
    qi_value *out()
    {
        qi_value_clear(&m_value);
        return &m_value;
    }
    const qi_value &get() const { return m_value; }

  private:
    qi_value m_value = qi_none();
};

/* A value that was made of a QVariant, with all that it points at. */
class Made
{
  public:
    explicit Made(const QVariant &variant) : m_value(make(variant)) {}
    Made(const Made &) = delete;
    Made &operator=(const Made &) = delete;
    const qi_value *get() const { return &m_value; }

  private:
    qi_value make(const QVariant &variant);

    std::list<QByteArray> m_texts;
    std::list<std::vector<qi_value>> m_lists;
    std::list<std::vector<qi_entry>> m_maps;
    qi_value m_value;
};

QString text(const qi_value &value);
QVariant variant(const qi_value &value);

QString text(const qi_value &map, const char *key);
QStringList texts(const qi_value &map, const char *key);
bool flag(const qi_value &map, const char *key);
qint64 integer(const qi_value &map, const char *key, qint64 otherwise = 0);
double real(const qi_value &map, const char *key, double otherwise = 0);
QVariant variant(const qi_value &map, const char *key);

/* The items of a list, to iterate over; none where it is no list. */
struct Items {
    const qi_value *first = nullptr;
    size_t count = 0;
    const qi_value *begin() const { return first; }
    const qi_value *end() const { return first + count; }
};
Items items(const qi_value &value);
Items items(const qi_value &map, const char *key);

} // namespace qi::values

#endif
