// How cms/ gets at CRLs and OCSP responses that are elsewhere: it knows neither network nor files.
#pragma once

#include <optional>
#include <string>

#include "cms/bytes.h"

namespace signet::cms {

/// Nothing that comes from here is believed before its signature and its time are checked. One thread at a
/// time; no function throws for what the other side does.
class RevocationTransport {
  public:
    struct Answer {
        std::optional<Bytes> body;
        /// Why there is none; a clause for people.
        std::string trouble;
    };

    RevocationTransport() = default;
    RevocationTransport(const RevocationTransport&) = delete;
    RevocationTransport& operator=(const RevocationTransport&) = delete;
    virtual ~RevocationTransport() = default;

    /// What lies at `url` (http), at most `limit` bytes.
    virtual Answer get(const std::string& url, std::size_t limit) = 0;
    /// The answer to `request` for an OCSP responder (RFC 6960 appendix A.1), at most `limit` bytes.
    virtual Answer ask(const std::string& url, BytesView request, std::size_t limit) = 0;
    /// What was kept under `key`, a text of any length; none if nothing was, or it can no longer be read.
    virtual std::optional<Bytes> kept(const std::string& key, std::size_t limit) = 0;
    /// Keeps `value` under `key`, if possible.
    virtual void keep(const std::string& key, BytesView value) = 0;
};

}  // namespace signet::cms
