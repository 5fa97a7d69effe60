/* SPDX-License-Identifier: BSD-3-Clause */
/* What other rooms need of the plugins. GIL: held. */
#ifndef QIP_PLUGINS_PLUGIN_H
#define QIP_PLUGINS_PLUGIN_H

#include <Python.h>

#include <qi/plugin.h>

/* Forgets the configuration and the listeners, when the runtime closes. */
void qip_plugins_close(void);

/* Tells whether an error of a plugin is to be reported, after having counted it: of very many only some are. Any
 * thread. */
bool qip_plugins_error(const char *plugin, const qi_error *error);

/* NULL: nobody is asked for consent. */
void qip_plugin_events_configure(const qi_plugins_config *config);
/* Tells that all have ended. Beware: runs the host's code. */
void qip_plugin_events_stopped(void);
/* QI_OK or QI_ERR_MEMORY. */
int qip_plugin_events_add(qi_plugin_event_fn event, void *user, qi_destroy_fn destroy,
                          qi_listener **out);
void qip_plugin_events_clear(void);

#endif
