// SPDX-License-Identifier: BSD-3-Clause
#ifndef QI_WIDGETS_SCRIPT_CONSOLE_P_H
#define QI_WIDGETS_SCRIPT_CONSOLE_P_H

#include <qi/console.hpp>

#include "console_history.h"
#include "console_input.h"
#include "console_output.h"
#include "console_python.h"

class QLabel;
class QLineEdit;
class QMenu;
class QToolButton;

namespace qi
{
QI_ABI_BEGIN

class ScriptConsolePrivate
{
  public:
    ScriptConsolePrivate(ScriptConsole *console, qi_runtime *runtime);

    void build();
    QWidget *make_bar();
    QWidget *make_prompt();
    QWidget *make_search();
    QToolButton *make_button(theme::Icon icon, const QString &text, const QString &tip);
    void connect_parts();
    void connect_search();

    bool execute(const QString &given);
    void on_done(const Outcome &outcome);
    void on_closed(const QString &why);
    void show_heard();
    void answer(const QString &prompt, QVariant *answer);
    void interrupt();
    void set_running(bool running);
    void update_notice();
    void add_origin(const QString &origin);
    void retranslate();

    void begin_search();
    void search(bool older);
    void end_search(bool take);

    ScriptConsole *q;
    ConsoleHistory history;
    ConsolePython *python;
    ConsoleOutput *output;
    ConsoleInput *input;
    QLabel *prompt, *notice, *state, *search_label;
    QLineEdit *search_line;
    QWidget *search_bar;
    QToolButton *stop_button, *clear_button, *filter_button, *wrap_button;
    QMenu *filter_menu;

    bool running = false;
    bool closed = false;
    int most_lines = 10000;
    int busy_limit = 0;
    qsizetype search_at = 0;
    QString before_search;
};

QI_ABI_END
} // namespace qi

#endif
