/* SPDX-License-Identifier: BSD-3-Clause */
/* A stack, or a traceback as Python prints it, whose places can be clicked, or reached by Tab. */
#ifndef QI_WIDGETS_TRACE_VIEW_H
#define QI_WIDGETS_TRACE_VIEW_H

#include <QtWidgets/qtextbrowser.h>

#include "task_info.h"

namespace qi
{

class TraceView : public QTextBrowser
{
    Q_OBJECT

  public:
    explicit TraceView(QWidget *parent = nullptr);

    void setFrames(const QList<Frame> &frames);
    void setTraceback(const QString &traceback);
    /* What is shown while there is nothing else. */
    void setEmptyText(const QString &text);

    /* The places that are links, in their order. */
    struct Place {
        QString file;
        int line;
    };
    const QList<Place> &places() const { return m_places; }

  Q_SIGNALS:
    void openRequested(const QString &file, int line);

  protected:
    void changeEvent(QEvent *event) override;

  private:
    void render();
    QString framesHtml();
    QString tracebackHtml();
    QString link(const QString &file, int line, const QString &text);

    QList<Frame> m_frames;
    QString m_traceback, m_emptyText;
    QList<Place> m_places;
};

} // namespace qi

#endif
