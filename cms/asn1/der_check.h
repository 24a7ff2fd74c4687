// Whether bytes that somebody else encoded are DER throughout (X.690 sections 10 and 11).
#pragma once

#include "cms/bytes.h"

namespace signet::cms::asn1 {

/// Whether `encoding` is one element, whole and in DER, and so is all that lies in it, at most
/// BerReader::max_depth deep. What only a type would tell is not asked: of a SET it is enough if it is in the
/// order of a SET or of a SET OF, a BIT STRING may end in zeros, strings may hold any characters, a REAL any
/// octets, and what stands in for a default value is not known. Throws nothing.
[[nodiscard]] bool is_der(BytesView encoding) noexcept;

}  // namespace signet::cms::asn1
