// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/objects.md.
#include <functional>
#include <memory>

#include <QApplication>
#include <QDebug>
#include <QFuture>
#include <QPromise>
#include <QStandardItemModel>
#include <QThread>
#include <QTimer>
#include <qi/qi.h>
#include <qi/qt.hpp>

// [engine]
using Rule = std::function<bool(double)>;

class Engine : public QObject
{
    Q_OBJECT

  public:
    Q_INVOKABLE void setRule(const Rule &rule) { m_rule = rule; }
    Q_INVOKABLE QFuture<double> total(const QList<double> &amounts);
    // [/engine]

    Q_INVOKABLE void show(const QString &text) { shown = text; }

    ~Engine() override
    {
        if (m_worker)
            m_worker->wait();
    }

    QString shown;

  private:
    Rule m_rule;
    std::unique_ptr<QThread> m_worker;
};

QFuture<double> Engine::total(const QList<double> &amounts)
{
    QList<double> counted;
    for (double amount : amounts) {
        if (!m_rule || m_rule(amount))
            counted.append(amount);
    }
    auto promise = std::make_shared<QPromise<double>>();
    promise->start();
    promise->setProgressRange(0, int(counted.size()));
    m_worker.reset(QThread::create([promise, counted] {
        double sum = 0;
        for (qsizetype i = 0; i < counted.size() && !promise->isCanceled(); i++) {
            sum += counted[i];
            promise->setProgressValue(int(i) + 1);
        }
        promise->addResult(sum);
        promise->finish();
    }));
    m_worker->start();
    return promise->future();
}

static int fail()
{
    qCritical("%s", qi_last_error()->message);
    return 1;
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    Engine engine;
    QStandardItemModel orders(0, 2);
    orders.setHorizontalHeaderLabels({"customer", "amount"});
    for (int i = 1; i <= 4; ++i) {
        auto *amount = new QStandardItem;
        amount->setData(50.0 * i, Qt::DisplayRole);
        orders.appendRow({new QStandardItem(QString("customer %1").arg(i)), amount});
    }
    const char *folders[] = {"plugins"};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = folders;
    config.module_path_count = 1;
    qi_runtime *python = nullptr;
    // [register]
    qi::registerCallback<bool(double)>();
    // [/register]
    if (qi_runtime_init(&config, &python) != QI_OK ||
        qi_object_register(python, "engine", &engine) != QI_OK ||
        qi_object_register(python, "orders", &orders) != QI_OK ||
        qi_run_task(python, "reports:report", nullptr, 0, nullptr, nullptr) != QI_OK)
        return fail();
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &app, [&] {
        if (!engine.shown.isEmpty())
            app.quit();
    });
    poll.start(5);
    app.exec();
    qDebug() << engine.shown;
    const bool marked = orders.item(3)->toolTip() == "big";
    return engine.shown == "350 of customer 3, customer 4" && marked ? 0 : 1;
}

#include "objects.moc"
