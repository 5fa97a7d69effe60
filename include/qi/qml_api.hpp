// SPDX-License-Identifier: BSD-3-Clause
/* The export macro of libqi-qml, for its headers. */
#ifndef QI_QML_API_HPP
#define QI_QML_API_HPP

#if defined(__GNUC__) || defined(__clang__)
#define QI_QML_API __attribute__((visibility("default")))
#elif defined(_WIN32) && defined(QI_BUILDING_QML)
#define QI_QML_API __declspec(dllexport)
#elif defined(_WIN32)
#define QI_QML_API __declspec(dllimport)
#else
#define QI_QML_API
#endif

#endif /* QI_QML_API_HPP */
