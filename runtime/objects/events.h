/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of listening to events: see events.c. */
#ifndef QIP_OBJECTS_EVENTS_H
#define QIP_OBJECTS_EVENTS_H

/* Nobody listens any more: the runtime has ended. Thread: GUI. GIL: not held. Beware: runs the host's code. */
void qip_events_forget(void);

#endif
