// SPDX-License-Identifier: BSD-3-Clause
/*
 * The bar that finds text in the console's output: all matches are marked, and counted, and one of them is the current one,
 * which the output's own cursor selects. What is found is looked for again when the output changes.
 */
#ifndef QI_WIDGETS_CONSOLE_FIND_H
#define QI_WIDGETS_CONSOLE_FIND_H

#include <QtCore/qlist.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qwidget.h>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QTextBlock;
class QToolButton;

namespace qi
{

class ConsoleFind : public QWidget
{
    Q_OBJECT

  public:
    explicit ConsoleFind(QPlainTextEdit *output, QWidget *parent = nullptr);

    /* Shows the bar and takes the focus, for what is selected in the output, if that is in one line. */
    void begin();
    /* To the next match after the current one, or to the one before; around the end. */
    void go(bool forward);

  Q_SIGNALS:
    void left(); /* it has hidden itself */

  protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void hideEvent(QHideEvent *event) override;

  private:
    struct Match {
        int start, end;
    };
    QToolButton *add_button(const QString &sign, const QString &name, const QString &tip);
    void changed();
    void look();
    void look_in(const QTextBlock &block, const QRegularExpression &wanted);
    void select(qsizetype match);
    void mark();
    void tell();
    qsizetype current() const;

    QPlainTextEdit *m_output;
    QLineEdit *m_line;
    QLabel *m_count;
    QToolButton *m_expression, *m_case;
    QTimer m_later;
    QList<Match> m_matches;
    QString m_problem;   /* of the regular expression */
    bool m_more = false; /* it takes too long to find them all */
};

} // namespace qi

#endif
