// SPDX-License-Identifier: BSD-3-Clause
// What all widgets share: colours that can be read, icons that follow the palette, translations.
#include "runtime/widgets/theme.h"

#include <set>

#include <QtGui/qfontinfo.h>
#include <QtGui/qimage.h>
#include <QtGui/qpixmap.h>

#include <qi/widgets.hpp>

#include <QtWidgets/qplaintextedit.h>

#include "tests/support/catch.h"
#include "tests/widgets/desk.h"

using namespace qi::theme;

TEST_CASE("every_colour_is_readable_on_light_and_dark")
{
    tests::Desk desk;

    for (const QPalette &palette : {tests::light_palette(), tests::dark_palette()}) {
        const QColor base = palette.color(QPalette::Base);
        for (int role = 0; role < ROLES; role++) {
            INFO("role " << role << (is_dark(palette) ? ", dark" : ", light"));
            CHECK(contrast(color(Role(role), palette), base) >= 4.5);
        }
        for (int index = 0; index < 16; index++) {
            INFO("terminal colour " << index);
            CHECK(contrast(terminal_color(index, palette), base) >= 4.5);
        }
    }
    CHECK(is_dark(tests::dark_palette()));
    CHECK_FALSE(is_dark(tests::light_palette()));
}

TEST_CASE("any_colour_is_made_readable_on_any_background")
{
    tests::Desk desk;

    for (int background = 0; background < 256; background += 15) {
        const QColor base(background, background, background);
        for (int hue = 0; hue < 360; hue += 30) {
            INFO(background << " " << hue);
            CHECK(contrast(readable(QColor::fromHsv(hue, 200, 128), base), base) >= 4.5);
        }
    }
    CHECK(readable(Qt::black, Qt::white) == QColor(Qt::black));
}

TEST_CASE("the_fixed_font_has_the_size_of_the_other")
{
    tests::Desk desk;
    QFont like = QApplication::font();
    like.setPointSizeF(13.5);

    CHECK(fixed_font(like).pointSizeF() == 13.5);
    like.setPixelSize(21);
    CHECK(fixed_font(like).pixelSize() == 21);
}

static bool shows_something(const QImage &image)
{
    for (int y = 0; y < image.height(); y++) {
        for (int x = 0; x < image.width(); x++) {
            if (qAlpha(image.pixel(x, y)) > 128)
                return true;
        }
    }
    return false;
}

TEST_CASE("each_icon_is_drawn_at_any_size_and_in_the_colour_of_the_palette")
{
    tests::Desk desk;
    std::set<QByteArray> different;

    for (int which = 0; which < ICONS; which++) {
        INFO("icon " << which);
        const QIcon drawn = icon(Icon(which));
        for (int size : {12, 16, 48})
            CHECK(shows_something(drawn.pixmap(size).toImage()));
        QApplication::setPalette(tests::light_palette());
        const QImage light = drawn.pixmap(32).toImage();
        QApplication::setPalette(tests::dark_palette());
        CHECK(drawn.pixmap(32).toImage() != light);
        CHECK(drawn.pixmap(32, QIcon::Disabled).toImage() != drawn.pixmap(32).toImage());
        different.insert(
            QByteArray(reinterpret_cast<const char *>(light.constBits()), light.sizeInBytes()));
    }
    CHECK(different.size() == size_t(ICONS));
}

TEST_CASE("the_widgets_speak_german")
{
    tests::Desk desk;

    if (!qi::translateWidgets(QLocale(QLocale::German))) {
        WARN("Qt's lrelease was not there when the library was built");
        return;
    }
    qi::ScriptConsole console(desk.runtime);
    CHECK(console.windowTitle() == QStringLiteral("Konsole"));
    CHECK(console.execute(QStringLiteral("exit()")));
    CHECK(console.transcript().contains(QStringLiteral("Die Anwendung läuft weiter")));
    const auto *input = console.findChild<QPlainTextEdit *>(QStringLiteral("input"));
    CHECK(input->accessibleName() == QStringLiteral("Eingabe der Konsole"));
}

TEST_CASE("a_locale_without_translation_is_told")
{
    tests::Desk desk;

    CHECK(qi::translateWidgets(QLocale(QLocale::English)));
    CHECK_FALSE(qi::translateWidgets(QLocale(QLocale::Icelandic)));
}
