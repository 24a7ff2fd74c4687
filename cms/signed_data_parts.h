// A SignedData that gets more than it had: signers, countersignatures, timestamps. What it has stays as it
// is, byte for byte.
#pragma once

#include <vector>

#include "cms/bytes.h"
#include "cms/signed_data_reader.h"

namespace signet::cms {

/// A SignedData without its eContent (RFC 5652 section 5.1); each element as it came, DER or BER.
struct SignedDataParts {
    /// An OBJECT IDENTIFIER.
    Bytes content_type;
    std::vector<Bytes> digest_algorithms;
    std::vector<Bytes> certificates;
    std::vector<Bytes> crls;
    std::vector<Bytes> signer_infos;
};

/// All that `reader` has; its content is read over if it was not read. Throws as the reader does.
[[nodiscard]] SignedDataParts read_parts(SignedDataReader& reader);
/// The same of a message in memory.
[[nodiscard]] SignedDataParts read_parts(BytesView signed_data);

/// ContentInfo with a detached SignedData of these: elements in the order of DER, equal ones once, the
/// version as section 5.1 computes it. DER, as far as the parts are. Throws Error(malformed) for parts that
/// are none.
[[nodiscard]] Bytes detached_signed_data(const SignedDataParts& parts);

/// Adds digest algorithms, certificates, CRLs and signers of `more`. Throws Error(malformed) if that has
/// another content type.
void merge(SignedDataParts& parts, const SignedDataParts& more);

}  // namespace signet::cms
