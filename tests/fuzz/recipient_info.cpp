// OAEP is never read as PKCS#1 v1.5, and whom a RecipientInfo names is whom it is for.
#include <algorithm>
#include <array>

#include "cms/error.h"
#include "cms/recipient_info.h"
#include "tests/fuzz/property.h"

using namespace signet;
using namespace signet::cms;
using signet::fuzz::property;

namespace {

constexpr std::array<std::uint8_t, 11> id_rsaes_oaep{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                     0xF7, 0x0D, 0x01, 0x01, 0x07};
constexpr std::array<std::uint8_t, 11> rsa_encryption{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                                      0xF7, 0x0D, 0x01, 0x01, 0x01};

template <std::size_t size>
bool holds(BytesView der, const std::array<std::uint8_t, size>& part) {
    return std::search(der.begin(), der.end(), part.begin(), part.end()) != der.end();
}

void check(BytesView der, const KeyTransport& transport, const std::vector<RecipientIdentifier>& named) {
    property(named == std::vector{transport.recipient}, "the recipient is the one named");
    if (transport.padding == KeyTransport::Padding::pkcs1)
        property(holds(der, rsa_encryption), "PKCS#1 v1.5 is named where it is read");
    else
        property(holds(der, id_rsaes_oaep), "OAEP is named where it is read");
}

void check(const KeyAgreement& agreement, const std::vector<RecipientIdentifier>& named) {
    property(agreement.recipients.size() == named.size(), "the recipients are those named");
    property(agreement.wrap_key_size == 16 || agreement.wrap_key_size == 24 || agreement.wrap_key_size == 32,
             "AES keys have 16, 24 or 32 octets");
    Secret shared(32);
    std::fill_n(shared.data(), shared.size(), static_cast<unsigned char>(0x5A));
    for (std::size_t i = 0; i < std::min(agreement.recipients.size(), std::size_t{4}); ++i)
        try {
            (void)unwrap_agreed_key(agreement, i, shared, 32);
            property(false, "no key unwraps with a secret that nobody agreed on");
        } catch (const Error&) {
            continue;
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView der(data, size);
    try {
        const RecipientInfo info = parse_recipient_info(der);
        const auto named = recipients_named(der);
        if (const auto* transport = std::get_if<KeyTransport>(&info))
            check(der, *transport, named);
        else if (const auto* agreement = std::get_if<KeyAgreement>(&info))
            check(*agreement, named);
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
