#include "tests/conformance/opening.h"

#include "cms/enveloped_data.h"
#include "tests/cms/software_token.h"

namespace signet::conformance {

Opened open_enveloped(cms::BytesView message, const Recipient& recipient, bool /*legacy*/) {
    const cms::EnvelopedMessage parsed = cms::parse_enveloped(message);
    return {
        cms::decrypt_content(parsed, cms::test::unwrap_for(parsed, recipient.certificate, *recipient.key)),
        parsed.content_type};
}

}  // namespace signet::conformance
