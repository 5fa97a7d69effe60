/* SPDX-License-Identifier: BSD-3-Clause */
// An application that writes stubs of what it shows into the folder that its argument names; uses.py is checked with them.
#include <cstdio>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qstringlistmodel.h>

#include <qi/qi.h>

class Document : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString text MEMBER m_text NOTIFY changed)
    Q_PROPERTY(int words READ words NOTIFY changed)
    Q_PROPERTY(Mood mood MEMBER m_mood)
    Q_PROPERTY(Traits traits READ traits WRITE setTraits)
    Q_PROPERTY(Qt::Alignment alignment MEMBER m_alignment)
    Q_PROPERTY(QStringList list MEMBER m_list)
    Q_PROPERTY(Document *next MEMBER m_next)

  public:
    enum class Mood { Calm, Glad, None };
    Q_ENUM(Mood)
    enum Trait { Fast = 1, Loud = 2 };
    Q_DECLARE_FLAGS(Traits, Trait)
    Q_FLAG(Traits)

    Traits traits() const { return m_traits; }
    void setTraits(Traits traits) { m_traits = traits; }
    int words() const { return int(m_text.count(QLatin1Char(' ')) + 1); }
    Q_INVOKABLE QString show(const QString &text, int milliseconds = 0)
    {
        return text.left(milliseconds);
    }
    Q_INVOKABLE int add(int a, int b) { return a + b; }
    Q_INVOKABLE QString add(const QString &a, const QString &b) { return a + b; }
    Q_INVOKABLE QMap<QString, QList<double>> prices(const QStringList &symbols)
    {
        return {{symbols.value(0), {1.5}}};
    }
    Q_INVOKABLE void feel(Mood mood) { m_mood = mood; }
    // A keyword of Python's: it is there, but not to be written.
    Q_INVOKABLE void from(int page) { m_text = QString::number(page); }

  public Q_SLOTS:
    void save(const QByteArray &data) { m_text = QString::fromUtf8(data); }

  Q_SIGNALS:
    void changed();
    void saved(const QString &path, int bytes);

  private:
    QString m_text;
    Mood m_mood = Mood::Calm;
    Traits m_traits;
    Qt::Alignment m_alignment;
    QStringList m_list;
    Document *m_next = nullptr;
};

namespace
{

// What the functions do does not matter here.
int nothing(const qi_value *, size_t, qi_value *, void *)
{
    return QI_OK;
}

int expose(qi_runtime *python, const char *name, const char *signature, unsigned flags = 0)
{
    qi_function function;

    qi_function_init(&function);
    function.call = nothing;
    function.signature = signature;
    function.doc = "Says \"so\".\nAnd \\ more.";
    function.flags = flags;
    return qi_function_register(python, name, &function);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Document document;
    QStringListModel orders(QStringList{QStringLiteral("ACME")});
    qi_runtime *python;

    if (qi_runtime_init(nullptr, &python) || qi_object_register(python, "document", &document) ||
        qi_object_register(python, "orders", &orders) ||
        expose(python, "desk.order", "(symbol: str, count: int = 1) -> str") ||
        expose(python, "total", "(numbers: list[float], /) -> float", QI_FUNCTION_FLAG_POOL) ||
        expose(python, "odd", "(a: 'Money', *more, b: bool | None = None)") ||
        qi_stubs_write(python, argc > 1 ? argv[1] : nullptr)) {
        std::fprintf(stderr, "%s\n", qi_last_error()->message);
        return 1;
    }
    return 0;
}

#include "main.moc"
