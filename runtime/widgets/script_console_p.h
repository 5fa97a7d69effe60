// SPDX-License-Identifier: BSD-3-Clause
#ifndef QI_WIDGETS_SCRIPT_CONSOLE_P_H
#define QI_WIDGETS_SCRIPT_CONSOLE_P_H

#include <qi/console.hpp>

#include "console_find.h"
#include "console_history.h"
#include "console_input.h"
#include "console_output.h"
#include "console_python.h"

class QAction;
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
    void make_actions();
    QAction *make_action(theme::Icon icon, const QString &text, const QList<QKeySequence> &keys,
                         const QString &about, void (ScriptConsolePrivate::*what)());
    void extend_menu(QMenu *menu);

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

    void find();
    void find_next();
    void find_previous();
    void zoom_in();
    void zoom_out();
    void zoom_back();
    void set_zoom(int points);
    void save();
    void save_to(const QString &path);
    void choose_file();
    void run_file(const QString &path);

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
    QToolButton *stop_button, *clear_button, *filter_button, *wrap_button, *find_button;
    QMenu *filter_menu;
    ConsoleFind *find_bar;
    QAction *find_action, *save_action, *run_action, *larger, *smaller, *usual, *wrap_action,
        *clear_action;

    bool running = false;
    bool closed = false;
    int most_lines = 10000;
    int busy_limit = 0;
    int zoom = 0;
    QFont font; /* before it is zoomed */
    qsizetype search_at = 0;
    QString before_search;
};

QI_ABI_END
} // namespace qi

#endif
