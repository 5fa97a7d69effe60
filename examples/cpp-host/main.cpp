// SPDX-License-Identifier: BSD-3-Clause
//
// A host in C++: a class of its own, whose signal launches a coroutine of a plugin. The plugin answers
// through a slot, reads a property, and the program prints the balance.
//
//     cpp-host [FOLDER OF THE PLUGINS]
#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtCore/QTextStream>
#include <QtCore/QTimer>
#include <qi/qi.h>

// What the plugin sees as qi.host.account.
class Account : public QObject
{
    Q_OBJECT
    Q_PROPERTY(double balance MEMBER m_balance NOTIFY balanceChanged)

  public:
    Q_INVOKABLE void book(const QString &text, double amount)
    {
        m_balance += amount;
        QTextStream(stdout) << text << ": " << amount << '\n';
        Q_EMIT balanceChanged(m_balance);
    }

  Q_SIGNALS:
    void paymentArrived(const QString &from, double amount);
    void balanceChanged(double balance);

  private:
    double m_balance = 100;
};

static int fail(const char *what)
{
    QTextStream(stderr) << what << ": " << qi_last_error()->message << '\n';
    return 1;
}

static void onError(const qi_error *error, const qi_origin *, void *)
{
    QTextStream(stderr) << (error->traceback ? error->traceback : error->message) << '\n';
    QCoreApplication::exit(1);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    Account account;

    // What the user types begins where he is; what is configured, at the program.
    const QByteArray folder = argc > 1 ? QFileInfo(app.arguments().at(1)).absoluteFilePath().toUtf8()
                                       : QByteArray("plugins");
    const char *paths[] = {folder.constData()};
    qi_config config;
    qi_config_init(&config);
    config.module_paths = paths;
    config.module_path_count = 1;
    config.error = onError;
    qi_runtime *runtime = nullptr;
    if (qi_runtime_init(&config, &runtime) != QI_OK)
        return fail("qi_runtime_init");

    // The plugin's coroutines reach the account by its name, and handle payments one after the other.
    qi_connection_options options;
    qi_connection_options_init(&options);
    options.overlap = QI_OVERLAP_QUEUE;
    if (qi_object_register(runtime, "account", &account) != QI_OK ||
        qi_asyncslot_connect(runtime, &account, "paymentArrived", "bank:credit", &options,
                             nullptr) != QI_OK)
        return fail("connecting the account");

    // Two payments arrive; when both are booked, with interest, the program is done.
    QObject::connect(&account, &Account::balanceChanged, &app, [](double balance) {
        if (balance > 147)
            QCoreApplication::quit();
    });
    QTimer::singleShot(0, &account, [&account] {
        Q_EMIT account.paymentArrived("Ada", 30);
        Q_EMIT account.paymentArrived("Grace", 15);
    });
    const int code = app.exec(); // aboutToQuit shuts the runtime down
    QTextStream(stdout) << "balance: " << account.property("balance").toDouble() << '\n';
    return code;
}

#include "main.moc"
