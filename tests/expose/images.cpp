/* SPDX-License-Identifier: BSD-3-Clause */
// QImage, QByteArray and qi::Buffer share memory with Python.
#include <string>
#include <thread>

#include <QtCore/qbuffer.h>
#include <QtCore/qobject.h>
#include <QtGui/qimage.h>

#include <qi/buffer.hpp>
#include <qi/image.hpp>
#include <qi/qi.h>

#include "tests/support/catch.h"
#include "tests/support/host.h"
#include "tests/support/raises.h"
#include "tests/support/show.h"

using tests::Host;
using tests::raises;
using tests::show;

namespace
{

class Studio : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QImage image MEMBER image NOTIFY changed)

  public:
    Q_INVOKABLE QImage picture() const { return image; }
    Q_INVOKABLE void hang(const QImage &given) { image = given; }
    Q_INVOKABLE QByteArray bytes(const QByteArray &given) { return given; }
    Q_INVOKABLE qi::Buffer block() const { return qi::Buffer(data); }
    Q_INVOKABLE void take(const qi::Buffer &given) { buffer = given; }
    Q_INVOKABLE void keep(const QByteArray &given) { data = given; }
    Q_INVOKABLE int count(const QList<QImage> &images) const { return int(images.size()); }
    Q_INVOKABLE QList<QImage> twice() const { return {image, image}; }

    QImage image;
    QByteArray data;
    qi::Buffer buffer;

  Q_SIGNALS:
    void changed(const QImage &image);
};

void begin(Host &host, Studio &studio)
{
    qi::registerImage();
    show(host, "studio", &studio);
    host.exec("import numpy");
}

QImage gradient(QImage::Format format, int width = 3, int height = 2)
{
    QImage image(width, height, QImage::Format_RGBA8888);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            image.setPixelColor(x, y, QColor(10 * x, 20 * y, 30, 255));
    }
    return image.convertToFormat(format);
}

/* Python's addresses of memory, as text. */
std::string address(const void *data)
{
    return std::to_string(quintptr(data));
}

} // namespace

TEST_CASE("image arrives as a buffer of its own memory")
{
    Host host;
    Studio studio;
    begin(host, studio);

    studio.image = gradient(QImage::Format_RGB888, 5, 4);
    host.exec("image = studio.picture(); array = numpy.asarray(image)");
    CHECK(host.eval("type(image) is qi.Buffer, image.width, image.height, image.format, "
                    "image.channels") == "(True, 5, 4, 'RGB888', 'RGB')");
    CHECK(host.eval("array.shape, array.dtype.name, array.strides, array.flags.writeable") ==
          "((4, 5, 3), 'uint8', (16, 3, 1), False)");
    CHECK(host.eval("array[3, 4].tolist(), array[0, 1].tolist()") == "([40, 60, 30], [10, 0, 30])");
    CHECK(host.eval("array.__array_interface__['data'][0]") == address(studio.image.constBits()));
    CHECK(host.eval("image.shape, image.strides, image.nbytes, image.readonly, len(image)") ==
          "((4, 5, 3), (16, 3, 1), 60, True, 4)");
    CHECK(host.eval("len(bytes(image)), 'width' in dir(image)") == "(60, True)");
    CHECK(host.eval("image").find("<qi.Buffer B, shape (4, 5, 3), read-only, {") == 0);
    CHECK(raises(host, "image.depth").find("AttributeError") == 0);
}

TEST_CASE("formats have the shape and type of their pixels")
{
    Host host;
    Studio studio;
    begin(host, studio);
    host.exec("def look():\n"
              "    image = studio.picture(); array = numpy.asarray(image)\n"
              "    return image.format, image.channels, array.shape, array.dtype.name, "
              "array[1, 2].tolist()");

    const struct {
        QImage::Format format;
        const char *expected;
    } cases[] = {
        {QImage::Format_RGB32, "('RGB32', 'BGRX', (2, 3, 4), 'uint8', [30, 20, 20, 255])"},
        {QImage::Format_ARGB32, "('ARGB32', 'BGRA', (2, 3, 4), 'uint8', [30, 20, 20, 255])"},
        {QImage::Format_RGBA8888, "('RGBA8888', 'RGBA', (2, 3, 4), 'uint8', [20, 20, 30, 255])"},
        {QImage::Format_BGR888, "('BGR888', 'BGR', (2, 3, 3), 'uint8', [30, 20, 20])"},
        {QImage::Format_RGBA64,
         "('RGBA64', 'RGBA', (2, 3, 4), 'uint16', [5140, 5140, 7710, 65535])"},
        {QImage::Format_Grayscale8, "('Grayscale8', 'L', (2, 3), 'uint8', 21)"},
        {QImage::Format_RGB16, "('RGB16', '', (2, 3), 'uint16', 4259)"},
    };
    for (const auto &one : cases) {
        studio.image = gradient(one.format);
        CHECK(host.eval("look()") == one.expected);
    }
    studio.image = gradient(QImage::Format_RGBA32FPx4);
    CHECK(host.eval("look()[2:4]") == "((2, 3, 4), 'float32')");
    studio.image = gradient(QImage::Format_RGBA16FPx4);
    CHECK(host.eval("look()[2:4]") == "((2, 3, 4), 'float16')");
    studio.image = gradient(QImage::Format_Grayscale16);
    CHECK(host.eval("look()[2:4]") == "((2, 3), 'uint16')");
    studio.image = gradient(QImage::Format_Mono, 11, 2);
    CHECK(host.eval("numpy.asarray(studio.picture()).shape") == "(2, 2)");
    studio.image = QImage();
    CHECK(host.eval("studio.picture()") == "None");
}

TEST_CASE("memory outlives the image, and nobody sees what C++ paints later")
{
    Host host;
    Studio studio;
    begin(host, studio);

    studio.image = gradient(QImage::Format_RGB888);
    host.exec("array = numpy.asarray(studio.picture())");
    studio.image.fill(Qt::white);
    CHECK(host.eval("array[0, 1].tolist()") == "[10, 0, 30]");
    studio.image = QImage();
    host.exec("gc.collect()");
    CHECK(host.eval("array[1, 1].tolist()") == "[10, 20, 30]");
}

TEST_CASE("image cannot be written, a copy can, and goes back without another one")
{
    Host host;
    Studio studio;
    begin(host, studio);

    studio.image = gradient(QImage::Format_RGB32);
    host.exec("image = studio.picture()");
    CHECK(raises(host, "memoryview(image)[0, 0, 0] = 1").find("TypeError") == 0);
    host.exec("copy = image.copy(); array = numpy.asarray(copy); array[0, 0] = (1, 2, 3, 255)\n"
              "studio.hang(copy)");
    CHECK(studio.image.format() == QImage::Format_RGB32);
    CHECK(studio.image.pixelColor(0, 0) == QColor(3, 2, 1));
    CHECK(host.eval("array.__array_interface__['data'][0]") == address(studio.image.constBits()));
    host.exec("array[0, 0] = (9, 8, 7, 255)");
    CHECK(studio.image.pixelColor(0, 0) == QColor(7, 8, 9));
    /* Who paints detaches. */
    studio.image.setPixelColor(0, 0, Qt::black);
    CHECK(host.eval("array[0, 0].tolist()") == "[9, 8, 7, 255]");

    /* What came from C++ is the same image again. */
    studio.image = gradient(QImage::Format_RGB888);
    const void *bits = studio.image.constBits();
    host.exec("image = studio.picture(); studio.hang(None)");
    CHECK(studio.image.isNull());
    host.exec("studio.hang(image)");
    CHECK(studio.image.constBits() == bits);
}

TEST_CASE("arrays become images that share their memory")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("array = numpy.zeros((2, 3, 3), 'uint8'); array[1, 2] = (1, 2, 3)\n"
              "studio.hang(array)");
    CHECK(studio.image.format() == QImage::Format_RGB888);
    CHECK(studio.image.size() == QSize(3, 2));
    CHECK(studio.image.pixelColor(2, 1) == QColor(1, 2, 3));
    CHECK(host.eval("array.__array_interface__['data'][0]") == address(studio.image.constBits()));

    host.exec("studio.hang(numpy.full((2, 3), 7, 'uint8'))");
    CHECK(studio.image.format() == QImage::Format_Grayscale8);
    host.exec("studio.hang(numpy.full((2, 3), 700, 'uint16'))");
    CHECK(studio.image.format() == QImage::Format_Grayscale16);
    host.exec("studio.hang(numpy.zeros((2, 3, 4), 'uint8'))");
    CHECK(studio.image.format() == QImage::Format_RGBA8888);
    host.exec("studio.hang(numpy.ones((2, 3, 4), 'float32'))");
    CHECK(studio.image.format() == QImage::Format_RGBA32FPx4);
    host.exec("studio.hang(memoryview(bytes(range(24))).cast('B', (2, 3, 4)))");
    CHECK(studio.image.pixelColor(2, 1) == QColor(20, 21, 22, 23));
}

TEST_CASE("rows that are not whole are copied, and read right")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("whole = numpy.arange(4 * 6 * 3, dtype='uint8').reshape(4, 6, 3)\n"
              "studio.hang(whole[1:3, 2:5])");
    CHECK(studio.image.size() == QSize(3, 2));
    CHECK(studio.image.pixelColor(0, 0) == QColor(24, 25, 26));
    CHECK(studio.image.pixelColor(2, 1) == QColor(48, 49, 50));
    host.exec("studio.hang(whole[::-1, ::-1, ::-1])");
    CHECK(studio.image.pixelColor(0, 0) == QColor(71, 70, 69));
    host.exec("studio.hang(whole.transpose(1, 0, 2))");
    CHECK(studio.image.size() == QSize(4, 6));
    CHECK(studio.image.pixelColor(1, 0) == QColor(18, 19, 20));
}

TEST_CASE("what is no image is refused with a reason")
{
    Host host;
    Studio studio;
    begin(host, studio);

    CHECK(raises(host, "studio.hang('x')").find("TypeError: Studio.hang(), argument 1: QImage: an object with the buffer protocol") ==
          0);
    CHECK(raises(host, "studio.hang(numpy.zeros((2, 3, 5), 'uint8'))")
              .find("ValueError: Studio.hang(), argument 1: QImage: an array of shape (2, 3, 5)") ==
          0);
    CHECK(raises(host, "studio.hang(numpy.zeros((2, 3), 'float64'))").find("ValueError") == 0);
    CHECK(raises(host, "studio.hang(b'no picture')").find("no image file") != std::string::npos);
    CHECK(raises(host, "studio.hang(qi.Buffer(numpy.zeros((2, 3), 'uint8'), format='RGBX'))")
              .find("'RGBX' is no format") != std::string::npos);
    CHECK(raises(host, "studio.hang(qi.Buffer(numpy.zeros((2, 3), 'uint8'), format='RGB32'))")
              .find("does not fit the format RGB32") != std::string::npos);
    CHECK(studio.image.isNull());
}

TEST_CASE("file's contents become an image")
{
    Host host;
    Studio studio;
    begin(host, studio);

    QBuffer file;
    file.open(QIODevice::WriteOnly);
    REQUIRE(gradient(QImage::Format_RGB32).save(&file, "PNG"));
    studio.data = file.data();
    host.exec("studio.hang(studio.block())");
    CHECK(studio.image.pixelColor(2, 1) == QColor(20, 20, 30));
}

TEST_CASE("array named as another format is one")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("array = numpy.zeros((2, 3, 4), 'uint8'); array[...] = (1, 2, 3, 255)\n"
              "studio.hang(qi.Buffer(array, format='ARGB32'))");
    CHECK(studio.image.format() == QImage::Format_ARGB32);
    CHECK(studio.image.pixelColor(1, 1) == QColor(3, 2, 1));
    host.exec("studio.hang(qi.Buffer(numpy.full((2, 3), 0xffff, 'uint16'), format='RGB16'))");
    CHECK(studio.image.pixelColor(1, 1) == QColor(Qt::white));
}

TEST_CASE("array lives as long as the image, whose end takes the GIL in any thread")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("class Array(numpy.ndarray): pass\n"
              "array = numpy.zeros((2, 3), 'uint8').view(Array); alive = weakref.ref(array)\n"
              "studio.hang(array); del array; gc.collect()");
    CHECK(host.eval("alive() is None") == "False");
    QImage copy = studio.image;
    studio.image = QImage();
    CHECK(host.eval("alive() is None") == "False");
    std::thread([&] { copy = QImage(); }).join();
    CHECK(host.eval("alive() is None") == "True");
}

TEST_CASE("images in containers, signals and properties")
{
    Host host;
    Studio studio;
    begin(host, studio);

    studio.image = gradient(QImage::Format_RGB888);
    CHECK(host.eval("[image.width for image in studio.twice()], studio.count(studio.twice())") ==
          "([3, 3], 2)");
    CHECK(host.eval("studio.image.height") == "2");
    host.exec("got = []; studio.changed.connect(lambda image: got.append(image.format))\n"
              "studio.image = numpy.zeros((1, 1), 'uint8')");
    CHECK(host.eval("got") == "['Grayscale8']");
    CHECK(raises(host, "studio.count([1])").find("QImage") != std::string::npos);
}

TEST_CASE("buffer of bytes is shared both ways")
{
    Host host;
    Studio studio;
    begin(host, studio);

    studio.data = QByteArray("a block of data");
    host.exec("block = studio.block()");
    CHECK(host.eval("numpy.asarray(block).__array_interface__['data'][0]") ==
          address(studio.data.constData()));
    CHECK(host.eval("bytes(block), block.readonly") == "(b'a block of data', True)");
    const void *data = studio.data.constData();
    host.exec("studio.keep(block)"); /* a QByteArray again, the same */
    CHECK(studio.data.constData() == data);

    host.exec("array = numpy.arange(6, dtype='float64').reshape(2, 3); studio.take(array)");
    const qi::Buffer::Layout &layout = studio.buffer.layout();
    CHECK(layout.item == "d");
    CHECK(layout.shape == QList<qsizetype>{2, 3});
    CHECK(layout.strides == QList<qsizetype>{24, 8});
    CHECK(host.eval("array.__array_interface__['data'][0]") == address(studio.buffer.data()));
    CHECK(studio.buffer.size() == 48);
    REQUIRE(studio.buffer.writableData());
    static_cast<double *>(studio.buffer.writableData())[5] = 7;
    CHECK(host.eval("float(array[1, 2])") == "7.0");
    host.exec("studio.take(array[:, ::2])");
    CHECK_FALSE(studio.buffer.isContiguous());
    CHECK(studio.buffer.bytes().size() == 32);
    CHECK(reinterpret_cast<const double *>(studio.buffer.contiguous().data())[3] == 7);
    host.exec("studio.take(b'abc')");
    CHECK(studio.buffer.bytes() == "abc");
    CHECK(studio.buffer.writableData() == nullptr);
    host.exec("studio.take(None)");
    CHECK_FALSE(bool(studio.buffer));
    CHECK(raises(host, "studio.take(3)").find("buffer protocol") != std::string::npos);
}

TEST_CASE("buffers keep the rules of Python's protocol")
{
    Host host;
    Studio studio;
    begin(host, studio);

    studio.image = gradient(QImage::Format_RGB888, 5, 4); /* rows are padded */
    host.exec("image = studio.picture(); view = memoryview(image)");
    CHECK(host.eval("view.readonly, view.shape, view.c_contiguous, view.obj is image") ==
          "(True, (4, 5, 3), False, True)");
    CHECK(host.eval("view[3, 4, 1], view.tobytes() == bytes(image)") == "(60, True)");
    CHECK(raises(host, "view.cast('B')").find("TypeError") == 0);
    CHECK(host.eval("memoryview(image.copy()).cast('B').nbytes") == "60");
    CHECK(raises(host, "import zlib; zlib.crc32(image)").find("BufferError") == 0);
    CHECK(raises(host, "import io; io.BytesIO(b'abc').readinto(image)").find("Error") !=
          std::string::npos);
    CHECK(raises(host, "qi.Buffer(3)").find("TypeError") == 0);
    CHECK(raises(host, "qi.Buffer()").find("TypeError") == 0);
    CHECK(host.eval("qi.Buffer(b'ab', unit='V').unit") == "'V'");
}

TEST_CASE("arrays of ctypes, which tell no strides, are taken")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("import ctypes; studio.take((ctypes.c_int16 * 3 * 2)((1, 2, 3), (4, 5, 6)))");
    CHECK(studio.buffer.layout().shape == QList<qsizetype>{2, 3});
    CHECK(studio.buffer.layout().strides == QList<qsizetype>{6, 2});
    CHECK(studio.buffer.isContiguous());
    CHECK(studio.buffer.bytes().size() == 12);
    host.exec("studio.take(qi.Buffer((ctypes.c_char * 4)(*b'abcd')).copy())");
    CHECK(studio.buffer.bytes() == "abcd");
    host.exec("studio.hang((ctypes.c_uint8 * 3 * 2)((1, 2, 3), (4, 5, 6)))");
    CHECK(studio.image.size() == QSize(3, 2));
    CHECK(qGray(studio.image.pixel(2, 1)) == 6);
}

TEST_CASE("arrays of no dimension, of no items, and of far too many")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("studio.take(numpy.float64(3))");
    CHECK(studio.buffer.count() == 1);
    CHECK(studio.buffer.bytes().size() == 8);
    host.exec("studio.take(numpy.zeros((0, 3)))");
    CHECK(studio.buffer.bytes().isEmpty());
    CHECK(studio.buffer.copy().bytes().isEmpty());
    for (const char *shape : {"(0, 3)", "(3, 0)", "(0, 0, 3)"}) {
        INFO(shape);
        const std::string call = std::string("studio.hang(numpy.zeros(") + shape + ", 'uint8'))";
        CHECK(raises(host, call.c_str()).find("too large, or empty") != std::string::npos);
    }
    host.exec("huge = numpy.broadcast_to(numpy.uint8(7), (2 ** 31, 2 ** 31))");
    CHECK(raises(host, "studio.hang(huge)").find("too large, or empty") != std::string::npos);
#ifndef __SANITIZE_ADDRESS__ /* which ends a program that asks for so much */
    CHECK(raises(host, "qi.Buffer(huge).copy()").find("MemoryError") == 0);
#endif
    host.exec("wide = numpy.broadcast_to(numpy.uint8(7), (1, 2 ** 32 + 5))");
    CHECK(raises(host, "studio.hang(wide)").find("too large, or empty") != std::string::npos);
    CHECK(studio.image.isNull());
}

TEST_CASE("pixels that lie askew are copied to where QImage may read them")
{
    Host host;
    Studio studio;
    begin(host, studio);

    host.exec("block = numpy.arange(4 * 6 + 1, dtype='uint8')\n"
              "studio.hang(block[1:].reshape(2, 3, 4))");
    CHECK(quintptr(studio.image.constBits()) % 4 == 0);
    CHECK(studio.image.pixelColor(2, 1) == QColor(21, 22, 23, 24));
}

TEST_CASE("image whose array Python shares may outlive the runtime")
{
    Studio studio;
    {
        Host host;
        begin(host, studio);
        host.exec("studio.hang(numpy.zeros((2, 3), 'uint8'))");
        CHECK(host.shutdown() == QI_OK);
    }
    CHECK(studio.image.pixelColor(0, 0) == QColor(Qt::black));
    studio.image = QImage();
}

#include "images.moc"
