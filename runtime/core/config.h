/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration that libqi has to itself. Knows neither Python nor Qt. */
#ifndef QIP_CORE_CONFIG_H
#define QIP_CORE_CONFIG_H

#include <qi/runtime.h>

/* Checks a host's configuration and copies it, strings included, with every 0 that means a default
 * replaced by it. `config` may be NULL. On failure the record is set and *own holds nothing. */
int qip_config_copy(qi_config *own, const qi_config *config);
void qip_config_free(qi_config *own);

#endif
