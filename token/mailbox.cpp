#include "token/mailbox.h"

#include <stdexcept>

#include "secret/secret.h"
#include "token/protocol/datagram.h"
#include "token/protocol/request_pins.h"

namespace signet::token {

Mailbox::Mailbox(const Channel& channel)
    : m_channel(channel), m_incoming(protocol::max_datagram), m_outgoing(protocol::max_datagram) {}

bool Mailbox::receive(protocol::Request& request) {
    for (;;) {
        const Channel::Receipt receipt = m_channel.receive(m_incoming);
        if (receipt.state == Channel::State::end)
            return false;
        const bool good = receipt.state == Channel::State::datagram &&
                          request.ParseFromArray(m_incoming.data(), static_cast<int>(receipt.size));
        wipe(m_incoming.data(), receipt.size);
        if (good)
            return true;
        forget(request);
        protocol::Reply reply;
        reply.set_outcome(protocol::BAD_REQUEST);
        reply.set_what("not a request");
        send(reply);
    }
}

void Mailbox::send(const protocol::Reply& reply) {
    const std::size_t size = reply.ByteSizeLong();
    if (size > m_outgoing.size())
        throw std::length_error("a reply is too long");
    reply.SerializeWithCachedSizesToArray(m_outgoing.data());
    m_channel.send(std::span(m_outgoing).first(size));
    wipe(m_outgoing.data(), size);
}

void forget(protocol::Request& request) {
    protocol::wipe_pins(request);
}

void forget(protocol::Reply& reply) {
    if (reply.body_case() == protocol::Reply::kOutput)
        wipe(*reply.mutable_output());
}

}  // namespace signet::token
