/* SPDX-License-Identifier: BSD-3-Clause */
// The demo runs by itself what it came with, to the byte, and asks for all else: whatever it is called, wherever it lies, and
// whatever its settings and consents say.
#include "apps/demo/plugins.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>

#include "tests/support/catch.h"
#include "tests/support/host.h"

namespace
{

const QStringList kShipped = {"downloads", "feed", "orders", "ticker", "trouble"};

class Demo : public tests::Host
{
  public:
    // With a copy of what it comes with, as it was installed.
    Demo()
    {
        REQUIRE(directory.isValid());
        QDirIterator files(QI_DEMO_PLUGINS, {"*.py", "*.toml"}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            REQUIRE(file.open(QIODevice::ReadOnly));
            write(QDir(QI_DEMO_PLUGINS).relativeFilePath(file.fileName()), file.readAll());
        }
    }
    ~Demo() { CHECK(shutdown() == QI_OK); }

    void write(const QString &name, const QByteArray &text)
    {
        const QString path = directory.filePath("plugins/" + name);
        REQUIRE(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        REQUIRE(file.open(QIODevice::WriteOnly));
        REQUIRE(file.write(text) == text.size());
    }

    // A plugin that would tell that it was run.
    void writeStranger(const QString &id)
    {
        QDir(directory.filePath("plugins/" + id)).removeRecursively();
        write(id + "/plugin.toml",
              QString("[plugin]\nid = \"%1\"\nname = \"%1\"\nversion = \"1\"\nentry = \"%1\"\n")
                  .arg(id)
                  .toUtf8());
        write(id + "/" + id + ".py",
              "import builtins\nbuiltins.ran = True\nasync def activate(ctx): pass\n");
    }

    void set(const QString &key, const QVariant &value)
    {
        QSettings(directory.filePath("settings.ini"), QSettings::IniFormat).setValue(key, value);
    }

    // Until it is known of each of these plugins whether it may run. The answer to each question is no.
    void start(const QStringList &ids = kShipped)
    {
        const PluginPlaces places{directory.filePath("plugins"), directory.filePath("settings.ini"),
                                  directory.filePath("data")};
        REQUIRE(plugins.start(runtime, places, refuse, this));
        for (const QString &id : ids)
            until([&] {
                const QString state = plugins.state(id);
                return state == "active" || state == "failed" || state == "blocked";
            });
        settle();
        take_reports(); // the demo's window, which the plugins look for, is not there
        CHECK(eval("hasattr(__import__('builtins'), 'ran')") == "False");
    }

    QTemporaryDir directory;
    Plugins plugins;
    QStringList asked; // "new orders", and so on

  private:
    static bool refuse(const qi_plugin_consent *consent, void *user)
    {
        static_cast<Demo *>(user)->asked << QString("%1 %2").arg(consent->reason, consent->id);
        return false;
    }
};

std::string sorted(QStringList list)
{
    list.sort();
    return list.join(", ").toStdString();
}

} // namespace

TEST_CASE("what the demo came with runs without a question")
{
    Demo demo;
    demo.start();
    CHECK(sorted(demo.asked) == "");
    for (const QString &id : kShipped)
        CHECK(demo.plugins.state(id) != "blocked");
}

TEST_CASE("a plugin that was changed before the first start is asked for")
{
    Demo demo;
    demo.write("orders/__init__.py", "import builtins\nbuiltins.ran = True\n");
    demo.write("ticker/extra.py", "");
    demo.start();
    CHECK(sorted(demo.asked) == "new orders, new ticker");
    CHECK(demo.plugins.state("orders") == "blocked");
    CHECK(demo.plugins.state("ticker") == "blocked");
}

TEST_CASE("a folder that somebody has dropped beside the demo's is asked for, and so is one in "
          "their place")
{
    Demo demo;
    demo.writeStranger("later");
    demo.writeStranger("feed");
    demo.set("plugins/later/enabled", true);
    demo.start(kShipped + QStringList("later"));
    CHECK(sorted(demo.asked) == "new feed, new later");
}

TEST_CASE("a folder of strangers with the demo's ids is asked for, whole")
{
    Demo demo;
    for (const QString &id : kShipped)
        demo.writeStranger(id);
    demo.start();
    CHECK(sorted(demo.asked) == "new downloads, new feed, new orders, new ticker, new trouble");
}

TEST_CASE("a plugin that was changed is asked for where the consents were lost")
{
    Demo demo;
    demo.set("demo/started", true);
    for (const QString &id : kShipped)
        demo.set("plugins/" + id + "/enabled", true);
    demo.write("trouble/__init__.py", "import builtins\nbuiltins.ran = True\n");
    demo.start();
    CHECK(sorted(demo.asked) == "new trouble");
}

TEST_CASE("what the demo came with is not agreed to under another id")
{
    Demo demo;
    // Its manifest says "orders" still.
    QDir().rename(demo.directory.filePath("plugins/orders"),
                  demo.directory.filePath("plugins/borders"));
    demo.set("plugins/borders/enabled", true);
    demo.start({"downloads", "feed", "ticker", "trouble"});
    CHECK(sorted(demo.asked) == "");
    CHECK(demo.plugins.state("orders") != "active");
    CHECK(demo.plugins.state("borders") != "active");
}
