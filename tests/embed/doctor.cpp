// SPDX-License-Identifier: BSD-3-Clause
// qi_doctor_examine() from C: before there is anything, with a configuration that cannot work, while a runtime runs.

#include <string>
#include <thread>

#include "embedding.h"

namespace
{

class Examined
{
  public:
    explicit Examined(const qi_doctor_options *options = nullptr)
    {
        const int status = qi_doctor_examine(options, &m_report);
        if (status != QI_OK)
            UNSCOPED_INFO(qi_last_error()->message);
        REQUIRE(status == QI_OK);
    }
    ~Examined() { qi_value_clear(&m_report); }

    bool ok() const { return qi_value_get(&m_report, "ok")->as.boolean; }
    std::string text() const { return qi_value_get(&m_report, "text")->as.text.data; }

    // What was found of a subject; empty where it was not looked at.
    std::string found(const char *section, const char *subject, const char *key = "found") const
    {
        const qi_value *checks = qi_value_get(&m_report, "checks");

        for (size_t i = 0; i < checks->as.list.count; i++) {
            const qi_value *check = &checks->as.list.items[i];
            if (field(check, "section") == section && field(check, "subject") == subject)
                return field(check, key);
        }
        return {};
    }

  private:
    static std::string field(const qi_value *check, const char *key)
    {
        return qi_value_get(check, key)->as.text.data;
    }

    qi_value m_report = qi_none();
};

bool holds(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the doctor needs neither an application nor an interpreter")
{
    const Examined report;

    CHECK(report.ok());
    CHECK(holds(report.found("Python", "interpreter"), "not started in this process"));
    CHECK(holds(report.found("Python", "libpython"), QI_PYTHON_VERSION));
    CHECK(holds(report.found("Python", "ABI"), "cpython"));
    CHECK(holds(report.found("Qt", "application"), "no QCoreApplication"));
    CHECK(holds(report.text(), "0 problems"));
}

TEST_CASE("the doctor tells what is wrong with a home, and Python can still be started")
{
    Embedding host;
    qi_config wrong;
    qi_doctor_options options;

    qi_config_init(&wrong);
    wrong.home = "/no/such/prefix";
    qi_doctor_options_init(&options);
    options.config = &wrong;
    const Examined report(&options);

    CHECK_FALSE(report.ok());
    CHECK(report.found("Python", "place", "state") == "problem");
    CHECK(holds(report.found("Python", "place"), "/no/such/prefix"));
    CHECK_FALSE(report.found("Python", "place", "fix").empty());
    REQUIRE(host.init() == QI_OK);
}

TEST_CASE("the doctor looks at what the running runtime was started with")
{
    Embedding host;
    QTemporaryDir folder;
    const QByteArray path = folder.path().toUtf8();
    const char *paths[] = {path.constData()};

    host.config.module_paths = paths;
    host.config.module_path_count = 1;
    REQUIRE(host.init() == QI_OK);
    const Examined report;

    CHECK(holds(report.found("Python", "interpreter"), "runs in this process"));
    CHECK_FALSE(report.found("Plugin folders", path.constData()).empty());
    CHECK(report.found("Qt", "application").empty());
}

TEST_CASE("the doctor may be called in any thread, while Python runs")
{
    Embedding host;
    bool ok = false;

    REQUIRE(host.init() == QI_OK);
    std::thread([&] { ok = Examined().ok(); }).join();
    CHECK(ok);
    CHECK(host.eval("__import__('qi').doctor.examine().ok") == "True");
}

TEST_CASE("the doctor refuses options that nobody has filled")
{
    qi_doctor_options options = {};
    qi_value report = qi_none();
    qi_config config = {};
    const char *broken[] = {"\xff"};

    CHECK(qi_doctor_examine(&options, &report) == QI_ERR_ABI);
    qi_doctor_options_init(&options);
    CHECK(qi_doctor_examine(&options, nullptr) == QI_ERR_ARGUMENT);
    options.plugin_folder_count = 1;
    CHECK(qi_doctor_examine(&options, &report) == QI_ERR_ARGUMENT);
    options.plugin_folders = broken;
    CHECK(qi_doctor_examine(&options, &report) == QI_ERR_ENCODING);
    qi_doctor_options_init(&options);
    options.config = &config;
    CHECK(qi_doctor_examine(&options, &report) == QI_ERR_ABI);
    qi_doctor_options_init(nullptr);
    CHECK(report.kind == QI_KIND_NONE);
}
