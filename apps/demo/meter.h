// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

// Shows how long the last frames took: the time from one turn of the window's event loop to the next,
// asked for every 16 ms. A window that freezes shows as a tall bar.
class FrameMeter : public QWidget
{
    Q_OBJECT

  public:
    explicit FrameMeter(QWidget *parent = nullptr);

    // Since the start, or since reset().
    double longest() const { return m_longest; }
    int frames() const { return m_frames; }
    void reset();

    QSize sizeHint() const override { return {430, 56}; }

  protected:
    void paintEvent(QPaintEvent *event) override;

  private:
    void tick();
    double recentLongest() const;

    QTimer m_timer;
    QElapsedTimer m_clock;
    std::array<double, 150> m_times{}; // milliseconds, a ring
    size_t m_next = 0;
    int m_frames = 0;
    double m_longest = 0;
};
