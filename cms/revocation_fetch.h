// What one verification looks up elsewhere about revocation: each thing once, and not without end.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cms/bytes.h"
#include "cms/ocsp.h"
#include "cms/revocation.h"
#include "cms/revocation_transport.h"

namespace signet::cms {

/// Names what is kept, and fetches where the mode says so. Nothing that comes from here is believed before
/// its signature and its time are checked. One thread at a time.
class RevocationFetch {
  public:
    using Answer = RevocationTransport::Answer;

    /// Without `transport` nothing is kept and nothing is there.
    RevocationFetch(std::shared_ptr<RevocationTransport> transport, RevocationMode mode);

    [[nodiscard]] RevocationMode mode() const noexcept { return m_mode; }

    /// What was kept of the CRL at `url`.
    [[nodiscard]] std::optional<Bytes> kept_crl(const std::string& url) const;
    void keep_crl(const std::string& url, BytesView der);
    /// The CRL at `url`; none if it is not to be fetched, or was before.
    [[nodiscard]] std::optional<Answer> fetch_crl(const std::string& url);

    /// What was kept of the answer to `question`, whoever gave it.
    [[nodiscard]] std::optional<Bytes> kept_response(const OcspQuestion& question) const;
    void keep_response(const OcspQuestion& question, BytesView der);
    /// The answer of the responder at `url`; none if it is not to be asked, or was before.
    [[nodiscard]] std::optional<Answer> ask(const std::string& url, const OcspQuestion& question);

  private:
    [[nodiscard]] bool may_fetch(const std::string& what);

    std::shared_ptr<RevocationTransport> m_transport;
    RevocationMode m_mode;
    std::set<std::string> m_fetched;
};

}  // namespace signet::cms
