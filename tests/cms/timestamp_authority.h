// A TSA: OpenSSL's, with a key in memory.
#pragma once

#include <cstdint>

#include "cms/certificate.h"
#include "tests/cms/certificate_authority.h"

namespace signet::cms::test {

/// What its certificate says.
[[nodiscard]] CertificateRequest timestamp_certificate_request();

class TimestampAuthority {
  public:
    /// Under `root`, with a certificate of its own.
    explicit TimestampAuthority(const CertificateAuthority& root);

    [[nodiscard]] const Certificate& certificate() const noexcept { return m_certificate; }
    [[nodiscard]] EVP_PKEY& key() const noexcept { return m_key; }

    /// DER of TimeStampResp to a TimeStampReq, at `time` (seconds since the epoch).
    [[nodiscard]] Bytes answer(BytesView request, std::int64_t time) const;
    /// The token in that answer.
    [[nodiscard]] Bytes stamp(BytesView stamped, std::int64_t time) const;

  private:
    EVP_PKEY& m_key;
    Certificate m_root;
    Certificate m_certificate;
};

}  // namespace signet::cms::test
