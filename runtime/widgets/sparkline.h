/* SPDX-License-Identifier: BSD-3-Clause */
/* A number that changes: its name, what it is now, and a small plot of what it was. */
#ifndef QI_WIDGETS_SPARKLINE_H
#define QI_WIDGETS_SPARKLINE_H

#include <deque>
#include <functional>

#include <QtWidgets/qwidget.h>

namespace qi
{

class Sparkline : public QWidget
{
    Q_OBJECT

  public:
    using Format = std::function<QString(double)>;

    /* `least` is the upper end of the scale that a plot has at least, so that noise stays small. */
    Sparkline(const QString &title, double least, Format format, QWidget *parent = nullptr);

    void add(double value);
    void clear();
    const std::deque<double> &samples() const { return m_samples; }
    /* What is shown as the present value. */
    QString valueText() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

  private:
    double scale() const;
    void paintPlot(QPainter &painter, const QRectF &area) const;
    void tellOthers();

    static constexpr size_t kSamples = 120;
    QString m_title;
    double m_least;
    Format m_format;
    std::deque<double> m_samples;
};

} // namespace qi

#endif
