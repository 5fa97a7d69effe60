/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The doctor: what is wrong with what libqi depends on, and how to put it right.
 *
 *     if (auto found = qi::Doctor().examine(); found && !found->ok)
 *         QMessageBox::warning(this, tr("Python"), found->text);
 *
 * It needs neither a runtime nor an application, so it works where Runtime::start() fails.
 */
#ifndef QI_DOCTOR_HPP
#define QI_DOCTOR_HPP

#include <optional>
#include <utility>

#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

#include <qi/config.hpp>
#include <qi/doctor.h>
#include <qi/fields.hpp>
#include <qi/result.hpp>
#include <qi/text.hpp>

namespace qi
{
QI_ABI_BEGIN

/** One thing that was looked at. */
struct Check {
    QString section, subject;
    /** "ok", "note", "warning" or "problem". */
    QString state;
    QString found;
    /** What to do; empty where nothing needs it. */
    QString fix;
};

/** What the doctor has found. */
struct Diagnosis {
    /** There is no problem; a warning is none. */
    bool ok = false;
    QList<Check> checks;
    /** The report as `qi-run doctor` prints it. */
    QString text;
    /** The same as JSON. */
    QString json;
};

/** Examines libqi's surroundings: see qi_doctor_examine(). */
class Doctor
{
  public:
    /** What a runtime shall be started with, in place of what the running one was started with, or of the defaults. */
    Doctor &config(const Config &config)
    {
        m_config = config;
        return *this;
    }
    /** Folders that hold plugins, beside the configuration's modulePaths(); relative ones begin at the program's folder. */
    Doctor &pluginFolders(const QStringList &folders)
    {
        m_folders = folders;
        return *this;
    }

    /** Looks; it starts processes and waits for them, half a minute at most. Thread: any. What is found is no failure. */
    Result<Diagnosis> examine() const
    {
        detail::Texts texts;
        qi_value found = qi_none();
        qi_doctor_options options;
        qi_doctor_options_init(&options);
        options.plugin_folders = texts.list(m_folders, "a folder of pluginFolders()");
        options.plugin_folder_count = std::size_t(m_folders.size());
        const auto examine = [&](const qi_config *config) {
            options.config = config;
            return qi_doctor_examine(&options, &found);
        };
        Result<void> done = texts.then([] { return QI_OK; });
        if (done)
            done = m_config ? m_config->use(examine) : Result<void>::of(examine(nullptr));
        if (!done)
            return done.error();
        Diagnosis diagnosis = {detail::is_set(found, "ok"),
                               {},
                               detail::text_of(found, "text"),
                               detail::text_of(found, "json")};
        const qi_value checks = detail::field_of(found, "checks");
        for (std::size_t i = 0; const qi_value *check = qi_value_at(&checks, i); i++)
            diagnosis.checks.append(
                {detail::text_of(*check, "section"), detail::text_of(*check, "subject"),
                 detail::text_of(*check, "state"), detail::text_of(*check, "found"),
                 detail::text_of(*check, "fix")});
        qi_value_clear(&found);
        return diagnosis;
    }

  private:
    std::optional<Config> m_config;
    QStringList m_folders;
};

QI_ABI_END
} // namespace qi

#endif /* QI_DOCTOR_HPP */
