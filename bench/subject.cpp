// SPDX-License-Identifier: BSD-3-Clause
#include "subject.h"

#include <chrono>

#include <QtCore/qmetaobject.h>

#include <qi/qi.h>

namespace bench
{

FirstStep first_step;

std::uint64_t now_ns()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();

    return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

const QString &cargo_text()
{
    static const QString text = QStringLiteral("a line that a user may have typed");
    return text;
}

const QVariantMap &cargo_map()
{
    static const QVariantMap map{{QStringLiteral("name"), cargo_text()},
                                 {QStringLiteral("row"), FIRST_VALUE},
                                 {QStringLiteral("share"), 0.25}};
    return map;
}

bool Subject::connect_to(const char *target, Cargo cargo)
{
    static const char *const signatures[CARGO_KINDS] = {
        "changed(int)", "changed(int,int,int,int,int)", "changed(QString)", "changed(QVariantMap)"};

    return qi_asyncslot_connect(qi_runtime_current(), this, signatures[static_cast<int>(cargo)],
                                target, nullptr, nullptr) == QI_OK;
}

void Subject::emit_all(Cargo cargo, long count)
{
    for (long i = 0; i < count; i++) {
        const int value = FIRST_VALUE + static_cast<int>(i);
        switch (cargo) {
        case Cargo::Int:
            Q_EMIT changed(value);
            break;
        case Cargo::FiveInts:
            Q_EMIT changed(value, value + 1, value + 2, value + 3, value + 4);
            break;
        case Cargo::Text:
            Q_EMIT changed(cargo_text());
            break;
        case Cargo::Map:
            Q_EMIT changed(cargo_map());
            break;
        }
    }
}

void Subject::emit_all_stamped(long count)
{
    first_step.sum_ns = 0;
    for (long i = 0; i < count; i++) {
        first_step.emitted_ns = now_ns();
        Q_EMIT changed(FIRST_VALUE + static_cast<int>(i));
    }
}

bool emit_foreign(QObject *sender, const char *signature, Cargo cargo, long count)
{
    const QMetaObject *meta = sender->metaObject();
    const int index = meta->indexOfSignal(QMetaObject::normalizedSignature(signature));

    if (index < 0)
        return false;
    while (index < meta->methodOffset())
        meta = meta->superClass();
    for (long i = 0; i < count; i++) {
        const int first = FIRST_VALUE + static_cast<int>(i);
        int values[] = {first, first + 1, first + 2, first + 3, first + 4};
        QString text = cargo_text();
        QVariantMap map = cargo_map();
        // By the number of a Cargo: one int, five, a text, a map.
        void *const of_ints[] = {nullptr, values, values + 1, values + 2, values + 3, values + 4};
        void *const of_text[] = {nullptr, &text};
        void *const of_map[] = {nullptr, &map};
        void *const *const arguments[CARGO_KINDS] = {of_ints, of_ints, of_text, of_map};
        // The signals of a class are the first of its methods.
        QMetaObject::activate(sender, meta, index - meta->methodOffset(),
                              const_cast<void **>(arguments[static_cast<int>(cargo)]));
    }
    return true;
}

} // namespace bench
