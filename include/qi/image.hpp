/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Images that C++ and Python share without a copy. An application that includes this header somewhere has it, and
 * <qi/qi.hpp> does so where a file is compiled for Qt Gui (QT_GUI_LIB): a QImage is a qi.Buffer in Python, whose memory is the
 * image's: numpy.asarray(image) has the shape (height, width, channels), or (height, width) where a pixel is
 * one number. It is read-only, since the application may go on painting; image.copy() may be written. The
 * attributes `width`, `height`, `format` (the name in QImage::Format) and `channels` ("RGB", "BGRA", …: the
 * order in memory) tell the rest.
 *
 * Where C++ takes a QImage, Python gives a qi.Buffer, or any array of rows and columns, whose memory is
 * shared as well: what Python writes there later, the image shows, and C++ detaches before it paints.
 *
 *     shape              items     format
 *     (h, w)             uint8     Grayscale8
 *     (h, w)             uint16    Grayscale16
 *     (h, w, 1)          uint8     Grayscale8
 *     (h, w, 3)          uint8     RGB888
 *     (h, w, 4)          uint8     RGBA8888
 *     (h, w, 4)          uint16    RGBA64
 *     (h, w, 4)          float16   RGBA16FPx4
 *     (h, w, 4)          float32   RGBA32FPx4
 *     (n,)               uint8     the contents of an image file: PNG, JPEG, …
 *
 * qi.Buffer(array, format="RGB32") names another format whose pixels have that shape. Rows whose pixels do
 * not lie side by side are copied.
 */
#ifndef QI_IMAGE_HPP
#define QI_IMAGE_HPP

#include <iterator>
#include <limits>
#include <memory>

#include <QtCore/qstringlist.h>
#include <QtGui/qimage.h>

#include <qi/buffer.hpp>
#include <qi/convert.hpp>
#include <qi/result.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* How the pixels of a format lie in memory. No channels: a pixel is one number. */
struct PixelLayout {
    const char *item = nullptr; /* nullptr: pixels are not whole bytes */
    int itemSize = 0;
    int channels = 0;
    const char *names = "";
};

inline PixelLayout bytes_of_word(bool has_alpha)
{
    if (Q_BYTE_ORDER == Q_LITTLE_ENDIAN)
        return {"B", 1, 4, has_alpha ? "BGRA" : "BGRX"};
    return {"B", 1, 4, has_alpha ? "ARGB" : "XRGB"};
}

inline PixelLayout pixel_layout(QImage::Format format)
{
    switch (format) {
    case QImage::Format_Grayscale8:
        return {"B", 1, 0, "L"};
    case QImage::Format_Alpha8:
        return {"B", 1, 0, "A"};
    case QImage::Format_Indexed8:
        return {"B", 1, 0, "P"};
    case QImage::Format_Grayscale16:
        return {"H", 2, 0, "L"};
    case QImage::Format_RGB32:
        return bytes_of_word(false);
    case QImage::Format_ARGB32:
    case QImage::Format_ARGB32_Premultiplied:
        return bytes_of_word(true);
    case QImage::Format_RGB888:
        return {"B", 1, 3, "RGB"};
    case QImage::Format_BGR888:
        return {"B", 1, 3, "BGR"};
    case QImage::Format_RGBX8888:
        return {"B", 1, 4, "RGBX"};
    case QImage::Format_RGBA8888:
    case QImage::Format_RGBA8888_Premultiplied:
        return {"B", 1, 4, "RGBA"};
    case QImage::Format_RGBX64:
        return {"H", 2, 4, "RGBX"};
    case QImage::Format_RGBA64:
    case QImage::Format_RGBA64_Premultiplied:
        return {"H", 2, 4, "RGBA"};
    case QImage::Format_RGBX16FPx4:
        return {"e", 2, 4, "RGBX"};
    case QImage::Format_RGBA16FPx4:
    case QImage::Format_RGBA16FPx4_Premultiplied:
        return {"e", 2, 4, "RGBA"};
    case QImage::Format_RGBX32FPx4:
        return {"f", 4, 4, "RGBX"};
    case QImage::Format_RGBA32FPx4:
    case QImage::Format_RGBA32FPx4_Premultiplied:
        return {"f", 4, 4, "RGBA"};
    default:
        break;
    }
    /* Packed ones, as RGB16, are one number, or three bytes. */
    switch (QImage::toPixelFormat(format).bitsPerPixel()) {
    case 8:
        return {"B", 1, 0, ""};
    case 16:
        return {"H", 2, 0, ""};
    case 24:
        return {"B", 1, 3, ""};
    case 32:
        return {"I", 4, 0, ""};
    default:
        return {};
    }
}

/* "RGB32", as Python reads it. */
inline QString format_name(QImage::Format format)
{
    static const char *const names[] = {"Invalid",
                                        "Mono",
                                        "MonoLSB",
                                        "Indexed8",
                                        "RGB32",
                                        "ARGB32",
                                        "ARGB32_Premultiplied",
                                        "RGB16",
                                        "ARGB8565_Premultiplied",
                                        "RGB666",
                                        "ARGB6666_Premultiplied",
                                        "RGB555",
                                        "ARGB8555_Premultiplied",
                                        "RGB888",
                                        "RGB444",
                                        "ARGB4444_Premultiplied",
                                        "RGBX8888",
                                        "RGBA8888",
                                        "RGBA8888_Premultiplied",
                                        "BGR30",
                                        "A2BGR30_Premultiplied",
                                        "RGB30",
                                        "A2RGB30_Premultiplied",
                                        "Alpha8",
                                        "Grayscale8",
                                        "RGBX64",
                                        "RGBA64",
                                        "RGBA64_Premultiplied",
                                        "Grayscale16",
                                        "BGR888",
                                        "RGBX16FPx4",
                                        "RGBA16FPx4",
                                        "RGBA16FPx4_Premultiplied",
                                        "RGBX32FPx4",
                                        "RGBA32FPx4",
                                        "RGBA32FPx4_Premultiplied",
                                        "CMYK8888"};
    const size_t number = size_t(format);
    return number < std::size(names) ? QString::fromLatin1(names[number]) : QString::number(number);
}

inline QImage::Format format_of_name(const QString &name)
{
    for (int i = 1; i < QImage::NImageFormats; i++) {
        if (format_name(QImage::Format(i)) == name)
            return QImage::Format(i);
    }
    return QImage::Format_Invalid;
}

/* The image's memory. One whose pixels are not whole bytes shows the bytes of its rows. */
inline Buffer buffer_of_image(const QImage &image)
{
    if (image.isNull())
        return Buffer();
    auto owner = std::make_shared<const QImage>(image);
    const PixelLayout pixel = pixel_layout(image.format());
    const qsizetype height = image.height(), width = image.width();
    Buffer::Layout layout;
    layout.start = const_cast<uchar *>(owner->constBits());
    layout.item = pixel.item ? pixel.item : "B";
    layout.itemSize = pixel.item ? pixel.itemSize : 1;
    layout.shape = {height, pixel.item ? width : (width * image.depth() + 7) / 8};
    layout.strides = {image.bytesPerLine(), layout.itemSize * qMax(1, pixel.channels)};
    if (pixel.channels) {
        layout.shape.append(pixel.channels);
        layout.strides.append(pixel.itemSize);
    }
    layout.attributes = {{QStringLiteral("width"), image.width()},
                         {QStringLiteral("height"), image.height()},
                         {QStringLiteral("format"), format_name(image.format())},
                         {QStringLiteral("channels"), QString::fromLatin1(pixel.names)}};
    layout.source = image;
    return Buffer(layout, owner);
}

/* What an array of that shape is, if it says nothing else. */
inline QImage::Format format_of_shape(const Buffer::Layout &layout)
{
    /* "<H" on a machine whose own order that is, "=H" and "@H" are "H". */
    QByteArray item = layout.item;
    const char own = Q_BYTE_ORDER == Q_LITTLE_ENDIAN ? '<' : '>';
    if (item.size() == 2 && (item[0] == own || item[0] == '=' || item[0] == '@'))
        item.remove(0, 1);
    const qsizetype channels = layout.shape.size() == 2   ? 1
                               : layout.shape.size() == 3 ? layout.shape[2]
                                                          : 0;
    switch (channels) {
    case 1:
        return item == "B"   ? QImage::Format_Grayscale8
               : item == "H" ? QImage::Format_Grayscale16
                             : QImage::Format_Invalid;
    case 3:
        return item == "B" ? QImage::Format_RGB888 : QImage::Format_Invalid;
    case 4:
        return item == "B"   ? QImage::Format_RGBA8888
               : item == "H" ? QImage::Format_RGBA64
               : item == "e" ? QImage::Format_RGBA16FPx4
               : item == "f" ? QImage::Format_RGBA32FPx4
                             : QImage::Format_Invalid;
    default:
        return QImage::Format_Invalid;
    }
}

inline QString describe_shape(const Buffer::Layout &layout)
{
    QStringList sizes;
    for (qsizetype size : layout.shape)
        sizes.append(QString::number(size));
    return QStringLiteral("an array of shape (%1) whose items are '%2'")
        .arg(sizes.join(QStringLiteral(", ")), QString::fromLatin1(layout.item));
}

/* An image of no pixels, or of a file's contents; null if it is neither. */
inline QImage image_of_file(const Buffer &buffer, QString *why)
{
    QImage image = QImage::fromData(buffer.bytes());
    if (image.isNull())
        *why = QStringLiteral(
                   "these %1 bytes are no image file that Qt can read; give pixels as an "
                   "array of rows and columns")
                   .arg(buffer.size());
    return image;
}

/* Whether QImage, which reads pixels of 2, 4, 8 and 16 bytes as numbers, may do so there. */
inline bool is_aligned(const Buffer::Layout &layout, qsizetype pixel_size)
{
    const qsizetype number = pixel_size % 2 ? 1 : qMin<qsizetype>(pixel_size, 4);
    return quintptr(layout.start) % quintptr(qMax(number, layout.itemSize)) == 0 &&
           (layout.shape[0] == 1 || layout.strides[0] % number == 0);
}

/* Whether the pixels of each row lie side by side, so that QImage can look at them. */
inline bool has_whole_rows(const Buffer::Layout &layout, qsizetype pixel_size)
{
    return is_aligned(layout, pixel_size) && layout.strides[0] >= layout.shape[1] * pixel_size &&
           (layout.shape[1] == 1 || layout.strides[1] == pixel_size) &&
           (layout.shape.size() < 3 || layout.shape[2] == 1 || layout.strides[2] == layout.itemSize);
}

inline QImage::Format checked_format(const Buffer::Layout &layout, QString *why)
{
    const QString name = layout.attributes.value(QStringLiteral("format")).toString();
    if (name.isEmpty()) {
        const QImage::Format format = format_of_shape(layout);
        if (format == QImage::Format_Invalid)
            *why = QStringLiteral(
                       "%1 is no image; (height, width), (height, width, 3) and (height, "
                       "width, 4) of uint8 are, for instance")
                       .arg(describe_shape(layout));
        return format;
    }
    const QImage::Format format = format_of_name(name);
    const PixelLayout pixel = pixel_layout(format);
    const qsizetype channels = layout.shape.size() == 3 ? layout.shape[2] : 1;
    if (format == QImage::Format_Invalid)
        *why = QStringLiteral("'%1' is no format of QImage's").arg(name);
    else if (!pixel.item || layout.shape.size() < 2 || layout.shape.size() > 3 ||
             channels * layout.itemSize != qMax(1, pixel.channels) * pixel.itemSize)
        *why = QStringLiteral("%1 does not fit the format %2").arg(describe_shape(layout), name);
    return why->isEmpty() ? format : QImage::Format_Invalid;
}

inline QImage image_of_buffer(const Buffer &given, QString *why)
{
    if (!given)
        return QImage();
    if (given.layout().shape.size() == 1 && given.layout().itemSize == 1)
        return image_of_file(given, why);
    const QImage::Format format = checked_format(given.layout(), why);
    if (format == QImage::Format_Invalid)
        return QImage();
    const qsizetype pixel_size = QImage::toPixelFormat(format).bitsPerPixel() / 8;
    const auto refuse = [&] {
        *why = QStringLiteral("%1 is too large, or empty").arg(describe_shape(given.layout()));
        return QImage();
    };
    constexpr qsizetype most = std::numeric_limits<int>::max();
    if (given.count() == 0 || given.layout().shape[0] > most || given.layout().shape[1] > most)
        return refuse();
    const Buffer whole = has_whole_rows(given.layout(), pixel_size) ? given : given.copy();
    if (!whole)
        return refuse();
    auto *kept = new Buffer(whole);
    const Buffer::Layout &layout = kept->layout();
    const auto release = [](void *data) { delete static_cast<Buffer *>(data); };
    /* Constant, so that whoever paints on it gets a copy of his own. */
    QImage image(static_cast<const uchar *>(kept->data()), int(layout.shape[1]),
                 int(layout.shape[0]), layout.strides[0], format, release, kept);
    if (image.isNull()) {
        delete kept; /* there is nothing whose end would do that */
        return refuse();
    }
    return image;
}

} // namespace detail

/** Makes QImage cross as the head of this file says. Once is enough. Thread: any. Never fails. */
inline void registerImage()
{
    registerConverter<QImage>([](const QImage &image) { return detail::buffer_of_image(image); },
                              [](const Buffer &given) -> Result<QImage> {
                                  QString why;
                                  const QImage image = detail::image_of_buffer(given, &why);
                                  if (!why.isEmpty())
                                      return Error::make(QI_ERR_RANGE, why);
                                  return image;
                              });
}

#ifndef QI_NO_DEPRECATED
QI_DEPRECATED("use registerImage()") inline void register_image()
{
    registerImage();
}
#endif

namespace detail
{

/* Registers it by being included, wherever in the program that is. */
struct RegistersImage {
    RegistersImage() { registerImage(); }
};
inline const RegistersImage registers_image;

} // namespace detail

QI_ABI_END
} // namespace qi

#endif /* QI_IMAGE_HPP */
