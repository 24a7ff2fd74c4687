// What the signers of one request say besides the content, encoded.
#pragma once

#include "agent/identity.h"
#include "agent/protocol/signet.pb.h"
#include "cms/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace signet::agent {

class RequestedAttributes {
  public:
    /// `first` is the first signer, whose mailing list it is if it is one's; `now` is in seconds since the
    /// epoch. Throws Error(MALFORMED) for what cannot be encoded.
    RequestedAttributes(const protocol::Sign& sign, const Identity& first, std::int64_t now);

    /// DER of each Attribute for the digest with this index; this owns them.
    [[nodiscard]] std::vector<cms::BytesView> of_digest(std::size_t index) const;
    /// Bytes of those of one digest, at most.
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    /// For the audit log; empty if nothing was asked for.
    [[nodiscard]] const std::string& summary() const noexcept { return m_summary; }

  private:
    void encode(const protocol::Sign& sign, const Identity& first, std::int64_t now);
    void encode_receipt_requests(const protocol::Sign& sign, const Identity& first, std::int64_t now);
    void add(cms::Bytes attribute, const std::string& what);
    void name(const std::string& what);

    std::vector<cms::Bytes> m_common;
    /// contentIdentifier and receiptRequest of each digest, where they differ.
    std::vector<std::vector<cms::Bytes>> m_of_digest;
    std::size_t m_size = 0;
    std::string m_summary;
};

}  // namespace signet::agent
