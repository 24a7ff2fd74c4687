// What changes a token: keys and certificates that are made, stored and deleted.
#pragma once

#include "agent/agent.h"
#include "agent/error.h"
#include "agent/token_state.h"
#include "token/protocol/token.pb.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace signet::agent {

/// Bytes of the label of a key or certificate, at most.
inline constexpr std::size_t max_label = 255;

/// Of a token (CK_TOKEN_INFO).
inline constexpr std::size_t max_token_label = 32;

/// E-mail addresses of one certification request, and bytes of each name in it, at most (RFC 5280 appendix
/// A.1: ub-common-name, ub-organization-name).
inline constexpr int max_request_emails = 16;
inline constexpr std::size_t max_request_name = 64;

/// Certificates of one import, and bytes of each, at most: with its names again it fits into a datagram.
inline constexpr int max_imported = 16;
inline constexpr std::size_t max_imported_certificate = std::size_t{32} * 1024;

/// The token may have done it, or not.
class OutcomeUnknown : public Error {
  public:
    using Error::Error;
};

/// Writes into a request what it names by handle, as `token` shows it: handles mean nothing to a later
/// process. Throws Error.
using NameObjects = std::function<void(const TokenState& token, token::protocol::Request& request)>;

/// Has `token`, logged in to by its PIN source if it takes a login, do `request` (not a key operation), whose
/// slot, serial number and label are filled in here, and what `name_objects` fills in, each time before it is
/// sent; then scans it: `token` is as that scan saw it. What may have been done is not done again. On the
/// loop's thread; all must live until it returns. Throws Error (PIN_*, TOKEN_*; STOPPING if the client has
/// gone before it was sent), OutcomeUnknown if the process ended meanwhile.
asio::awaitable<void> change_token(Agent& agent, const Peer& peer, std::shared_ptr<TokenState>& token,
                                   token::protocol::Request& request, Clock::duration limit,
                                   NameObjects name_objects = {});

/// `token` as its host sees it now; it itself if that does not see it.
[[nodiscard]] std::shared_ptr<TokenState> as_seen_now(const std::shared_ptr<TokenState>& token);

}  // namespace signet::agent
