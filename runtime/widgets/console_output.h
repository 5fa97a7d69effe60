// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the console shows: inputs with their prompts, results, and what is printed. Every line knows whose it
 * is, so that origins can be hidden; every piece of text knows what its colour means, so that a change of
 * palette recolours it. Only the newest lines are kept.
 */
#ifndef QI_WIDGETS_CONSOLE_OUTPUT_H
#define QI_WIDGETS_CONSOLE_OUTPUT_H

#include <QtCore/qset.h>
#include <QtCore/qstringlist.h>
#include <QtGui/qtextcursor.h>
#include <QtWidgets/qplaintextedit.h>

#include "ansi.h"
#include "theme.h"
#include "zoom_wheel.h"

class QMenu;

namespace qi
{

class ConsoleOutput : public QPlainTextEdit
{
    Q_OBJECT

  public:
    explicit ConsoleOutput(QWidget *parent = nullptr);

    void add_input(const QString &source);
    void add_result(const QString &text);
    void add_traceback(const QString &text);
    void add_note(const QString &text);
    /* Lines that nobody has seen, and that count as dropped; with a note in their place, if that will be seen. */
    void add_lost(qint64 lines, bool with_note);
    /* What the console's own code prints, as it comes; a line may come in pieces. */
    void add_printed(int stream, const QString &text);
    /* A whole line of an origin: the id of a plugin, "" for the application, ">…" for another console. */
    void add_line(const QString &origin, int stream, const QString &text);

    /* Many additions between these two are laid out once. */
    void begin();
    void end();

    void set_visible(const QString &origin, bool visible);
    bool is_visible(const QString &origin) const { return !m_hidden.contains(origin); }
    const QStringList &origins() const { return m_origins; }

    void set_most_lines(int lines);
    qint64 dropped() const { return m_dropped; }
    void forget();

  Q_SIGNALS:
    void open_requested(const QString &file, int line);
    void origin_seen(const QString &origin);
    void lines_dropped();
    void menu_opens(QMenu *menu);
    void zoomed(int steps);

  protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

  private:
    void put(const QString &text, const QTextCharFormat &format);
    void put_linked(const QString &text, const QTextCharFormat &format);
    void put_python(const QString &line, int &state);
    void put_styled(AnsiParser &parser, const QString &text, theme::Role role);
    void new_line();
    void start_line(const QString &origin);
    void rewrite_line();
    qsizetype skip_lines(const QString &text);
    void count_dropped();
    void recolor();
    void open(const QString &link);
    QString link_of_line() const;
    QTextCharFormat format(theme::Role role) const;
    QTextCharFormat format(const Look &look, theme::Role role) const;
    void apply_colors(QTextCharFormat &format) const;

    QTextCursor m_end;
    AnsiParser m_printed[2], m_lines;
    QStringList m_origins;
    QSet<QString> m_hidden;
    int m_open_stream = 0;   /* whose line is not finished yet; 0: nobody's */
    bool m_returned = false; /* a carriage return was the last that came */
    bool m_following = true; /* the end is to stay in view */
    ZoomWheel m_wheel;
    int m_depth = 0;
    int m_most = 10000;
    qint64 m_added = 0, m_dropped = 0;
    QString m_pressed; /* the link under the mouse's button */
};

} // namespace qi

#endif
