/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Dates and times. Qt's local time is Python's naive time; every other time keeps its zone: UTC as
 * timezone.utc, a fixed offset as timezone(offset), a named zone as zoneinfo.ZoneInfo.
 */
#include "qt/datetime.h"

#include <datetime.h>

#include <QtCore/qtimezone.h>

#include "qt/cache.h"

namespace qi
{

namespace
{

/* Loads datetime's C API once. False with an exception set. */
bool have_datetime()
{
    if (!PyDateTimeAPI)
        PyDateTime_IMPORT;
    return PyDateTimeAPI;
}

/* For the questions, which set no exception. */
bool can_ask()
{
    if (have_datetime())
        return true;
    PyErr_Clear();
    return false;
}

QDateTime utc_moment(const QDate &date, const QTime &time)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return QDateTime(date, time, QTimeZone(QTimeZone::UTC));
#else
    return QDateTime(date, time, Qt::UTC);
#endif
}

QDateTime at_offset(const QDateTime &moment, int seconds)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return moment.toTimeZone(QTimeZone::fromSecondsAheadOfUtc(seconds));
#else
    return moment.toOffsetFromUtc(seconds);
#endif
}

PyObject *fixed_zone(int seconds)
{
    Ref offset(PyDelta_FromDSU(0, seconds, 0));
    return offset ? PyTimeZone_FromOffset(offset.get()) : nullptr;
}

/* The named zone, or NULL without an exception where Python has no data for it. */
PyObject *named_zone(const QByteArray &name)
{
    PyObject *type = cached_attribute("zoneinfo", "ZoneInfo");
    PyObject *zone = type ? PyObject_CallFunction(type, "s", name.constData()) : nullptr;

    if (!zone)
        PyErr_Clear();
    return zone;
}

bool is_utc(const QDateTime &moment)
{
    return moment.timeSpec() == Qt::UTC ||
           (moment.timeSpec() == Qt::TimeZone && moment.timeZone() == QTimeZone::utc());
}

PyObject *zone_of(const QDateTime &moment)
{
    if (moment.timeSpec() == Qt::LocalTime)
        return Py_NewRef(Py_None);
    if (is_utc(moment))
        return Py_NewRef(PyDateTime_TimeZone_UTC);
    if (moment.timeSpec() == Qt::TimeZone) {
        if (PyObject *zone = named_zone(moment.timeZone().id()))
            return zone;
    }
    return fixed_zone(moment.offsetFromUtc());
}

PyObject *make_datetime(const QDateTime &moment, PyObject *zone, int fold)
{
    const QDate date = moment.date();
    const QTime time = moment.time();
    return PyDateTimeAPI->DateTime_FromDateAndTimeAndFold(
        date.year(), date.month(), date.day(), time.hour(), time.minute(), time.second(),
        time.msec() * 1000, zone, fold, PyDateTimeAPI->DateTimeType);
}

/* Seconds ahead of UTC, by the object's own reckoning. False: naive, or with an exception set. */
bool utc_offset(PyObject *object, int *seconds)
{
    Ref offset(PyObject_CallMethod(object, "utcoffset", nullptr));

    if (!offset || offset.get() == Py_None)
        return false;
    if (!PyDelta_Check(offset.get()))
        return expected("a timedelta from utcoffset()", offset.get());
    *seconds = PyDateTime_DELTA_GET_DAYS(offset.get()) * 86400 +
               PyDateTime_DELTA_GET_SECONDS(offset.get());
    return true;
}

bool year_fits(int year)
{
    if (year >= 1 && year <= 9999)
        return true;
    PyErr_Format(PyExc_OverflowError, "year %d is out of range for Python's dates (1 to 9999)", year);
    return false;
}

QDate date_fields(PyObject *object)
{
    return QDate(PyDateTime_GET_YEAR(object), PyDateTime_GET_MONTH(object),
                 PyDateTime_GET_DAY(object));
}

QTime datetime_time_fields(PyObject *object)
{
    return QTime(PyDateTime_DATE_GET_HOUR(object), PyDateTime_DATE_GET_MINUTE(object),
                 PyDateTime_DATE_GET_SECOND(object), PyDateTime_DATE_GET_MICROSECOND(object) / 1000);
}

/* The same moment in the named zone of a ZoneInfo, or at a fixed offset for any other tzinfo. */
QDateTime in_zone_of(PyObject *object, const QDateTime &moment, int offset)
{
    PyObject *zone = PyDateTime_DATE_GET_TZINFO(object);

    if (zone == PyDateTime_TimeZone_UTC)
        return moment;
    Ref key(PyObject_GetAttrString(zone, "key"));
    if (!key)
        PyErr_Clear();
    if (key && PyUnicode_Check(key.get())) {
        if (const char *name = PyUnicode_AsUTF8(key.get())) {
            const QTimeZone named{QByteArray(name)};
            if (named.isValid())
                return moment.toTimeZone(named);
        }
        PyErr_Clear();
    }
    return at_offset(moment, offset);
}

} // namespace

PyObject *date_to_python(const QDate &date)
{
    if (!have_datetime())
        return nullptr;
    if (!date.isValid())
        return Py_NewRef(Py_None);
    return year_fits(date.year()) ? PyDate_FromDate(date.year(), date.month(), date.day()) : nullptr;
}

PyObject *time_to_python(const QTime &time)
{
    if (!have_datetime())
        return nullptr;
    if (!time.isValid())
        return Py_NewRef(Py_None);
    return PyTime_FromTime(time.hour(), time.minute(), time.second(), time.msec() * 1000);
}

PyObject *datetime_to_python(const QDateTime &moment)
{
    if (!have_datetime())
        return nullptr;
    if (!moment.isValid())
        return Py_NewRef(Py_None);
    if (!year_fits(moment.date().year()))
        return nullptr;
    Ref zone(zone_of(moment));
    Ref made(zone ? make_datetime(moment, zone.get(), 0) : nullptr);
    int offset = 0;
    if (!made || zone.get() == Py_None)
        return made.release();
    if (!utc_offset(made.get(), &offset))
        return PyErr_Occurred() ? nullptr : made.release();
    /* The hour that comes twice when summer time ends: the other offset means the second one. */
    return offset == moment.offsetFromUtc() ? made.release() : make_datetime(moment, zone.get(), 1);
}

bool is_date(PyObject *object)
{
    return can_ask() && PyDate_Check(object);
}

bool is_time(PyObject *object)
{
    return can_ask() && PyTime_Check(object);
}

bool is_datetime(PyObject *object)
{
    return can_ask() && PyDateTime_Check(object);
}

bool date_from_python(PyObject *object, QDate *out)
{
    if (!have_datetime())
        return false;
    if (object == Py_None) {
        *out = QDate();
        return true;
    }
    if (!PyDate_Check(object) || PyDateTime_Check(object))
        return expected("a date", object);
    *out = date_fields(object);
    return true;
}

bool time_from_python(PyObject *object, QTime *out)
{
    if (!have_datetime())
        return false;
    if (object == Py_None) {
        *out = QTime();
        return true;
    }
    if (!PyTime_Check(object))
        return expected("a time", object);
    *out = QTime(PyDateTime_TIME_GET_HOUR(object), PyDateTime_TIME_GET_MINUTE(object),
                 PyDateTime_TIME_GET_SECOND(object), PyDateTime_TIME_GET_MICROSECOND(object) / 1000);
    return true;
}

bool datetime_from_python(PyObject *object, QDateTime *out)
{
    if (!have_datetime())
        return false;
    if (object == Py_None) {
        *out = QDateTime();
        return true;
    }
    if (!PyDateTime_Check(object))
        return expected("a datetime", object);
    const QDate date = date_fields(object);
    const QTime time = datetime_time_fields(object);
    int offset = 0;
    if (!utc_offset(object, &offset)) {
        if (PyErr_Occurred())
            return false;
        *out = QDateTime(date, time);
        return true;
    }
    *out = in_zone_of(object, utc_moment(date, time).addSecs(-offset), offset);
    return true;
}

} // namespace qi
