// SPDX-License-Identifier: BSD-3-Clause
/*
 * The console's line to Python: it calls the functions of qi._console.console by the public C API, and is the object
 * that these call back. All on the GUI thread.
 */
#ifndef QI_WIDGETS_CONSOLE_PYTHON_H
#define QI_WIDGETS_CONSOLE_PYTHON_H

#include <functional>

#include <QtCore/qlist.h>
#include <QtCore/qmutex.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <qi/qi.h>

namespace qi
{

/* An owning qi_value that clears itself. */
class Owned
{
  public:
    Owned() : m_value(qi_none()) {}
    ~Owned() { qi_value_clear(&m_value); }
    Owned(Owned &&other) noexcept : m_value(other.m_value) { other.m_value = qi_none(); }
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;

    qi_value *get() { return &m_value; }
    const qi_value *operator->() const { return &m_value; }
    const qi_value &operator*() const { return m_value; }

  private:
    qi_value m_value;
};

/* The text of a value, of one in a map, and its number; "" and 0 where it is something else. */
QString text_of(const qi_value &value);
QString text_of(const qi_value &map, const char *key);
qint64 int_of(const qi_value &map, const char *key);

struct Outcome {
    QString status; /* ok, error, cancelled, exit, busy, closed */
    QString text;   /* the result, the traceback, or the exit code */
};

struct Match {
    QString text, kind;
};

struct Matches {
    int start = 0;
    QList<Match> list;
};

struct Tip {
    QString signature, documentation;
    int argument = -1;
    explicit operator bool() const { return !signature.isEmpty(); }
};

/* One line that somebody else has printed. */
struct Heard {
    QString text;
    int stream;
    QString origin;
};

class ConsolePython : public QObject
{
    Q_OBJECT

  public:
    ConsolePython(qi_runtime *runtime, QObject *parent);
    ~ConsolePython() override;

    bool is_open() const { return m_number != 0; }
    const QString &problem() const { return m_problem; } /* why it is not */
    qi_runtime *runtime() const { return m_runtime; }

    /* `done` is called once, unless this object has gone; maybe before run() returns. */
    void run(const QString &source, std::function<void(const Outcome &)> done);
    bool cancel();
    bool is_complete(const QString &source);
    Matches complete(const QString &source, int cursor);
    Tip describe(const QString &expression);
    Tip call_tip(const QString &source, int cursor);
    int set_name(const char *name, const qi_value *value);
    void set_busy_limit(int milliseconds);

    /* What has been heard since; at most so many, and how many were left out before them. */
    QList<Heard> take_heard(int most, qint64 *lost);
    void set_longest_queue(int lines);

    Q_INVOKABLE void wrote(int stream, const QString &text) { Q_EMIT printed(stream, text); }
    Q_INVOKABLE void lost(qint64 lines, bool is_in_view) { Q_EMIT left_out(lines, is_in_view); }
    Q_INVOKABLE QVariant ask(const QString &prompt);

  Q_SIGNALS:
    void printed(int stream, const QString &text);
    /* Of what was printed; not in view, if as many lines follow as are kept. */
    void left_out(qint64 lines, bool is_in_view);
    void heard();
    void asked(const QString &prompt, QVariant *answer);

  private:
    struct Run;
    static void on_done(qi_task *task, const qi_task_end *end, void *user);
    static void on_line(const qi_output_line *line, void *user);
    int call(const char *function, const QList<qi_value> &arguments, Owned *result);

    qi_runtime *m_runtime;
    qint64 m_number = 0;
    qi_listener *m_listener = nullptr;
    QString m_problem;
    QByteArray m_origin; /* as its own output is called */

    QMutex m_mutex; /* for what follows: lines come from any thread */
    QList<Heard> m_heard;
    qint64 m_lost = 0;
    int m_longest = 10000;
    bool m_told = false;
};

} // namespace qi

#endif
