// SPDX-License-Identifier: BSD-3-Clause
/* The export macro of libqi-widgets, for its headers. */
#ifndef QI_WIDGETS_API_HPP
#define QI_WIDGETS_API_HPP

#if defined(__GNUC__) || defined(__clang__)
#define QI_WIDGETS_API __attribute__((visibility("default")))
#elif defined(_WIN32) && defined(QI_BUILDING_WIDGETS)
#define QI_WIDGETS_API __declspec(dllexport)
#elif defined(_WIN32)
#define QI_WIDGETS_API __declspec(dllimport)
#else
#define QI_WIDGETS_API
#endif

#endif /* QI_WIDGETS_API_HPP */
