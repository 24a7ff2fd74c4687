// Requests in, replies out: the buffers of one thread.
#pragma once

#include <vector>

#include "token/channel.h"
#include "token/protocol/token.pb.h"

namespace signet::token {

/// Reads and writes the messages of one thread, in buffers that are kept and wiped after each message. One
/// thread at a time; many share the channel.
class Mailbox {
  public:
    /// `channel` must outlive it. Throws std::bad_alloc.
    explicit Mailbox(const Channel& channel);

    /// The next request; answers what is none with BAD_REQUEST itself. False at the end of the channel. The
    /// caller forgets the request.
    [[nodiscard]] bool receive(protocol::Request& request);
    /// Sends `reply`. Throws std::length_error if it is above max_datagram.
    void send(const protocol::Reply& reply);

  private:
    const Channel& m_channel;
    std::vector<unsigned char> m_incoming;
    std::vector<unsigned char> m_outgoing;
};

/// Overwrites what must not stay in memory: PINs; the plaintext or shared secret. Throws nothing.
void forget(protocol::Request& request);
void forget(protocol::Reply& reply);

}  // namespace signet::token
