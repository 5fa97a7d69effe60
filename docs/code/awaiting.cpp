// SPDX-License-Identifier: BSD-3-Clause
// The program of "What else is awaited" in docs/guide/objects.md.
#include <QApplication>
#include <QBuffer>
#include <QDebug>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTimer>

// [headers]
#include <qi/network.hpp>
#include <qi/qi.hpp>
// [/headers]

// [scan]
class Scan : public QObject
{
    Q_OBJECT

  public:
    bool isFinished() const { return m_finished; }
    QString text() const { return m_text; }
    Q_INVOKABLE void start();
    void stop();

  signals:
    void finished();
    // [/scan]

  private:
    bool m_finished = false;
    QString m_text;
};

void Scan::start()
{
    m_finished = false;
    QTimer::singleShot(5, this, [this] {
        m_text = "one page";
        m_finished = true;
        emit finished();
    });
}

void Scan::stop()
{
    m_finished = true;
    emit finished();
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QNetworkAccessManager manager;
    QProcess process;
    Scan scan;
    // [register]
    qi::registerAwaitable<Scan>(&Scan::finished, &Scan::isFinished, &Scan::text, &Scan::stop);
    qi::registerNetwork(); // QNetworkReply and sockets; qi::registerDBus() of <qi/dbus.hpp> is another
    // [/register]
    auto python = qi::Runtime::start(qi::Config().modulePaths({"plugins"}));
    if (!python)
        qFatal("%s", qPrintable(python.error().message));
    QNetworkReply *reply = manager.get(QNetworkRequest(QUrl("data:text/plain,a price list")));
    process.start("/bin/sh", {"-c", "exit 2"});
    if (!python->registerObject("scan", &scan) || !python->registerObject("process", &process) ||
        !python->registerObject("reply", reply))
        return 1;
    const qi::Task<QStringList> told = python->run<QStringList>("awaiting:everything");
    told.then(&app, [](const qi::Result<QStringList> &) { QCoreApplication::quit(); });
    app.exec();
    const auto result = told.result();
    qDebug() << (result ? *result : QStringList{result.error().message});
    return result && *result == QStringList{"one page", "2", "a price list"} ? 0 : 1;
}

#include "awaiting.moc"
