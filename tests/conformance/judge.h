// Whether what becomes of a case is what its authors say.
#pragma once

#include <string>

#include "tests/conformance/case.h"

namespace signet::conformance {

/// Why not; empty if it is as expected. Nothing that a message makes fail is thrown. Verdicts:
///   verifies      the signatures hold, with trust=CERTIFICATES, under legacy if so asked
///   intact        they hold together under the signers' keys; certificates do not matter
///   broken        not even that, or malformed
///   refused       it does not verify, for whatever reason; or cannot be opened
///   decrypts      for key= and cert=, or p12=
///   no-recipient  well-formed, but not for key= and cert=
///   parses        the message and what is in it that needs no key
///   survives      nothing but no crash and no valid signature
///   layers        encrypted=, signed=, good= as Thunderbird's tests say
///   certs-only    a SignedData without signers
///   certificate, crl    the file is one
/// Options besides: content=FILE (detached), with=CERTIFICATES (candidates), at=SECONDS, signers=N,
/// plain=FILE (what comes out), text=FILE (but for line ends), contains=TEXT, legacy, pass=PASSPHRASE.
std::string judge(const Case& one, bool legacy);

}  // namespace signet::conformance
