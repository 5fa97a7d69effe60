// SPDX-License-Identifier: BSD-3-Clause
#include "promise.h"

#include "engine.h"
#include "python_task.h"

namespace qi
{

namespace
{

/* The promises of Qt 6.4 have no finally(), and the engine's catch() does not ask for `then`. What QML's engines have frozen, as
 * the prototype of promises, cannot be covered by an assignment. */
const char make[] = R"(function (untaken) {
    const follow = function (promise) {
        const then = promise.then;
        const set = (name, value) => Object.defineProperty(promise, name, {value: value});
        let taken = false;
        set('then', function (done, failed) {
            taken = true;
            return follow(then.call(promise, done, failed));
        });
        set('catch', function (failed) { return promise.then(undefined, failed) });
        set('finally', function (call) {
            return promise.then(
                value => Promise.resolve(call()).then(() => value),
                error => Promise.resolve(call()).then(() => { throw error }));
        });
        then.call(promise, undefined, error => { if (!taken) untaken.tell(error) });
        return promise;
    };
    const made = {};
    made.promise = follow(new Promise((resolve, reject) => { made.resolve = resolve; made.reject = reject }));
    return made;
})";

int status_of(const QJSValue &error)
{
    const QString name = error.property(QStringLiteral("status")).toString();
    for (int status = -1; qi_status_name(status) != qi_status_name(1); status--) {
        if (name == QLatin1String(qi_status_name(status)))
            return status;
    }
    return QI_ERR_STATE; /* it is JavaScript's */
}

QString text_of(const QJSValue &error, const char *name)
{
    const QJSValue value = error.property(QLatin1String(name));
    return value.isString() ? value.toString() : QString();
}

} // namespace

void Untaken::tell(const QJSValue &error)
{
    Error told = Error::make(status_of(error), error.toString());
    if (told.isCancelled())
        return;
    told.type = text_of(error, "type");
    if (told.type.isEmpty()) { /* a function that was to go on has thrown */
        const QString place = place_in(text_of(error, "stack"));
        if (!place.isEmpty())
            told.message += QStringLiteral(" (%1)").arg(place);
    } else {
        told.traceback = text_of(error, "traceback");
    }
    report_untaken(told, m_target, m_place);
}

QJSValue make_promise(QJSEngine &engine, const QString &target, const QString &place)
{
    auto *untaken = new Untaken(target, place);
    QJSEngine::setObjectOwnership(untaken, QJSEngine::JavaScriptOwnership);
    const QJSValue told = engine.newQObject(untaken);
    return helper(engine, "promise", make).call({told});
}

} // namespace qi
