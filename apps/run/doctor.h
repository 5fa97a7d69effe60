// SPDX-License-Identifier: BSD-3-Clause
// qi-run doctor: prints what qi_doctor_examine() finds.
#ifndef QI_RUN_DOCTOR_H
#define QI_RUN_DOCTOR_H

#include "options.h"

// Returns the exit status: 0, 1 where there is a problem, 2 for a wrong command line.
int doctor(const Options &options);

#endif
