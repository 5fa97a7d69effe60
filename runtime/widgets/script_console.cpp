// SPDX-License-Identifier: BSD-3-Clause
// The console's parts put together, and what happens between them.
#include "script_console_p.h"

#include <algorithm>
#include <cmath>

#include <QtCore/qpointer.h>
#include <QtGui/qaction.h>
#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qinputdialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qtoolbutton.h>

#include "console_save.h"
#include "first_focus.h"
#include "panel_keys.h"
#include "plain_text.h"
#include "theme.h"
#include "widget_action.h"

namespace qi
{

enum { LINES_A_TURN = 500 /* that others have printed and are shown before Qt has its turn */ };
enum { SMALLEST = 5, LARGEST = 72 /* points of a font */ };

ScriptConsolePrivate::ScriptConsolePrivate(ScriptConsole *console, qi_runtime *runtime)
    : q(console), python(new ConsolePython(runtime, console))
{
    history.set_file(ConsoleHistory::default_file());
}

/* -- what it is made of -------------------------------------------------------------------------------- */

QToolButton *ScriptConsolePrivate::make_button(theme::Icon icon, const QString &text,
                                               const QString &tip)
{
    auto *button = new QToolButton;

    button->setIcon(theme::icon(icon));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setText(text);
    button->setAccessibleName(text);
    button->setToolTip(tip);
    return button;
}

QWidget *ScriptConsolePrivate::make_bar()
{
    auto *bar = new QWidget;
    auto *row = new QHBoxLayout(bar);

    notice = new QLabel;
    plain::onlyText(notice);
    notice->setForegroundRole(QPalette::PlaceholderText);
    state = new QLabel;
    stop_button = make_button(theme::Icon::Stop, ScriptConsole::tr("Cancel the input"),
                              ScriptConsole::tr("Cancel the input that runs (Ctrl+C)"));
    clear_button = make_button(theme::Icon::Clear, ScriptConsole::tr("Clear"),
                               ScriptConsole::tr("Forget the output (Ctrl+L)"));
    find_button = make_button(theme::Icon::Search, ScriptConsole::tr("Find"),
                              ScriptConsole::tr("Find in the output (Ctrl+F)"));
    filter_button = make_button(theme::Icon::Filter, ScriptConsole::tr("Origins"),
                                ScriptConsole::tr("Whose output is shown"));
    wrap_button = make_button(theme::Icon::Wrap, ScriptConsole::tr("Wrap lines"),
                              ScriptConsole::tr("Wrap long lines"));
    filter_menu = new QMenu(filter_button);
    filter_button->setMenu(filter_menu);
    filter_button->setPopupMode(QToolButton::InstantPopup);
    stop_button->setObjectName(QStringLiteral("stop"));
    find_button->setObjectName(QStringLiteral("find-button"));
    wrap_button->setCheckable(true);
    wrap_button->setChecked(true);
    row->setContentsMargins(4, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(notice, 1);
    row->addWidget(state);
    /* The rest of the bar keeps its place, and the tip has all of it. */
    notice->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    for (QToolButton *button : {stop_button, find_button, filter_button, wrap_button, clear_button})
        row->addWidget(button);
    return bar;
}

QWidget *ScriptConsolePrivate::make_prompt()
{
    auto *line = new QWidget;
    auto *row = new QHBoxLayout(line);

    line->setLayoutDirection(Qt::LeftToRight); // code is, everywhere
    prompt = new QLabel(QStringLiteral(">>>"));
    prompt->setFont(input->font());
    prompt->setAlignment(Qt::AlignTop);
    prompt->setContentsMargins(4, int(input->document()->documentMargin()) + input->frameWidth(), 0,
                               0);
    prompt->setBuddy(input);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(prompt);
    row->addWidget(input, 1);
    return line;
}

QWidget *ScriptConsolePrivate::make_search()
{
    search_bar = new QWidget;
    auto *row = new QHBoxLayout(search_bar);

    search_label = new QLabel(ScriptConsole::tr("Search the history:"));
    search_line = new QLineEdit;
    search_line->setObjectName(QStringLiteral("search"));
    search_line->setAccessibleName(ScriptConsole::tr("Search the history"));
    search_line->setPlaceholderText(ScriptConsole::tr("Ctrl+R: older, Enter: take, Escape: leave"));
    search_line->setClearButtonEnabled(true);
    search_line->installEventFilter(q);
    search_label->setBuddy(search_line);
    row->setContentsMargins(4, 0, 0, 0);
    row->addWidget(search_label);
    row->addWidget(search_line, 1);
    search_bar->hide();
    return search_bar;
}

void ScriptConsolePrivate::build()
{
    auto *column = new QVBoxLayout(q);

    output = new ConsoleOutput;
    output->setObjectName(QStringLiteral("output"));
    output->setAccessibleName(ScriptConsole::tr("Output of the console"));
    output->setLayoutDirection(Qt::LeftToRight);
    output->installEventFilter(q);
    input = new ConsoleInput(python, &history);
    input->setObjectName(QStringLiteral("input"));
    input->setAccessibleName(ScriptConsole::tr("Input of the console"));
    input->setPlaceholderText(
        ScriptConsole::tr("Python: Enter runs, Shift+Enter begins a new line, Tab completes"));
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(make_bar());
    column->addWidget(output, 1);
    find_bar = new ConsoleFind(output);
    column->addWidget(find_bar);
    column->addWidget(make_search());
    column->addWidget(make_prompt());
    input->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    hand_focus_to(q, input);
    add_origin(QStringLiteral(""));
    font = output->font();
    make_actions();
    connect_parts();
    connect_search();
    set_running(false);
    if (!python->is_open())
        on_closed(python->problem());
}

void ScriptConsolePrivate::connect_parts()
{
    QObject::connect(input, &ConsoleInput::submitted, q, [this] { q->execute(input->source()); });
    QObject::connect(input, &ConsoleInput::interrupted, q, [this] { interrupt(); });
    QObject::connect(input, &ConsoleInput::clear_wanted, q, &ScriptConsole::clear);
    QObject::connect(input, &ConsoleInput::leave_wanted, output, [this] { output->setFocus(); });
    QObject::connect(python, &ConsolePython::printed, q, [this](int stream, const QString &text) {
        show_heard();
        output->add_printed(stream, text);
    });
    QObject::connect(python, &ConsolePython::left_out, q,
                     [this](qint64 lines, bool note) { output->add_lost(lines, note); });
    QObject::connect(python, &ConsolePython::heard, q, [this] { show_heard(); });
    QObject::connect(python, &ConsolePython::asked, q,
                     [this](const QString &text, QVariant *to) { answer(text, to); });
    QObject::connect(output, &ConsoleOutput::open_requested, q, &ScriptConsole::openRequested);
    QObject::connect(output, &ConsoleOutput::origin_seen, q,
                     [this](const QString &origin) { add_origin(origin); });
    QObject::connect(output, &ConsoleOutput::lines_dropped, q, [this] { update_notice(); });
    QObject::connect(output, &ConsoleOutput::menu_opens, q,
                     [this](QMenu *menu) { extend_menu(menu); });
    QObject::connect(output, &ConsoleOutput::zoomed, q,
                     [this](int steps) { set_zoom(zoom + steps); });
    QObject::connect(input, &ConsoleInput::zoomed, q, [this](int steps) { set_zoom(zoom + steps); });
    QObject::connect(find_bar, &ConsoleFind::left, q, [this] {
        if (!q->focusWidget() || find_bar->isAncestorOf(q->focusWidget()))
            input->setFocus();
    });
    QObject::connect(find_button, &QToolButton::clicked, q, [this] { find(); });
    QObject::connect(stop_button, &QToolButton::clicked, q, &ScriptConsole::cancel);
    QObject::connect(clear_button, &QToolButton::clicked, q, &ScriptConsole::clear);
    QObject::connect(wrap_button, &QToolButton::toggled, output, [this](bool wrap) {
        output->setLineWrapMode(wrap ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
    });
}

/* -- what can be done with the output ------------------------------------------------------------------- */

QAction *ScriptConsolePrivate::make_action(theme::Icon icon, const QString &text,
                                           const QList<QKeySequence> &keys, const QString &about,
                                           void (ScriptConsolePrivate::*what)())
{
    QAction *action = widget_action(q, icon, text, keys.value(0), about);

    for (qsizetype each = 1; each < keys.size(); each++)
        PanelKeys::of(q)->add(action, keys[each]);
    QObject::connect(action, &QAction::triggered, q, [this, what] { (this->*what)(); });
    return action;
}

void ScriptConsolePrivate::make_actions()
{
    using P = ScriptConsolePrivate;
    using theme::Icon;

    find_action = make_action(Icon::Search, ScriptConsole::tr("Find…"), {Qt::CTRL | Qt::Key_F},
                              ScriptConsole::tr("Find in the output"), &P::find);
    make_action(Icon::Search, ScriptConsole::tr("Next match"), {Qt::Key_F3},
                ScriptConsole::tr("Next match"), &P::find_next);
    make_action(Icon::Search, ScriptConsole::tr("Previous match"), {Qt::SHIFT | Qt::Key_F3},
                ScriptConsole::tr("Previous match"), &P::find_previous);
    save_action = make_action(Icon::Save, ScriptConsole::tr("Save the output…"),
                              {Qt::CTRL | Qt::Key_S},
                              ScriptConsole::tr("Save the output as text or HTML"), &P::save);
    run_action = make_action(Icon::Run, ScriptConsole::tr("Run a file…"), {Qt::CTRL | Qt::Key_O},
                             ScriptConsole::tr("Run a file of Python here"), &P::choose_file);
    larger = make_action(
        Icon::Add, ScriptConsole::tr("Larger letters"),
        {Qt::CTRL | Qt::Key_Plus, Qt::CTRL | Qt::SHIFT | Qt::Key_Plus, Qt::CTRL | Qt::Key_Equal},
        ScriptConsole::tr("Larger letters"), &P::zoom_in);
    smaller = make_action(Icon::Remove, ScriptConsole::tr("Smaller letters"),
                          {Qt::CTRL | Qt::Key_Minus}, ScriptConsole::tr("Smaller letters"),
                          &P::zoom_out);
    usual = make_action(Icon::Undo, ScriptConsole::tr("Usual letters"), {Qt::CTRL | Qt::Key_0},
                        ScriptConsole::tr("Letters of the usual size"), &P::zoom_back);
    wrap_action = new QAction(theme::icon(Icon::Wrap), ScriptConsole::tr("Wrap lines"), q);
    wrap_action->setCheckable(true);
    wrap_action->setChecked(wrap_button->isChecked());
    clear_action = new QAction(theme::icon(Icon::Clear), ScriptConsole::tr("Clear"), q);
    QObject::connect(wrap_action, &QAction::toggled, wrap_button, &QToolButton::setChecked);
    QObject::connect(wrap_button, &QToolButton::toggled, wrap_action, &QAction::setChecked);
    QObject::connect(clear_action, &QAction::triggered, q, &ScriptConsole::clear);
}

void ScriptConsolePrivate::extend_menu(QMenu *menu)
{
    menu->addSeparator();
    menu->addActions({find_action, save_action, run_action});
    menu->addSeparator();
    menu->addActions({larger, smaller, usual, wrap_action});
    menu->addSeparator();
    menu->addAction(clear_action);
}

void ScriptConsolePrivate::find()
{
    find_bar->begin();
}

void ScriptConsolePrivate::find_next()
{
    find_bar->go(true);
}

void ScriptConsolePrivate::find_previous()
{
    find_bar->go(false);
}

void ScriptConsolePrivate::zoom_in()
{
    set_zoom(zoom + 1);
}

void ScriptConsolePrivate::zoom_out()
{
    set_zoom(zoom - 1);
}

void ScriptConsolePrivate::zoom_back()
{
    set_zoom(0);
}

void ScriptConsolePrivate::set_zoom(int points)
{
    QFont zoomed = font;
    const double usual_size = QFontInfo(font).pointSizeF();
    const int least = std::min(0, int(std::ceil(SMALLEST - usual_size)));

    zoom = std::clamp(points, least, std::max(0, int(LARGEST - usual_size)));
    if (zoom)
        zoomed.setPointSizeF(usual_size + zoom);
    output->setFont(zoomed);
    input->set_font(zoomed);
    prompt->setFont(zoomed);
}

/* What is shown when its name is known. The dialogs have no event loop of their own, in which the console could go. */
void ScriptConsolePrivate::save()
{
    auto *dialog = new QFileDialog(q, ScriptConsole::tr("Save the output"));

    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(
        {ScriptConsole::tr("Text (*.txt)"), ScriptConsole::tr("Pages with colours (*.html)")});
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String(".html")) ? QStringLiteral("html")
                                                                         : QStringLiteral("txt"));
    });
    QObject::connect(dialog, &QFileDialog::fileSelected, q,
                     [this](const QString &path) { save_to(path); });
    dialog->open();
}

void ScriptConsolePrivate::save_to(const QString &path)
{
    const QString problem = save_output(*output, path);

    if (!problem.isEmpty())
        output->add_note(ScriptConsole::tr("%1 cannot be written: %2").arg(path, problem));
}

void ScriptConsolePrivate::choose_file()
{
    auto *dialog = new QFileDialog(q, ScriptConsole::tr("Run a file"));

    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters(
        {ScriptConsole::tr("Python (*.py)"), ScriptConsole::tr("All files (*)")});
    QObject::connect(dialog, &QFileDialog::fileSelected, q,
                     [this](const QString &path) { run_file(path); });
    dialog->open();
}

/* As the word of the console that it is, so that it is in the history, too. */
void ScriptConsolePrivate::run_file(const QString &path)
{
    QString quoted = path;

    quoted.replace(QLatin1Char('\''), QLatin1String("'\"'\"'"));
    (void)execute(QStringLiteral("%run '%1'").arg(quoted)); /* while another input runs, it says so */
}

/* -- running ------------------------------------------------------------------------------------------- */

bool ScriptConsolePrivate::execute(const QString &given)
{
    QString source = given;
    while (!source.isEmpty() && source.back().isSpace())
        source.chop(1); /* the empty line that ended a block */
    if (closed)
        return false;
    if (running) {
        state->setText(ScriptConsole::tr("An input is running; Ctrl+C cancels it"));
        return false;
    }
    if (source.isEmpty())
        return true;
    const QPointer<ScriptConsole> alive(q);
    input->hide_popups();
    show_heard(); /* what came before it is shown before it */
    output->add_input(source);
    history.add(source);
    update_notice();
    if (input->source() == given)
        input->clear();
    set_running(true);
    if (!alive)
        return false; /* the signal was its end */
    python->run(source, [this](const Outcome &outcome) { on_done(outcome); });
    return true;
}

/* Beware: called by the runtime, maybe before run() has returned, and the signals may end us. */
void ScriptConsolePrivate::on_done(const Outcome &outcome)
{
    if (outcome.status == QLatin1String("closed"))
        return on_closed(outcome.text);
    show_heard();
    if (outcome.status == QLatin1String("ok")) {
        if (!outcome.text.isEmpty())
            output->add_result(outcome.text);
    } else if (outcome.status == QLatin1String("error")) {
        output->add_traceback(outcome.text);
    } else if (outcome.status == QLatin1String("exit")) {
        output->add_note(
            ScriptConsole::tr("The application goes on: to end it, close its window."));
    } else {
        output->add_note(ScriptConsole::tr("Cancelled."));
    }
    const QPointer<ScriptConsole> alive(q);
    set_running(false);
    if (alive)
        Q_EMIT alive->finished(outcome.status == QLatin1String("ok"));
}

void ScriptConsolePrivate::on_closed(const QString &why)
{
    closed = true;
    input->setEnabled(false);
    output->add_note(ScriptConsole::tr("The console takes no input: %1").arg(why));
    set_running(false);
}

void ScriptConsolePrivate::set_running(bool now)
{
    const bool changed = running != now;

    running = now;
    stop_button->setEnabled(now);
    state->setText(now ? ScriptConsole::tr("running…") : QString());
    QPalette colors = q->palette();
    colors.setColor(QPalette::WindowText,
                    theme::color(now ? theme::Role::Muted : theme::Role::Accent, q->palette()));
    prompt->setPalette(colors);
    if (changed)
        Q_EMIT q->runningChanged(now);
}

/* Ctrl+C: the input that runs, or else the one that is being typed. */
void ScriptConsolePrivate::interrupt()
{
    if (running) {
        q->cancel();
        return;
    }
    if (input->source().isEmpty())
        return;
    output->add_input(input->source());
    input->clear();
}

/* input() of Python. Beware: when the dialog closes the console may be gone, and the dialog with it. */
void ScriptConsolePrivate::answer(const QString &text, QVariant *to)
{
    const QPointer<QInputDialog> dialog = new QInputDialog(q);

    dialog->setWindowTitle(ScriptConsole::tr("The script asks"));
    dialog->setLabelText(text.isEmpty() ? ScriptConsole::tr("One line of input:")
                                        : plain::lines(text));
    for (QLabel *label : dialog->findChildren<QLabel *>())
        plain::onlyText(label);
    if (dialog->exec() == QDialog::Accepted && dialog)
        *to = dialog->textValue();
    delete dialog;
}

/* -- what others print --------------------------------------------------------------------------------- */

void ScriptConsolePrivate::show_heard()
{
    qint64 lost = 0;
    const QList<Heard> lines = python->take_heard(LINES_A_TURN, &lost);

    output->begin();
    if (lost)
        output->add_lost(lost, true);
    for (const Heard &line : lines)
        output->add_line(line.origin, line.stream, line.text);
    output->end();
}

void ScriptConsolePrivate::add_origin(const QString &origin)
{
    if (origin.isEmpty() && !filter_menu->isEmpty())
        return; /* the application's own is there from the beginning */
    auto *action = filter_menu->addAction(origin.isEmpty() ? ScriptConsole::tr("The application")
                                          : origin[0] == QLatin1Char('>')
                                              ? plain::label(origin.mid(1))
                                              : plain::label(origin));
    action->setCheckable(true);
    action->setChecked(output->is_visible(origin));
    action->setData(origin);
    QObject::connect(action, &QAction::toggled, q,
                     [this, origin](bool shown) { q->setOriginVisible(origin, shown); });
}

void ScriptConsolePrivate::update_notice()
{
    const qint64 dropped = output->dropped();
    QString text;

    if (dropped > 0)
        text = ScriptConsole::tr("%L1 older lines were dropped; %L2 are kept").arg(dropped).arg(most_lines);
    else if (!history.problem().isEmpty())
        text = ScriptConsole::tr("The history is not kept: %1").arg(history.problem());
    notice->setText(plain::line(text));
    notice->setToolTip(plain::tip(text));
}

/* -- searching the history ----------------------------------------------------------------------------- */

void ScriptConsolePrivate::connect_search()
{
    QObject::connect(input, &ConsoleInput::search_wanted, q, [this] { begin_search(); });
    QObject::connect(search_line, &QLineEdit::textEdited, q, [this] {
        search_at = history.entries().size();
        search(false);
    });
}

void ScriptConsolePrivate::begin_search()
{
    input->hide_popups();
    before_search = input->source();
    search_at = history.entries().size();
    search_line->clear();
    search_bar->show();
    search_line->setFocus();
}

/* The newest entry that contains the text, or the next older one. */
void ScriptConsolePrivate::search(bool older)
{
    const QString text = search_line->text();
    qsizetype from = search_at;
    if (!older && !text.isEmpty())
        from = history.entries().size();
    const qsizetype found = text.isEmpty() ? -1 : history.containing(from, text);

    search_label->setText(found < 0 && !text.isEmpty() ? ScriptConsole::tr("Not in the history:")
                                                       : ScriptConsole::tr("Search the history:"));
    if (found >= 0) {
        search_at = found;
        input->set_source(history.entries().at(found));
    } else if (text.isEmpty()) {
        input->set_source(before_search);
    }
}

void ScriptConsolePrivate::end_search(bool take)
{
    if (!take)
        input->set_source(before_search);
    search_bar->hide();
    input->setFocus();
}

/* -- the class ----------------------------------------------------------------------------------------- */

ScriptConsole::ScriptConsole(qi_runtime *runtime, QWidget *parent)
    : QWidget(parent), d(new ScriptConsolePrivate(this, runtime))
{
    setWindowTitle(tr("Console"));
    d->build();
}

/* Python's side first: it must not call parts that are gone. */
ScriptConsole::~ScriptConsole()
{
    d->python->disconnect();
    delete d->python;
}

bool ScriptConsole::execute(const QString &source)
{
    return d->execute(source);
}

bool ScriptConsole::isRunning() const
{
    return d->running;
}

void ScriptConsole::setInput(const QString &source)
{
    d->input->set_source(source);
}

QString ScriptConsole::input() const
{
    return d->input->source();
}

QString ScriptConsole::transcript() const
{
    return d->output->toPlainText();
}

int ScriptConsole::setVariable(const char *name, const qi_value *value)
{
    return d->python->set_name(name, value);
}

int ScriptConsole::maximumLines() const
{
    return d->most_lines;
}

void ScriptConsole::setMaximumLines(int lines)
{
    d->most_lines = std::max(lines, 100);
    d->output->set_most_lines(d->most_lines);
    d->python->set_longest_queue(d->most_lines);
}

int ScriptConsole::busyLimit() const
{
    return d->busy_limit;
}

void ScriptConsole::setBusyLimit(int milliseconds)
{
    d->busy_limit = std::max(milliseconds, 0);
    d->python->set_busy_limit(d->busy_limit);
}

QString ScriptConsole::historyFile() const
{
    return d->history.file();
}

void ScriptConsole::setHistoryFile(const QString &path)
{
    d->history.set_file(path);
}

void ScriptConsole::setOriginVisible(const QString &origin, bool visible)
{
    d->output->set_visible(origin, visible);
    for (QAction *action : d->filter_menu->actions()) {
        if (action->data().toString() == origin)
            action->setChecked(visible);
    }
}

bool ScriptConsole::isOriginVisible(const QString &origin) const
{
    return d->output->is_visible(origin);
}

QStringList ScriptConsole::origins() const
{
    return d->output->origins();
}

int ScriptConsole::fontZoom() const
{
    return d->zoom;
}

void ScriptConsole::setFontZoom(int points)
{
    d->set_zoom(points);
}

bool ScriptConsole::wrapsLines() const
{
    return d->wrap_button->isChecked();
}

void ScriptConsole::setWrapsLines(bool wraps)
{
    d->wrap_button->setChecked(wraps);
}

QString ScriptConsole::saveOutput(const QString &path) const
{
    return save_output(*d->output, path);
}

void ScriptConsole::find()
{
    d->find();
}

void ScriptConsole::runFile(const QString &path)
{
    d->run_file(path);
}

void ScriptConsole::cancel()
{
    if (d->running)
        (void)d->python->cancel(); /* it may have ended by itself */
}

void ScriptConsole::clear()
{
    d->output->forget();
    d->update_notice();
}

void ScriptConsole::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        d->set_running(d->running);
}

bool ScriptConsole::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride)
        return QWidget::eventFilter(watched, event);
    auto *key = static_cast<QKeyEvent *>(event);
    const bool control = key->modifiers() == Qt::ControlModifier;
    const bool searching = watched == d->search_line;
    const bool ends = searching && (key->key() == Qt::Key_Escape || key->key() == Qt::Key_Return ||
                                    key->key() == Qt::Key_Enter);
    const bool wanted = searching ? ends || (control && key->key() == Qt::Key_R)
                                  : key->key() == Qt::Key_F6 || (control && key->key() == Qt::Key_L);
    /* All but the ends of a search is the application's, if it has a use for it. */
    if (!wanted || (event->type() == QEvent::ShortcutOverride && !ends))
        return QWidget::eventFilter(watched, event);
    event->accept();
    if (event->type() == QEvent::ShortcutOverride)
        return true;
    if (searching && key->key() == Qt::Key_R)
        d->search(true);
    else if (searching)
        d->end_search(key->key() != Qt::Key_Escape);
    else if (key->key() == Qt::Key_F6)
        d->input->setFocus();
    else
        clear();
    return true;
}

} // namespace qi
