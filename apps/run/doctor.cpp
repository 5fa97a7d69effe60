// SPDX-License-Identifier: BSD-3-Clause
#include "doctor.h"

#include <cstdio>
#include <cstring>

#include <qi/qi.h>

namespace
{

constexpr int WRONG_USAGE = 2;

const char doctor_help[] =
    R"(usage: qi-run [--home=PREFIX | --venv=FOLDER] doctor [--json] [--plugins=FOLDER]…

Looks at what libqi depends on, and says what is wrong with it and how to put it right: the Python that
is embedded, where it comes from, its virtual environment and ABI, the copies of Qt, PyQt6 and PySide6,
platform plugins, folders of plugins and who may write there, and the environment variables that
matter. It works where Python cannot be started.

  --home=PREFIX     examine the Python installation under this prefix
  --venv=FOLDER     examine this virtual environment
  --plugins=FOLDER  examine the plugins in this folder, too; may be given several times
  --json            print JSON: {"ok": true, "checks": [{"section": …, "subject": …, "state": …,
                    "found": …, "fix": …}]}, where a state is ok, note, warning or problem
  --help            print this and exit

The exit status is 0, 1 if there is a problem (a warning is none), 2 for a wrong command line.
)";

struct Wish {
    std::vector<std::string> folders;
    std::string home, venv;
    bool json = false, help = false;
    std::string wrong;
};

Wish parse(const Options &options)
{
    Wish wish;

    wish.home = options.home;
    wish.venv = options.venv;
    for (size_t i = 1; i < options.argv.size() && wish.wrong.empty(); i++) {
        int at = int(i);
        const std::string given = options.argv[i];
        if (given == "--json")
            wish.json = true;
        else if (given == "--help" || given == "-h")
            wish.help = true;
        else if (const char *folder = value_of("--plugins", options.argv, at))
            wish.folders.push_back(whole_path(folder));
        else if (const char *home = value_of("--home", options.argv, at))
            wish.home = whole_path(home);
        else if (const char *venv = value_of("--venv", options.argv, at))
            wish.venv = whole_path(venv);
        else
            wish.wrong = "doctor does not know " + given;
        i = size_t(at);
    }
    if (!wish.home.empty() && !wish.venv.empty())
        wish.wrong = "--venv and --home exclude each other";
    return wish;
}

const char *text_of(const qi_value &report, const char *key)
{
    return qi_value_get(&report, key)->as.text.data;
}

} // namespace

int doctor(const Options &options)
{
    const Wish wish = parse(options);
    qi_config config;
    qi_doctor_options asked;
    std::vector<const char *> folders;
    qi_value report = qi_none();

    if (!wish.wrong.empty()) {
        std::fprintf(stderr, "qi-run: %s\nTry 'qi-run doctor --help'.\n", wish.wrong.c_str());
        return WRONG_USAGE;
    }
    if (wish.help) {
        std::fputs(doctor_help, stdout);
        return 0;
    }
    qi_config_init(&config);
    config.home = wish.home.empty() ? nullptr : wish.home.c_str();
    config.venv = wish.venv.empty() ? nullptr : wish.venv.c_str();
    config.use_environment = true; // as qi-run itself
    qi_doctor_options_init(&asked);
    asked.config = &config;
    for (const std::string &folder : wish.folders)
        folders.push_back(folder.c_str());
    asked.plugin_folders = folders.data();
    asked.plugin_folder_count = folders.size();
    if (qi_doctor_examine(&asked, &report) != QI_OK) {
        std::fprintf(stderr, "qi-run: doctor: %s\n", qi_last_error()->message);
        return 1;
    }
    std::fputs(text_of(report, wish.json ? "json" : "text"), stdout);
    const int status = qi_value_get(&report, "ok")->as.boolean ? 0 : 1;
    qi_value_clear(&report);
    return status;
}
