#include "tests/conformance/opening.h"

#include "cms/algorithms.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "tests/cms/software_token.h"

namespace signet::conformance {

Opened open_enveloped(cms::BytesView message, const Recipient& recipient, bool legacy) {
    const cms::EnvelopedMessage parsed = cms::parse_enveloped(message);
    // As the commands do.
    if (cms::is_broken(parsed.cipher) && !legacy)
        throw cms::Error(cms::ErrorCode::unsupported, "it is encrypted with " +
                                                          std::string(cms::cipher_name(parsed.cipher)) +
                                                          ", which anybody can break");
    return {
        cms::decrypt_content(parsed, cms::test::unwrap_for(parsed, recipient.certificate, *recipient.key)),
        parsed.content_type};
}

}  // namespace signet::conformance
