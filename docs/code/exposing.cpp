// SPDX-License-Identifier: BSD-3-Clause
// The program of docs/guide/exposing.md.
#include <optional>

#include <QApplication>
#include <QDebug>
#include <QFuture>
#include <QHash>
#include <QImage>
#include <QProgressBar>
#include <QPromise>
#include <qi/qi.hpp>

// [money]
struct Money {
    qint64 cents = 0;

    QString text() const { return QString::number(double(cents) / 100, 'f', 2); }
    static std::optional<Money> parse(const QString &text)
    {
        bool is_number = false;
        const double amount = text.toDouble(&is_number);
        return is_number ? std::optional<Money>(Money{qRound64(amount * 100)}) : std::nullopt;
    }
};
Q_DECLARE_METATYPE(Money)
// [/money]

// [desk]
class Desk : public QObject
{
    Q_OBJECT

  public:
    Money order(const QString &symbol, int count)
    {
        ordered[symbol] += count;
        return {1999 * count};
    }

    QHash<QString, int> ordered;
};
// [/desk]

// [function]
/* In C: count and kinds of the arguments are as the signature says. */
static int capital(const qi_value *args, size_t, qi_value *result, void *user)
{
    const auto *capitals = static_cast<const QHash<QString, QByteArray> *>(user);
    const auto found = capitals->constFind(QString::fromUtf8(args[0].as.text.data));
    if (found == capitals->constEnd())
        return qi_fail(QI_ERR_NOT_FOUND, "there is no such country");
    *result = qi_text_n(found->constData(), size_t(found->size()));
    return QI_OK;
}
// [/function]

static QImage painted()
{
    QImage image(4, 2, QImage::Format_RGB888);
    image.fill(QColor(10, 20, 30));
    return image;
}

static int expose_in_c(qi_runtime *runtime, QHash<QString, QByteArray> *capitals)
{
    // [c]
    qi_function function;
    qi_function_init(&function);
    function.call = capital;
    function.user = capitals;
    function.signature = "(country: str) -> str";
    function.doc = "The capital of a country.";
    return qi_function_register(runtime, "atlas.capital", &function);
    // [/c]
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    Desk desk;
    QProgressBar bar;
    QImage shown;
    QHash<QString, QByteArray> capitals = {{"France", "Paris"}, {"Peru", "Lima"}};
    // [convert]
    qi::registerConverter<Money>(&Money::text, &Money::parse);
    // [/convert]
    qi::Runtime python = qi::Runtime::start(qi::Config().modulePaths({"plugins"})).expect("Python");

    // [expose]
    python
        .registerFunction("desk.order", &desk, &Desk::order,
                          {{"symbol", {"count", 1}}, "Buys shares."})
        .expect("desk.order");
    python
        .registerFunction("desk.rate",
                          [](const QString &from, const QString &to) -> qi::Result<double> {
                              if (from == to)
                                  return qi::Error::make(QI_ERR_ARGUMENT,
                                                         "that is the same currency");
                              return 1.08;
                          },
                          {{"from_", "to"}})
        .expect("desk.rate");
    // [/expose]
    // [pool]
    qi::FunctionOptions pool;
    pool.parameters = {"numbers"};
    pool.onPool = true;
    python
        .registerFunction(
            "math.total",
            [](const std::vector<double> &numbers) {
                double sum = 0;
                for (double number : numbers)
                    sum += number;
                return sum;
            },
            pool)
        .expect("math.total");
    // [/pool]
    // [image]
    python.registerFunction("screen", painted).expect("screen");
    python.registerFunction("show", [&](const QImage &image) { shown = image; }, {{"image"}})
        .expect("show");
    // [/image]
    if (expose_in_c(python.handle(), &capitals) != QI_OK)
        qFatal("%s", qi_last_error()->message);

    // [progress]
    qi::TaskOptions options;
    options.progress = [&](const qi::Progress &progress) {
        bar.setMaximum(int(progress.maximum));
        bar.setValue(int(progress.value));
        bar.setFormat(progress.text);
    };
    python.run<QString>(options, "exposed:work").then(&app, [&](const qi::Result<QString> &done) {
        qInfo().noquote() << (done ? *done : done.error().message);
        app.exit(done ? 0 : 1);
    });
    // [/progress]
    const int status = app.exec();
    const bool right = desk.ordered.value("ACME") == 3 && bar.value() == 3 && bar.maximum() == 3 &&
                       shown.size() == QSize(4, 2) &&
                       shown.pixelColor(0, 0) == QColor(245, 235, 225);
    return status || !right;
}

#include "exposing.moc"
