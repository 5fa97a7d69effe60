// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QApplication>
#include <QColor>
#include <QFont>
#include <QFrame>
#include <QPalette>
#include <QString>

class QLayout;

// How the demo looks: one palette in a light and a dark version, and the few colours that carry meaning.
namespace Look
{
void apply(QApplication &app, bool dark);
bool systemIsDark();

QColor good();
QColor warn();
QColor bad();
QColor accent();
QColor faint(); // secondary text
QColor well();  // behind charts

QFont small(const QFont &font);
QFont fixed();

// A panel with a title, a line that says what it shows, and a layout.
QFrame *card(const QString &title, const QString &about, QLayout *content);
} // namespace Look
