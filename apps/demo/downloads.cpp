// SPDX-License-Identifier: BSD-3-Clause
#include "downloads.h"

#include <algorithm>
#include <utility>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include "python.h"

static QString megabytes(qint64 bytes)
{
    return QLocale().toString(double(bytes) / 1e6, 'f', 1);
}

Download::Download(const QString &name, qint64 size, QGridLayout *grid, int row, Python *python,
                   QObject *parent)
    : QObject(parent), m_name(name), m_size(size), m_python(python)
{
    m_bar = new QProgressBar;
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 1000);
    m_bar->setValue(0);
    m_text = new QLabel(tr("%1 MB").arg(megabytes(size)));
    m_text->setObjectName("faint");
    m_text->setMinimumWidth(110);
    m_cancel = new QToolButton;
    m_cancel->setText("✕");
    m_cancel->setToolTip(tr("Cancel this download"));
    m_cancel->setEnabled(false);
    connect(m_cancel, &QToolButton::clicked, this, &Download::cancel);
    m_label = new QLabel(name);
    for (QLabel *label : {m_label, m_text}) // what the plugin says is no markup
        label->setTextFormat(Qt::PlainText);
    grid->addWidget(m_label, row, 0);
    grid->addWidget(m_bar, row, 1);
    grid->addWidget(m_text, row, 2);
    grid->addWidget(m_cancel, row, 3);
}

Download::~Download()
{
    m_task.cancel();
    delete m_label;
    delete m_bar;
    delete m_text;
    delete m_cancel;
}

void Download::start()
{
    if (m_state == "running")
        return;
    m_received = 0;
    setState("running", tr("starting"));
    qi::TaskOptions options;
    options.name = tr("download %1").arg(m_name);
    options.owner = this;
    m_task = m_python->runtime().run<qint64>(options, "downloads:fetch", m_name);
    m_task.onProgress(this, [this](const qi::Progress &progress) { show(progress); });
    m_task.then(this, [this](const qi::Result<qint64> &received) { ended(received); });
    emit started();
}

void Download::cancel()
{
    m_task.cancel();
}

// What the coroutine has said by qi.progress().
void Download::show(const qi::Progress &progress)
{
    m_received = progress.value;
    m_bar->setValue(int(progress.value * 1000 / std::max<qint64>(progress.maximum, 1)));
    m_text->setText(tr("%1 of %2 MB").arg(megabytes(progress.value), megabytes(progress.maximum)));
    emit changed();
}

void Download::ended(const qi::Result<qint64> &received)
{
    if (received) {
        m_received = *received;
        m_bar->setValue(m_bar->maximum());
        setState("done", tr("✓ %1 MB").arg(megabytes(m_size)));
    } else if (received.error().isCancelled()) {
        setState("cancelled", tr("cancelled"));
    } else {
        setState("failed", received.error().message);
    }
}

void Download::setState(const QString &state, const QString &text)
{
    m_state = state;
    m_text->setText(text);
    m_cancel->setEnabled(state == "running");
    m_bar->setProperty("state", state);
    m_bar->style()->unpolish(m_bar);
    m_bar->style()->polish(m_bar);
    emit changed();
}

DownloadDesk::DownloadDesk(Python *python, QWidget *parent) : QWidget(parent), m_python(python)
{
    m_about = new QLabel(tr("Enable the plugin “Downloads” to get files."));
    m_about->setObjectName("faint");
    m_start = new QPushButton(tr("Download all"));
    m_start->setObjectName("primary");
    m_start->setEnabled(false);
    m_stop = new QPushButton(tr("Cancel all"));
    m_stop->setEnabled(false);
    connect(m_start, &QPushButton::clicked, this, &DownloadDesk::startAll);
    connect(m_stop, &QPushButton::clicked, this, &DownloadDesk::cancelAll);

    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_about, 1);
    buttons->addWidget(m_stop);
    buttons->addWidget(m_start);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(1, 1);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(m_grid);
    layout->addStretch(1);
    layout->addLayout(buttons);
}

void DownloadDesk::setServer(const QString &url)
{
    m_server = url;
    showTotals();
}

void DownloadDesk::offer(const QString &name, qint64 size)
{
    auto *file = new Download(name, size, m_grid, int(m_files.size()), m_python, this);
    connect(file, &Download::changed, this, &DownloadDesk::showTotals);
    connect(file, &Download::started, this, [this, file] { emit started(file); });
    m_files.append(file);
    showTotals();
}

void DownloadDesk::clear()
{
    qDeleteAll(std::exchange(m_files, {}));
    setServer({});
}

int DownloadDesk::count(const QString &state) const
{
    int found = 0;
    for (const Download *file : m_files)
        found += file->state() == state;
    return found;
}

qint64 DownloadDesk::received() const
{
    qint64 sum = 0;
    for (const Download *file : m_files)
        sum += file->received();
    return sum;
}

void DownloadDesk::startAll()
{
    for (Download *file : m_files)
        file->start();
}

void DownloadDesk::cancelAll()
{
    for (Download *file : m_files)
        file->cancel();
}

void DownloadDesk::showTotals()
{
    const int active = running();
    m_start->setEnabled(!m_files.isEmpty() && active < m_files.size());
    m_stop->setEnabled(active > 0);
    if (m_files.isEmpty())
        m_about->setText(tr("Enable the plugin “Downloads” to get files."));
    else if (active)
        m_about->setText(tr("%1 at a time, %2 MB so far").arg(active).arg(megabytes(received())));
    else
        m_about->setText(tr("%1 files at %2").arg(m_files.size()).arg(m_server));
}
