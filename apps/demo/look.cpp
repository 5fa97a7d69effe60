// SPDX-License-Identifier: BSD-3-Clause
#include "look.h"

#include <QFontDatabase>
#include <QLabel>
#include <QStyleFactory>
#include <QVBoxLayout>

namespace
{
struct Colours {
    const char *window, *base, *text, *faint, *line, *well, *accent, *onAccent, *good, *warn, *bad;
};

const Colours kLight = {"#f2f4f8", "#ffffff", "#1b2330", "#6a7587", "#dde2ea", "#eaeef4",
                        "#2f66d8", "#ffffff", "#2a9d62", "#d9901a", "#cf4141"};
const Colours kDark = {"#151920", "#1e242d", "#e6eaf0", "#93a0b4", "#323b48", "#272f3a",
                       "#5b8def", "#ffffff", "#43c084", "#e8ab45", "#f0706d"};

const Colours *colours = &kLight;

QString fill(QString sheet)
{
    const std::pair<const char *, const char *> names[] = {
        {"@window", colours->window},     {"@base", colours->base},
        {"@text", colours->text},         {"@faint", colours->faint},
        {"@line", colours->line},         {"@well", colours->well},
        {"@onAccent", colours->onAccent}, {"@accent", colours->accent},
        {"@good", colours->good},         {"@bad", colours->bad}};
    for (const auto &[name, value] : names)
        sheet.replace(name, value);
    return sheet;
}

const char kSheet[] = R"(
QFrame#card { background: @base; border: 1px solid @line; border-radius: 10px; }
QLabel#cardTitle { font-weight: 600; font-size: 12pt; }
QLabel#cardAbout, QLabel#faint { color: @faint; }
QLabel#title { font-weight: 700; font-size: 17pt; }
QPushButton { background: @well; border: 1px solid @line; border-radius: 6px; padding: 6px 14px; }
QPushButton:hover { border-color: @accent; }
QPushButton:pressed { background: @line; }
QPushButton:disabled { color: @faint; }
QPushButton:checked { background: @base; border-color: @accent; color: @accent; font-weight: 600; }
QPushButton#primary { background: @accent; color: @onAccent; border: 1px solid @accent; font-weight: 600; }
QPushButton#primary:disabled { background: @well; color: @faint; border-color: @line; }
QToolButton { border: none; color: @faint; padding: 2px 6px; border-radius: 5px; }
QToolButton:hover { color: @bad; background: @well; }
QToolButton:disabled { color: transparent; }
QComboBox, QSpinBox { background: @well; border: 1px solid @line; border-radius: 6px; padding: 4px 10px; }
QComboBox:hover, QSpinBox:hover, QSpinBox:focus, QComboBox:focus { border-color: @accent; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox QAbstractItemView { background: @base; border: 1px solid @line; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 4px; min-width: 24px; min-height: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QTableView { background: transparent; border: none; gridline-color: transparent; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; border: none; border-bottom: 1px solid @line;
                       color: @faint; padding: 4px 3px; font-size: 9pt; }
QProgressBar { background: @well; border: none; border-radius: 5px; max-height: 10px; min-height: 10px; }
QProgressBar::chunk { background: @accent; border-radius: 5px; }
QProgressBar[state="done"]::chunk { background: @good; }
QProgressBar[state="cancelled"]::chunk { background: @faint; }
QProgressBar[state="failed"]::chunk { background: @bad; }
QPlainTextEdit { background: @well; border: none; border-radius: 6px; padding: 6px; }
QStatusBar { color: @faint; }
QStatusBar::item { border: none; }
)";
} // namespace

bool Look::systemIsDark()
{
    return QApplication::palette().color(QPalette::Window).lightness() < 128;
}

void Look::apply(QApplication &app, bool dark)
{
    colours = dark ? &kDark : &kLight;
    app.setStyle(QStyleFactory::create("Fusion"));
    QPalette palette;
    palette.setColor(QPalette::Window, colours->window);
    palette.setColor(QPalette::WindowText, colours->text);
    palette.setColor(QPalette::Base, colours->base);
    palette.setColor(QPalette::AlternateBase, colours->well);
    palette.setColor(QPalette::Text, colours->text);
    palette.setColor(QPalette::Button, colours->base);
    palette.setColor(QPalette::ButtonText, colours->text);
    palette.setColor(QPalette::ToolTipBase, colours->base);
    palette.setColor(QPalette::ToolTipText, colours->text);
    palette.setColor(QPalette::PlaceholderText, colours->faint);
    palette.setColor(QPalette::Highlight, colours->accent);
    palette.setColor(QPalette::HighlightedText, colours->onAccent);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, colours->faint);
    app.setPalette(palette);
    QFont font;
    font.setFamilies({"Inter", "Noto Sans", "Cantarell", "DejaVu Sans"});
    font.setPointSizeF(10);
    app.setFont(font);
    app.setStyleSheet(fill(kSheet));
}

QColor Look::good()
{
    return colours->good;
}

QColor Look::warn()
{
    return colours->warn;
}

QColor Look::bad()
{
    return colours->bad;
}

QColor Look::accent()
{
    return colours->accent;
}

QColor Look::faint()
{
    return colours->faint;
}

QColor Look::well()
{
    return colours->well;
}

QFont Look::small(const QFont &font)
{
    QFont result = font;
    result.setPointSizeF(font.pointSizeF() * 0.9);
    return result;
}

QFont Look::fixed()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(9);
    return font;
}

QFrame *Look::card(const QString &title, const QString &about, QLayout *content)
{
    auto *frame = new QFrame;
    frame->setObjectName("card");
    auto *layout = new QVBoxLayout(frame);
    layout->setContentsMargins(18, 14, 18, 16);
    layout->setSpacing(2);
    auto *head = new QLabel(title);
    head->setObjectName("cardTitle");
    layout->addWidget(head);
    auto *line = new QLabel(about);
    line->setObjectName("cardAbout");
    line->setWordWrap(true);
    layout->addWidget(line);
    layout->addSpacing(10);
    layout->addLayout(content, 1);
    return frame;
}
