/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replies and sockets of QtNetwork that Python awaits, for applications that are linked to it:
 *
 *     qi::registerNetwork();                 // once, before Python sees such an object
 *
 *     page = await reply                     # in Python: the bytes of a QNetworkReply
 *     while data := await socket:            # what there is to read, until the other side has closed
 */
#ifndef QI_NETWORK_HPP
#define QI_NETWORK_HPP

#include <tuple>

#include <QtNetwork/qabstractsocket.h>
#include <QtNetwork/qlocalsocket.h>
#include <QtNetwork/qnetworkreply.h>

#include <qi/awaitable.hpp>
#include <qi/result.hpp>

namespace qi
{
QI_ABI_BEGIN

namespace detail
{

/* What a reply has come to: what there is to read of it, or its error. */
inline Result<QByteArray> read_reply(QNetworkReply &reply)
{
    if (reply.error() == QNetworkReply::NoError)
        return reply.readAll();
    return Error::make(reply.error() == QNetworkReply::OperationCanceledError ? QI_ERR_CANCELLED
                                                                              : QI_ERR_STATE,
                       reply.errorString());
}

/* A QAbstractSocket, or a QLocalSocket, which has the same states and errors under names of its own. */
template <typename Socket> bool has_to_read(Socket &socket)
{
    return socket.bytesAvailable() || socket.state() == Socket::UnconnectedState;
}
template <typename Socket, typename SocketError>
Result<QByteArray> read_socket(Socket &socket, SocketError closed, SocketError unknown)
{
    if (socket.bytesAvailable() || socket.error() == closed || socket.error() == unknown)
        return socket.isOpen() ? socket.readAll() : QByteArray();
    return Error::make(QI_ERR_STATE, socket.errorString());
}

} // namespace detail

/**
 * Lets Python await QNetworkReply, QAbstractSocket and QLocalSocket.
 *
 * A reply gives what there is to read when it has finished; its error is a RuntimeError, and CancelledError where it
 * was aborted. A task that is cancelled while it awaits a reply aborts it. A socket gives what has come, as soon as
 * there is anything, and no bytes once it is not connected; what has ended the connection otherwise than the other
 * side's closing is a RuntimeError. A class of the application's own that is derived from these may be registered by
 * itself.
 *
 * Thread: any. False, with qi_last_error() set: as registerAwaitable().
 */
inline bool registerNetwork()
{
    using Net = QAbstractSocket;
    using Local = QLocalSocket;
    return registerAwaitable<QNetworkReply>(&QNetworkReply::finished, &QNetworkReply::isFinished,
                                            detail::read_reply, &QNetworkReply::abort) &&
           registerAwaitable<Net>(std::tuple(&Net::readyRead, &Net::disconnected, &Net::errorOccurred),
                                  detail::has_to_read<Net>,
                                  [](Net &socket) {
                                      return detail::read_socket(socket, Net::RemoteHostClosedError,
                                                                 Net::UnknownSocketError);
                                  }) &&
           registerAwaitable<Local>(
               std::tuple(&Local::readyRead, &Local::disconnected, &Local::errorOccurred),
               detail::has_to_read<Local>, [](Local &socket) {
                   return detail::read_socket(socket, Local::PeerClosedError,
                                              Local::UnknownSocketError);
               });
}

QI_ABI_END
} // namespace qi

#endif /* QI_NETWORK_HPP */
