/* SPDX-License-Identifier: BSD-3-Clause */
/* A host with plugins, which a test writes into a temporary folder. */
#ifndef QI_TESTS_PLUGINS_H
#define QI_TESTS_PLUGINS_H

#include <functional>
#include <string>
#include <vector>

#include <QtCore/qtemporarydir.h>

#include <qi/plugin.h>

#include "tests/support/host.h"

namespace tests
{

struct PluginEvent {
    int kind;
    std::string id;
    int state, before;
    std::string reason, traceback, detail;
    double progress;
};

class PluginHost : public Host
{
  public:
    explicit PluginHost(const std::function<void(qi_config &)> &configure = {});
    ~PluginHost();

    /* Writes plugin.toml, with `more` after the table [plugin], and plugins/<id>/<id>.py. */
    void write(const std::string &id, const std::string &source, const std::string &more = "");
    /* Writes any file below plugins/<id>/. */
    void write_file(const std::string &id, const std::string &name, const std::string &text);

    /* Starts with the folder as that of the application and a user who agrees to everything, and waits until it is
     * known which plugins there are. */
    void start(const std::function<void(qi_plugins_config &)> &configure = {});
    /* The same, and does not wait. */
    void start_looking(const std::function<void(qi_plugins_config &)> &configure = {});
    /* What qi_plugins_start() says to that. */
    int try_to_start(const std::function<void(qi_plugins_config &)> &configure = {});
    /* Looks for plugins again, and runs the event loop until that is over. */
    void rescan();

    /* Enables and so on, waits, and returns the state afterwards. */
    int enable(const char *id);
    int disable(const char *id);
    int reload(const char *id);
    int withdraw(const char *id);

    /* A value of qi_plugin_describe(), as Python shows it. */
    std::string info(const char *id, const char *key);

    /* The states that a plugin has had, as "loading active". */
    std::string states(const std::string &id) const;

    std::string folder() const;

    std::vector<PluginEvent> events;
    std::vector<std::string> asked; /* "id reason changed…" */
    bool agrees = true;

  private:
    using Change = int (*)(qi_runtime *, const char *, const qi_task_options *, qi_task **);
    int change(Change function, const char *id);

    QTemporaryDir directory;
};

} // namespace tests

#endif
