/* SPDX-License-Identifier: BSD-3-Clause */
/* The extension module `_bench`: what the workloads cannot do from Python. */
#ifndef QI_BENCH_MODULE_H
#define QI_BENCH_MODULE_H

namespace bench
{

/* Makes `import _bench` work. Before Python starts; false: no memory. */
bool add_module();

} // namespace bench

#endif
