// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where the user types: an editor for a few lines of Python, with completion, call tips and history. What
 * needs Python is asked of its owner, and what an input leads to is its owner's business, too.
 */
#ifndef QI_WIDGETS_CONSOLE_INPUT_H
#define QI_WIDGETS_CONSOLE_INPUT_H

#include <QtGui/qsyntaxhighlighter.h>
#include <QtWidgets/qplaintextedit.h>

#include "console_history.h"
#include "console_python.h"
#include "zoom_wheel.h"

class QCompleter;
class QLabel;
class QStandardItemModel;

namespace qi
{

class PythonHighlighter : public QSyntaxHighlighter
{
  public:
    PythonHighlighter(QTextDocument *document, QWidget *palette_of);

  protected:
    void highlightBlock(const QString &text) override;

  private:
    QWidget *m_widget;
};

class ConsoleInput : public QPlainTextEdit
{
    Q_OBJECT

  public:
    ConsoleInput(ConsolePython *python, ConsoleHistory *history, QWidget *parent = nullptr);
    ~ConsoleInput() override;

    QString source() const { return toPlainText(); }
    /* In place of what is there, the cursor at its end. */
    void set_source(const QString &source);
    void set_font(const QFont &font);
    void hide_popups();
    bool is_completing() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void submitted();
    void interrupted();
    void clear_wanted();
    void search_wanted();
    void leave_wanted(); /* to the output */
    void zoomed(int steps);

  protected:
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool event(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void insertFromMimeData(const QMimeData *source) override;

  private:
    bool command_key(QKeyEvent *event);
    bool return_key(QKeyEvent *event);
    bool tab_key(QKeyEvent *event);
    bool history_key(QKeyEvent *event);
    bool backspace_key(QKeyEvent *event);
    void typed(const QString &text);
    void new_line();
    void indent(bool more);
    void walk_history(bool back);
    void complete(bool asked);
    void take_completion(const QString &text);
    void show_documentation(const QModelIndex &index);
    void update_call_tip(bool asked);
    void show_tip(const QString &html, const QPoint &below);
    void adjust_height();
    QString before_cursor() const;

    ConsolePython *m_python;
    ConsoleHistory *m_history;
    QCompleter *m_completer;
    QStandardItemModel *m_matches;
    QLabel *m_tip;
    int m_word_start = 0;
    qsizetype m_at = -1; /* the entry of the history that is shown; -1: none */
    QString m_draft;     /* what was typed before walking through the history */
    QString m_prefix;    /* what the entries must begin with */
    ZoomWheel m_wheel;
    bool m_setting = false;
};

} // namespace qi

#endif
