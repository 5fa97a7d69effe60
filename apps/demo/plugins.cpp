// SPDX-License-Identifier: BSD-3-Clause
#include "plugins.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include <QDir>
#include <QFileInfo>
#include <QSettings>

#include <qi/qi.hpp>

#include "shipped.h"

bool Plugins::start(qi_runtime *runtime, const PluginPlaces &places, qi_plugin_consent_fn consent,
                    void *user)
{
    m_runtime = runtime;
    m_own = QFileInfo(places.plugins).canonicalFilePath();
    m_settings = places.settings;
    m_consent = consent;
    m_user = user;
    const QByteArray folder = places.plugins.toUtf8(), settings = places.settings.toUtf8(),
                     data = places.data.toUtf8();
    const char *const folders[] = {folder.constData()};
    qi_plugins_config config;
    qi_plugins_config_init(&config);
    config.application_folders = folders;
    config.application_folder_count = 1;
    if (!settings.isEmpty()) {
        config.settings_file = settings.constData();
        config.user_folder = config.system_folder = "";
    }
    if (!data.isEmpty())
        config.data_folder = data.constData();
    config.consent = onConsent;
    config.consent_user = this;
    config.event = onEvent;
    config.event_user = this;
    return qi_plugins_start(runtime, &config) == QI_OK;
}

// The value that `ask` writes, as a T; an empty one if the call fails.
template <typename T, typename Ask> static T asked(Ask ask)
{
    qi_value value = qi_none();
    if (ask(&value) != QI_OK)
        return {};
    qi::Result<T> read = qi::read<T>(value);
    qi_value_clear(&value);
    return read ? *read : T();
}

QVariantList Plugins::list() const
{
    return asked<QVariantList>([this](qi_value *out) { return qi_plugins_list(m_runtime, out); });
}

QVariantMap Plugins::info(const QString &id) const
{
    return asked<QVariantMap>(
        [&](qi_value *out) { return qi_plugin_describe(m_runtime, id.toUtf8().constData(), out); });
}

QString Plugins::state(const QString &id) const
{
    return qi_plugin_state_name(qi_plugin_state(m_runtime, id.toUtf8().constData()));
}

void Plugins::change(Change call, const QString &id)
{
    check(call(m_runtime, id.toUtf8().constData(), nullptr, nullptr), id);
}

bool Plugins::trigger(const QString &id, const QString &action)
{
    return check(qi_plugin_trigger(m_runtime, id.toUtf8().constData(), action.toUtf8().constData(),
                                   nullptr, nullptr),
                 id + ": " + action);
}

bool Plugins::set(const QString &id, const QString &key, const QVariant &value)
{
    const qi::Result<qi::Value> converted = qi::Value::of(value);
    return converted && check(qi_plugin_set_setting(m_runtime, id.toUtf8().constData(),
                                                    key.toUtf8().constData(), &converted->get()),
                              id + ": " + key);
}

bool Plugins::check(int status, const QString &what)
{
    if (status != QI_OK)
        emit refused(what, QString::fromUtf8(qi_last_error()->message));
    return status == QI_OK;
}

// What the program was built with. All else is a stranger's, whoever has put it there, and so is what was changed since.
bool Plugins::isShipped(const qi_plugin_consent *consent) const
{
    if (QFileInfo(QString::fromUtf8(consent->folder)).dir().canonicalPath() != m_own)
        return false;
    return std::any_of(
        std::begin(kShippedPlugins), std::end(kShippedPlugins), [consent](const ShippedPlugin &each) {
            return !qstrcmp(each.id, consent->id) && !qstrcmp(each.hash, consent->hash);
        });
}

bool Plugins::onConsent(const qi_plugin_consent *consent, void *user)
{
    const auto *self = static_cast<Plugins *>(user);

    return self->isShipped(consent) || self->m_consent(consent, self->m_user);
}

// What the user disables afterwards stays disabled.
void Plugins::enableFirst()
{
    const auto settings = m_settings.isEmpty()
                              ? std::make_unique<QSettings>()
                              : std::make_unique<QSettings>(m_settings, QSettings::IniFormat);
    if (settings->value("demo/started").toBool())
        return;
    settings->setValue("demo/started", true);
    for (const ShippedPlugin &each : kShippedPlugins)
        if (info(each.id)["source"] == "application")
            enable(each.id);
}

void Plugins::onEvent(const qi_plugin_event *event, void *user)
{
    if (event->kind == QI_PLUGIN_EVENT_SEARCHED)
        static_cast<Plugins *>(user)->enableFirst();
    if (event->kind == QI_PLUGIN_EVENT_STATE || event->kind == QI_PLUGIN_EVENT_ADDED)
        emit static_cast<Plugins *>(user)->changed(QString::fromUtf8(event->id),
                                                   qi_plugin_state_name(event->state));
}
