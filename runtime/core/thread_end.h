/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What unwinds the stack of a thread that pthread_exit() or pthread_cancel() ends. It is no exception of anybody's, and whoever
 * catches everything has to let it go on. libstdc++ has a type for it. Other libraries have none, and libqi is
 * only compiled with them: there such a thread ends the process where everything is caught.
 */
#ifndef QIP_CORE_THREAD_END_H
#define QIP_CORE_THREAD_END_H

#include <exception> /* says whose library it is */

#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace qi
{

#ifdef __GLIBCXX__
using ThreadEnd = abi::__forced_unwind;
#else
struct ThreadEnd {
};
#endif

} // namespace qi

#endif
