/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The relay: one signal of one QObject, connected to one callable of Python. This is the path of every
 * emission, so all that can be decided at connecting is: which converter each argument wants, how many
 * arguments there are, and what the signal is called.
 *
 * A relay is a QObject without a meta-object of its own, as QSignalSpy is one: qt_metacall() receives the
 * two methods that it claims to have beyond QObject's. It lives in the GUI thread, and its connection is
 * of Qt's automatic kind: an emission there calls at once, one in any other thread comes as an event.
 *
 * What may happen inside a call, and what keeps it safe:
 *   the relay is closed       it is deleted when the outermost call has returned (m_depth)
 *   the sender is deleted     nothing of it is used after the arguments were converted
 *   the signal is emitted     calls nest; nothing here is shared between them
 *
 * A direct or blocking relay is entered by Qt in whatever thread emits. Such a thread may be on its way in
 * here, before the GIL, when the GUI thread closes the relay; so the relay then stays until its sender is
 * destroyed, disconnected and empty. A blocking one posts itself to the GUI thread and waits, as any call
 * of another thread's object does, which notices two threads that would wait for each other.
 *
 * m_closed and m_depth are guarded by the GIL; all else is set before the connection is made.
 */
#include "qt/to_python.h"
#include "python/gate.h"

#include <cstring>
#include <optional>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>

#include "core/status.h"
#include "python/compat.h"
#include "python/report.h"
#include "qt/across.h"
#include "qt/bridge.h"
#include "qt/class_info.h"
#include "qt/names.h"
#include "qt/proxies.h"
#include "qt/thrown.h"

namespace
{

using qi::GilHeld;
using qi::GilReleased;
using qi::Ref;
using qi::ToPython;

constexpr int most_arguments = 16; /* more than any signal has; they are kept on the stack */

/* What qt_metacall() receives, counted from the end of QObject's own methods. */
enum { EmissionMethod = 0, DestroyedMethod = 1 };

PyObject *make_dying(const ToPython &, const void *data)
{
    return qip_qt_wrap_dying(*static_cast<QObject *const *>(data));
}

/* A thread that destroys an object holds Qt's lock of its connections while it calls disconnectNotify() of
 * others, and for that PyQt's classes want the GIL. So nobody waits for this lock with the GIL. */
void disconnect_unlocked(const QMetaObject::Connection &connection)
{
    GilReleased released;
    QObject::disconnect(connection);
}

} // namespace

/* The bridge's type, in C++ a QObject. */
struct qip_qt_relay final : public QObject {
  public:
    explicit qip_qt_relay(const qip_qt_relay_spec &spec);
    ~qip_qt_relay() override;

    bool connect_to(const qip_qt_relay_spec &spec, int signal);
    void close();

    int qt_metacall(QMetaObject::Call call, int id, void **arguments) override;
    void emitted(void **arguments);

    void *guard() const { return m_guard; }
    const char *signal_name() const { return m_signal_name; }
    uint64_t emissions() const { return m_emissions; }

  private:
    void call(PyObject *callable, void **arguments);
    PyObject *call_converted(PyObject *callable, void **arguments);
    PyObject *convert(int number, const void *data) const;
    void sender_destroyed();
    void tell_end();
    void leave();
    void wait_for_gui_thread(void **arguments);
    bool hand_over(void **arguments);
    void retire();

    PyObject *m_callable;
    char *m_signal_name;
    ToPython m_converters[most_arguments];
    int m_count = 0;
    int m_depth = 0;
    bool m_single_shot;
    bool m_blocking;
    bool m_anywhere;     /* Qt enters it in any thread */
    bool m_done = false; /* a single shot that was fired */
    bool m_closed = false;
    bool m_dying_sender = false; /* the signal is destroyed(), whose argument is no object any more */
    qip_qt_job_fn m_ended;
    void *m_data;
    QPointer<QObject> m_sender; /* of one that Qt enters in any thread */
    void *m_guard;              /* of the sender; NULL: out of memory */
    uint64_t m_emissions = 0;
    QMetaObject::Connection m_connection;
    QMetaObject::Connection m_destroyed;
};

qip_qt_relay::qip_qt_relay(const qip_qt_relay_spec &spec)
    : m_callable(Py_NewRef(spec.callable)),
      m_signal_name(qip_qt_signal_name(spec.sender, spec.signal)), m_single_shot(spec.single_shot),
      m_blocking(spec.blocking), m_anywhere(spec.direct || spec.blocking), m_ended(spec.ended),
      m_data(spec.data), m_guard(qip_qt_guard_new(spec.sender))
{
    if (m_anywhere)
        m_sender = spec.sender;
}

qip_qt_relay::~qip_qt_relay()
{
    free(m_signal_name);
    qip_qt_guard_free(m_guard);
}

/* -- connecting ------------------------------------------------------------------------------------ */

namespace
{

/* The types that Qt copies the arguments by when an emission is queued, in the array that it takes over;
 * NULL if one of them is unknown. */
int *queued_types(const QMetaMethod &method)
{
    const int count = method.parameterCount();
    int *types = new int[count + 1];

    for (int i = 0; i < count; i++) {
        const QMetaType type = method.parameterMetaType(i);
        if (!type.isValid()) {
            delete[] types;
            return nullptr;
        }
        types[i] = type.id();
    }
    types[count] = 0;
    return types;
}

int fail_unknown_type(const char *signal_name, const QByteArray &type)
{
    const QByteArray text = QByteArray("the signal ") + signal_name +
                            " has a parameter of the type '" + type +
                            "', which Qt's type system does not know; call qRegisterMetaType<" +
                            type + ">() before connecting";
    return qip_fail(QI_ERR_TYPE, "%s", text.constData());
}

/* Every parameter that is passed on must be known, and all of them where an emission may be queued. */
int check_types(const qip_qt_relay_spec &spec, const QMetaMethod &method, int count,
                const char *signal_name)
{
    const bool anywhere = spec.direct || spec.blocking;
    const bool may_queue = spec.queued ||
                           (!anywhere && spec.sender->thread() != QThread::currentThread());
    const int checked = may_queue ? method.parameterCount() : count;

    for (int i = 0; i < checked; i++) {
        if (!method.parameterMetaType(i).isValid())
            return fail_unknown_type(signal_name, method.parameterTypes().at(i));
    }
    return QI_OK;
}

} // namespace

bool qip_qt_relay::connect_to(const qip_qt_relay_spec &spec, int signal)
{
    const QMetaMethod method = spec.sender->metaObject()->method(signal);
    const int own_methods = QObject::staticMetaObject.methodCount();
    /* The clone that was asked for may have fewer parameters than the signal. */
    int count = qip_qt_signal_parameter_count(spec.sender, spec.signal);

    if (spec.max_arguments >= 0 && count > spec.max_arguments)
        count = spec.max_arguments;
    if (count > most_arguments) {
        qip_fail(QI_ERR_TYPE, "a signal with more than 16 parameters cannot be passed on");
        return false;
    }
    if (check_types(spec, method, count, m_signal_name) != QI_OK)
        return false;
    for (m_count = 0; m_count < count; m_count++)
        m_converters[m_count] = ToPython(method.parameterMetaType(m_count));
    m_dying_sender = method == QMetaMethod::fromSignal(&QObject::destroyed);

    const int type = spec.queued  ? Qt::QueuedConnection
                     : m_anywhere ? Qt::DirectConnection
                                  : Qt::AutoConnection;
    /* As in disconnect_unlocked(); but what other threads enter at once must be whole before they can. */
    std::optional<GilReleased> released;
    if (!m_anywhere)
        released.emplace();
    m_connection = QMetaObject::connect(spec.sender, signal, this, own_methods + EmissionMethod,
                                        type, queued_types(method));
    /* Second, so that an emission of destroyed() itself still arrives. */
    const QMetaMethod destroyed = QMetaMethod::fromSignal(&QObject::destroyed);
    m_destroyed = QMetaObject::connect(
        spec.sender, destroyed.methodIndex(), this, own_methods + DestroyedMethod,
        spec.queued ? Qt::QueuedConnection : Qt::AutoConnection, queued_types(destroyed));
    if (m_connection && m_destroyed)
        return true;
    qip_fail(QI_ERR_INTERNAL, "Qt refused the connection");
    return false;
}

qip_qt_relay *qip_qt_relay_open(const qip_qt_relay_spec *spec)
try {
    if (QCoreApplication::instance() && !qip_qt_on_application_thread()) {
        qip_fail(QI_ERR_WRONG_THREAD, "signals are connected in the GUI thread");
        return nullptr;
    }
    const QMetaObject *meta_object = spec->sender->metaObject();
    if (spec->signal < 0 || spec->signal >= meta_object->methodCount() ||
        meta_object->method(spec->signal).methodType() != QMetaMethod::Signal) {
        qip_fail(QI_ERR_ARGUMENT, "the method index is not that of a signal");
        return nullptr;
    }
    auto *relay = new qip_qt_relay(*spec);
    auto closes = qScopeGuard([relay] { relay->close(); });
    if (!relay->connect_to(*spec, qi::original_signal(meta_object, spec->signal)))
        return nullptr;
    closes.dismiss();
    return relay;
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

/* -- emissions ------------------------------------------------------------------------------------- */

int qip_qt_relay::qt_metacall(QMetaObject::Call call, int id, void **arguments)
try {
    id = QObject::qt_metacall(call, id, arguments);
    if (id < 0 || call != QMetaObject::InvokeMetaMethod)
        return id;
    /* Beware: the relay may be gone when these return. */
    if (id == EmissionMethod && m_blocking && QThread::currentThread() != thread())
        wait_for_gui_thread(arguments);
    else if (id == EmissionMethod)
        emitted(arguments);
    else
        sender_destroyed();
    return -1;
} catch (...) {
    qi::tell_thrown("a connection did not hear of its sender");
    return -1;
}

void qip_qt_relay::emitted(void **arguments)
{
    if (qip_gate_is_foreign())
        return;
    GilHeld gil;
    if (!gil || m_closed || m_done)
        return;
    m_depth++;
    m_emissions++;
    Ref callable = Ref::borrow(m_callable); /* closing lets go of it */
    if (m_single_shot) {
        m_done = true;
        disconnect_unlocked(m_connection);
        tell_end();
    }
    /* An emission in the midst of an exception: a destructor's, while the exception unwinds. */
    PyObject *raised = PyErr_Occurred() ? qip_take_exception() : nullptr;
    call(callable.get(), arguments);
    if (raised)
        qip_give_exception(raised);
    leave();
}

namespace
{

/* An emission that waits for the GUI thread; its arguments are on the stack of the thread that waits. */
struct Emission : qi::Work {
    Emission(qip_qt_relay *relay, void **arguments) : relay(relay), arguments(arguments) {}
    void run(QObject *) override { relay->emitted(arguments); }

    qip_qt_relay *relay;
    void **arguments;
};

} // namespace

bool qip_qt_relay::hand_over(void **arguments)
try {
    Emission emission(this, arguments);
    return qi::perform(this, emission);
} catch (...) {
    return qi::raise_thrown(false);
}

void qip_qt_relay::wait_for_gui_thread(void **arguments)
{
    if (qip_gate_is_foreign())
        return;
    GilHeld gil;
    if (!gil || m_closed || m_done)
        return;
    m_depth++;
    if (!hand_over(arguments))
        qip_report_emission(m_signal_name, m_callable);
    leave();
}

void qip_qt_relay::call(PyObject *callable, void **arguments)
{
    PyObject *result = call_converted(callable, arguments);

    if (result) {
        Py_DECREF(result);
        return;
    }
    /* The host's error callback may close the relay, but m_depth keeps the name. */
    qip_report_emission(m_signal_name, callable);
}

PyObject *qip_qt_relay::convert(int number, const void *data) const
try {
    return m_dying_sender ? make_dying(m_converters[number], data) : m_converters[number](data);
} catch (...) {
    return qi::raise_thrown();
}

PyObject *qip_qt_relay::call_converted(PyObject *callable, void **arguments)
{
    PyObject *stack[1 + most_arguments]; /* the first place is lent to the callee */
    PyObject *result = nullptr;
    int made = 0;

    stack[0] = stack[1] = nullptr;

    /* arguments[0] is the place of the result, which a signal has not. */
    for (; made < m_count; made++) {
        PyObject *object = convert(made, arguments[made + 1]);
        if (!object)
            break;
        stack[made + 1] = object;
    }
    if (made == m_count)
        result = PyObject_Vectorcall(callable, stack + 1,
                                     size_t(made) | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
    while (made > 0)
        Py_DECREF(stack[made--]);
    return result;
}

void qip_qt_relay::sender_destroyed()
{
    if (qip_gate_is_foreign())
        return;
    {
        GilHeld gil;
        if (!gil || m_closed)
            return;
        m_depth++;
    }
    /* What other threads have emitted before comes before the end. Beware: may close the relay. */
    QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
    GilHeld gil;
    if (!gil)
        return; /* and it stays, as all that is Python's */
    if (!m_closed)
        tell_end();
    leave();
}

/* GIL: held, and released around the callback. */
void qip_qt_relay::tell_end()
{
    if (const qip_qt_job_fn ended = std::exchange(m_ended, nullptr)) {
        GilReleased released;
        ended(m_data);
    }
}

void qip_qt_relay::leave()
{
    if (--m_depth > 0 || !m_closed)
        return;
    GilReleased released; /* as in disconnect_unlocked() */
    if (m_anywhere)
        retire();
    else
        delete this;
}

void qip_qt_relay::retire()
{
    if (m_sender)
        QObject::connect(m_sender, &QObject::destroyed, this, &QObject::deleteLater);
    else
        deleteLater();
}

/* -- the end --------------------------------------------------------------------------------------- */

void qip_qt_relay::close()
{
    if (m_closed)
        return;
    m_closed = true;
    m_ended = nullptr;
    m_depth++; /* another thread may close and leave, meanwhile */
    disconnect_unlocked(m_connection);
    disconnect_unlocked(m_destroyed);
    Py_CLEAR(m_callable); /* Beware: may run any code of Python, also further emissions. */
    leave();
}

void qip_qt_relay_close(qip_qt_relay *relay)
try {
    if (relay)
        relay->close();
} catch (...) {
    qi::tell_thrown("a connection was not closed");
}

void *qip_qt_relay_sender(const qip_qt_relay *relay)
{
    return relay->guard();
}

const char *qip_qt_relay_signal(const qip_qt_relay *relay)
{
    return relay->signal_name();
}

uint64_t qip_qt_relay_emissions(const qip_qt_relay *relay)
{
    return relay->emissions();
}

bool qip_qt_lives_here(const qi_object *object)
try {
    return object->thread() == QThread::currentThread();
} catch (...) {
    qi::tell_thrown("the thread was not told");
    return false;
}

/* -- finding signals ------------------------------------------------------------------------------- */

namespace
{

int fail_ambiguous(const QMetaObject *meta_object, const QByteArray &name, const QList<int> &found)
{
    const QByteArray text = QByteArray("the signal '") + name + "' of " + meta_object->className() +
                            " has overloads; write which: " + qi::signatures(meta_object, found);
    return qip_fail(QI_ERR_AMBIGUOUS, "%s", text.constData());
}

int fail_not_found(const QMetaObject *meta_object, const QByteArray &wanted)
{
    const QByteArray name = wanted.contains('(') ? wanted.left(wanted.indexOf('(')) : wanted;
    const QList<int> overloads = wanted == name ? QList<int>() : qi::signals_named(meta_object, name);
    QByteArray text = QByteArray(meta_object->className()) + " has no signal '" + wanted + '\'';

    if (overloads.isEmpty())
        text += qip_near_names_hint(name, qi::signal_names(meta_object));
    else
        text += "; there is " + qi::signatures(meta_object, overloads);
    return qip_fail(QI_ERR_NOT_FOUND, "%s", text.constData());
}

int find_by_name(const QMetaObject *meta_object, const QByteArray &name, int *index)
{
    const QList<int> found = qi::signals_named(meta_object, name);

    if (found.isEmpty())
        return fail_not_found(meta_object, name);
    if (found.size() > 1)
        return fail_ambiguous(meta_object, name, found);
    *index = found.first();
    return QI_OK;
}

} // namespace

int qip_qt_find_signal(qi_object *sender, const char *signal, int *index)
try {
    if (!sender || !signal || !*signal)
        return qip_fail(QI_ERR_ARGUMENT, "a signal needs a sender and a name");
    /* "2clicked(bool)" is what Qt's SIGNAL() makes of it. */
    const char *spelled = *signal == '2' ? signal + 1 : signal;
    const QMetaObject *meta_object = sender->metaObject();
    if (!strchr(spelled, '('))
        return find_by_name(meta_object, QByteArray(spelled).trimmed(), index);
    const QByteArray wanted = QMetaObject::normalizedSignature(spelled);
    const int found = meta_object->indexOfSignal(wanted.constData());
    if (found < 0)
        return fail_not_found(meta_object, wanted);
    *index = found;
    return QI_OK;
} catch (...) {
    return qi::fail_thrown();
}

char *qip_qt_signal_name(qi_object *sender, int index)
try {
    const QMetaMethod method = sender->metaObject()->method(index);
    const QByteArray name = QByteArray(method.enclosingMetaObject()->className()) +
                            "::" + method.methodSignature();
    return strdup(name.constData());
} catch (...) {
    qi::fail_thrown();
    return nullptr;
}

int qip_qt_signal_parameter_count(qi_object *sender, int index)
{
    return sender->metaObject()->method(index).parameterCount();
}
