// SPDX-License-Identifier: BSD-3-Clause
/*
 * qi::ScriptConsole: Python's prompt in a window of the application.
 *
 *     auto *dock = new QDockWidget("Console", window);
 *     dock->setWidget(new qi::ScriptConsole(runtime));
 *
 * What is typed runs as a task of the application's own asyncio loop, on the GUI thread: it may `await` at
 * the top level and use everything of the application, and the window lives while it waits. Each console has
 * a namespace of its own, with `qi`, `host` (qi.host) and `asyncio` in it; `_` is the last result. Code that
 * computes without awaiting holds the window up, as any code there; see setBusyLimit().
 *
 * Keys: Enter runs a complete input, Shift+Enter begins a new line, Ctrl+Enter runs whatever there is; Tab and
 * Ctrl+Space complete; Up and Down walk through the history, through the entries that begin with what stands
 * before the cursor, and Ctrl+R searches it; Ctrl+C cancels what runs, Ctrl+L clears, Ctrl+F finds in the output, F3
 * again, Ctrl+S saves it, Ctrl+O runs a file, Ctrl and +, - or 0 or the wheel make the letters larger, smaller or as usual;
 * F6 goes to the output and back, where Enter opens the file that the line names.
 *
 * Beside Python it takes `name?`, `name??`, `!command` and words that begin with `%`, which `%` alone lists.
 */
#ifndef QI_CONSOLE_HPP
#define QI_CONSOLE_HPP

#include <memory>

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>
#include <QtWidgets/qwidget.h>

#include <qi/qi.h>
#include <qi/widgets_api.hpp>

namespace qi
{
QI_ABI_BEGIN

class ScriptConsolePrivate;

class QI_WIDGETS_API ScriptConsole : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(bool running READ isRunning NOTIFY runningChanged)
    Q_PROPERTY(int maximumLines READ maximumLines WRITE setMaximumLines)
    Q_PROPERTY(int busyLimit READ busyLimit WRITE setBusyLimit)
    Q_PROPERTY(int fontZoom READ fontZoom WRITE setFontZoom)
    Q_PROPERTY(bool wrapsLines READ wrapsLines WRITE setWrapsLines)
    Q_PROPERTY(QString historyFile READ historyFile WRITE setHistoryFile)

  public:
    /** Makes a console of a runtime that is RUNNING; of any other it says so and takes no input. */
    explicit ScriptConsole(qi_runtime *runtime, QWidget *parent = nullptr);
    /** Cancels the input that runs. */
    ~ScriptConsole() override;

    /** Runs an input as if it had been typed. False, with nothing done, while another one runs. */
    bool execute(const QString &source);
    bool isRunning() const;

    /** Puts text where the user types, in place of what is there. */
    void setInput(const QString &source);
    QString input() const;

    /** Everything that the console shows, hidden origins included. */
    QString transcript() const;

    /** Gives a value a name in the console's namespace. Returns a qi_status, with its message. */
    int setVariable(const char *name, const qi_value *value);

    /** How many lines of output are kept; 10,000. Older ones are dropped, and the console says how many. */
    int maximumLines() const;
    void setMaximumLines(int lines);

    /**
     * After how many milliseconds an input that computes without awaiting is interrupted; 0: never, which
     * is the default. No key reaches a window whose thread is busy, so Ctrl+C cannot help there.
     */
    int busyLimit() const;
    void setBusyLimit(int milliseconds);

    /** The file of the history; by default in the application's folder for data. "": it is not kept. */
    QString historyFile() const;
    void setHistoryFile(const QString &path);

    /**
     * Shows or hides what an origin prints: the id of a plugin, "" for the application's own code. What
     * the console's input prints is always shown. Hidden lines are kept, and come back.
     */
    void setOriginVisible(const QString &origin, bool visible);
    bool isOriginVisible(const QString &origin) const;
    /** The origins seen so far. */
    QStringList origins() const;

    /** How many points larger the letters are than usual, or smaller; 0. The size stays between 5 and 72 points. */
    int fontZoom() const;
    void setFontZoom(int points);

    /** Whether long lines of the output are wrapped; true. */
    bool wrapsLines() const;
    void setWrapsLines(bool wraps);

    /**
     * Writes everything that the console shows to a file: as a page of HTML, with its colours, if the name ends in .html or
     * .htm, else as text in UTF-8. Returns "", or why the file cannot be written, which is then as it was.
     */
    QString saveOutput(const QString &path) const;

  public Q_SLOTS:
    /** Shows the bar that finds text in the output, as Ctrl+F does. */
    void find();
    /** Runs a file of Python with the console's names, as `%run` does; not while an input runs. */
    void runFile(const QString &path);
    /** Cancels the input that runs, as Ctrl+C does. */
    void cancel();
    /** Forgets the output, as Ctrl+L does. */
    void clear();

  Q_SIGNALS:
    void runningChanged(bool running);
    /** An input has ended; `ok` tells that it raised nothing and was not cancelled. */
    void finished(bool ok);
    /** The user wants to see a line of a file, by a click on a traceback, say. Whatever was printed may name any file: show
     * it, and start nothing with it. */
    void openRequested(const QString &file, int line);

  protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

  private:
    std::unique_ptr<ScriptConsolePrivate> d;
};

QI_ABI_END
} // namespace qi

#endif /* QI_CONSOLE_HPP */
