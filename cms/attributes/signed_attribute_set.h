// One SignerInfo's signed attributes by their types, and the shape that all of ours have.
#pragma once

#include <optional>
#include <string>

#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/bytes.h"

namespace signet::cms {

/// DER of an Attribute with one value (RFC 5652 section 5.3). `type` is dotted decimal; throws Error(failed)
/// if it is not.
[[nodiscard]] Bytes attribute(const std::string& type, BytesView value);

/// Signed attributes that somebody else wrote.
class SignedAttributeSet {
  public:
    /// `encoding` is DER or BER of the SET OF, as SignerResult has it; empty for none. Throws
    /// Error(malformed).
    explicit SignedAttributeSet(BytesView encoding);

    /// The encoding of the only value of the attribute `type` (dotted decimal); none without it. Throws
    /// Error(malformed) if it comes twice or has another number of values: none of ours may (RFC 2634, RFC
    /// 5126).
    [[nodiscard]] std::optional<Bytes> value(const std::string& type) const;
    /// The octets of one whose value is an OCTET STRING. As above, and for a value that is none.
    [[nodiscard]] std::optional<Bytes> octets(const std::string& type) const;

  private:
    /// Null without the attribute.
    [[nodiscard]] const ASN1_TYPE* find(const std::string& type) const;

    asn1::ItemPtr<asn1::Attributes> m_attributes;
};

}  // namespace signet::cms
