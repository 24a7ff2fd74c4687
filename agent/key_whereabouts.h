// Where the private key of a certificate is on a token.
#pragma once

#include "agent/certificate_files.h"
#include "agent/identity.h"
#include "agent/key_index.h"

#include <memory>
#include <optional>
#include <string>

namespace signet::agent {

/// As far as that can be known now.
struct Whereabouts {
    std::optional<Location> location;
    /// CKA_LABEL of the key, or what there is of it.
    std::string label;
    /// For people; empty if there is a location.
    std::string why_not;
};

/// Of a certificate on `token`, whose keys `keys` has: by public value, else by CKA_ID.
Whereabouts locate(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
                   const ScannedCertificate& scanned, const cms::Certificate& certificate);

/// Of one in a file beside it: by public value, and where the private key shows none and there is no public
/// key, by a CKA_ID that is one of FileCertificate::usual_ids.
Whereabouts locate(const std::shared_ptr<TokenState>& token, const KeyIndex& keys,
                   const FileCertificate& file);

}  // namespace signet::agent
