/* SPDX-License-Identifier: BSD-3-Clause */
/* The pulse of the process's GUI thread, which has begun no period yet, and its watcher. */
#include "core/pulse.h"

qip_pulse qip_pulse_now;
qip_pulse_functions qip_pulse_port;
