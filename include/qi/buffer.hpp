/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that C++ and Python share without a copy, by Python's buffer protocol.
 *
 *     Q_INVOKABLE void analyse(const qi::Buffer &samples);  // takes bytes, a memoryview, a numpy array, …
 *     Q_INVOKABLE qi::Buffer samples();                     // numpy.asarray(host.samples()) shares the memory
 *
 * A QByteArray is copied on its way, for Python's `bytes` have memory of their own, and a QByteArray has none
 * that somebody else releases. A Buffer made of a QByteArray shares it. Of images see <qi/image.hpp>.
 */
#ifndef QI_BUFFER_HPP
#define QI_BUFFER_HPP

#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <qi/deprecated.hpp>

namespace qi
{
QI_ABI_BEGIN

/*
 * A block of items in one or more dimensions, and who keeps it in memory. Copies share both; with the last of
 * them the memory is given back, which may happen in any thread, and takes the GIL where it is Python's. As the
 * type of a parameter or property it takes whatever has the buffer protocol; in Python it is a qi.Buffer.
 *
 * What Python may write, it may write at any time, in any thread; so may C++ with what it has shared.
 * Thread: any; one Buffer object in one thread at a time.
 */
class Buffer : public detail::OldBuffer<Buffer>
{
  public:
    /* What a Buffer is about. The lists are as long as there are dimensions. */
    struct Layout {
        void *start = nullptr; /* the item with all indexes 0 */
        QByteArray item = "B"; /* as in Python's module struct: "B" a byte, "f" a float, "<H" … */
        qsizetype itemSize = 1;   /* bytes */
        QList<qsizetype> shape;   /* items in each dimension */
        QList<qsizetype> strides; /* bytes from one to the next in each dimension; may be negative */
        bool isWritable = false;
        QVariantMap attributes; /* what else Python shall see, as attributes: width, format, … */
        QVariant source; /* what it was made of, which it is again where Python gives it back */
    };

    /** None. */
    Buffer() = default;
    /** `owner` keeps what the layout points at, for as long as there are copies. */
    Buffer(Layout layout, std::shared_ptr<const void> owner)
        : m_data(std::make_shared<const Data>(Data{std::move(layout), std::move(owner)}))
    {
    }
    /** Shares the bytes, which Python may read and not write. */
    explicit Buffer(const QByteArray &bytes)
    {
        auto owner = std::make_shared<const QByteArray>(bytes);
        Layout layout;
        layout.start = const_cast<char *>(owner->constData());
        layout.shape = {owner->size()};
        layout.strides = {1};
        layout.source = *owner;
        *this = Buffer(layout, owner);
    }

    explicit operator bool() const { return bool(m_data); }
    /** The memory, or nullptr; see Layout::start. */
    const void *data() const { return layout().start; }
    /** The memory, to be written; nullptr where that is not allowed. */
    void *writableData() const { return layout().isWritable ? layout().start : nullptr; }
    const Layout &layout() const
    {
        static const Layout none;
        return m_data ? m_data->layout : none;
    }

    /** How many items there are. */
    qsizetype count() const
    {
        qsizetype items = m_data ? 1 : 0;
        for (qsizetype size : layout().shape)
            items *= size;
        return items;
    }
    /** How many bytes the items take. */
    qsizetype size() const { return count() * layout().itemSize; }

    /** Whether the items lie one after another, in the order of their indexes, as in a C array. */
    bool isContiguous() const
    {
        qsizetype expected = layout().itemSize;
        for (qsizetype i = layout().shape.size() - 1; i >= 0; i--) {
            if (layout().shape[i] != 1 && layout().strides[i] != expected)
                return count() == 0;
            expected *= layout().shape[i];
        }
        return true;
    }

    /** The same items one after another: itself, or a copy() that may be written. */
    Buffer contiguous() const { return isContiguous() ? *this : copy(); }

    /** A copy of the items, one after another, that may be written; none if there is no memory for them. */
    Buffer copy() const
    {
        if (!m_data)
            return Buffer();
        const std::shared_ptr<char> memory(
            static_cast<char *>(std::malloc(size_t(qMax<qsizetype>(1, size())))), free);
        if (!memory)
            return Buffer();
        Layout other = layout();
        other.start = memory.get();
        other.isWritable = true;
        other.source = QVariant();
        qsizetype stride = other.itemSize;
        for (qsizetype i = other.shape.size() - 1; i >= 0; i--) {
            other.strides[i] = stride;
            stride *= other.shape[i];
        }
        char *to = memory.get();
        if (count() > 0)
            copy_items(static_cast<const char *>(data()), 0, &to);
        return Buffer(other, memory);
    }

    /**
     * The items as bytes. Where they are contiguous this is no copy but a view, as of
     * QByteArray::fromRawData(): it is valid as long as there is a copy of this Buffer.
     */
    QByteArray bytes() const
    {
        if (isContiguous())
            return QByteArray::fromRawData(static_cast<const char *>(data()), size());
        const Buffer copied = copy();
        return QByteArray(static_cast<const char *>(copied.data()), copied.size());
    }

    friend bool operator==(const Buffer &a, const Buffer &b) { return a.m_data == b.m_data; }
    friend bool operator!=(const Buffer &a, const Buffer &b) { return a.m_data != b.m_data; }

  private:
    struct Data {
        Layout layout;
        std::shared_ptr<const void> owner;
    };

    void copy_items(const char *from, qsizetype dimension, char **to) const
    {
        if (dimension == layout().shape.size()) {
            memcpy(*to, from, size_t(layout().itemSize));
            *to += layout().itemSize;
            return;
        }
        for (qsizetype i = 0; i < layout().shape[dimension]; i++)
            copy_items(from + i * layout().strides[dimension], dimension + 1, to);
    }

    std::shared_ptr<const Data> m_data;
};

QI_ABI_END
} // namespace qi

Q_DECLARE_METATYPE(qi::Buffer)

#endif /* QI_BUFFER_HPP */
