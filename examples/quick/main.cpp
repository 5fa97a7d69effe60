// SPDX-License-Identifier: BSD-3-Clause
//
// A window of Qt Quick whose buttons run coroutines of a plugin: main.qml has all of it.
//
//     quick [FOLDER OF THE PLUGINS [PICTURE]]
//
// With the name of a picture the window presses its button by itself, is saved to that file when the answer is
// there, and the program ends.
#include <QtCore/QTextStream>
#include <QtCore/QTimer>
#include <QtGui/QGuiApplication>
#include <QtGui/QImage>
#include <QtQml/QQmlApplicationEngine>
#include <QtQuick/QQuickWindow>

#include <qi/qi.hpp>
#include <qi/qml.hpp>

// Saves the window, and quits.
class Photographer : public QObject
{
    Q_OBJECT

  public:
    Photographer(QQuickWindow *window, const QString &file)
        : QObject(window), m_window(window), m_file(file)
    {
        connect(window, SIGNAL(measured(int)), this, SLOT(take(int)));
        QTimer::singleShot(0, window, [window] { QMetaObject::invokeMethod(window, "measure"); });
    }

  private Q_SLOTS:
    void take(int count)
    {
        QTextStream(stdout) << "points: " << count << '\n';
        if (!m_window->grabWindow().save(m_file))
            QTextStream(stderr) << "no picture: " << m_file << '\n';
        QCoreApplication::quit();
    }

  private:
    QQuickWindow *m_window;
    QString m_file;
};

int main(int argc, char **argv)
{
    QGuiApplication app(argc, argv);
    const QString folder = app.arguments().value(1, QStringLiteral("plugins"));
    const auto python = qi::Runtime::start(qi::Config().modulePaths({folder})).expect("Python");

    qi::registerQml(); // for `import Qi`
    QQmlApplicationEngine engine(QUrl(QStringLiteral("qrc:/main.qml")));
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
    if (!window)
        return 1; // QML has said why
    if (argc > 2)
        new Photographer(window, app.arguments().at(2));
    return app.exec(); // aboutToQuit shuts the runtime down
}

#include "main.moc"
