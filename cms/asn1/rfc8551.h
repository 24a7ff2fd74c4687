// RFC 8551: what an S/MIME program can read; in certificates by RFC 4262.
#pragma once

#include "cms/asn1/codec.h"

namespace signet::cms::asn1 {

/// Section 2.5.2.
struct SMIMECapability {
    ASN1_OBJECT* capability_id;
    ASN1_TYPE* parameters;
};
DEFINE_STACK_OF(SMIMECapability)

/// Section 2.5.2.
using SMIMECapabilities = STACK_OF(SMIMECapability);
DECLARE_ASN1_ITEM(SMIMECapabilities)

template <>
inline constexpr auto item_of<SMIMECapabilities> = &SMIMECapabilities_it;

}  // namespace signet::cms::asn1
