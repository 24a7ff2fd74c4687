// RSAES-OAEP-params in a RecipientInfo that is otherwise right: strictly read, and never as PKCS#1 v1.5.
#include "cms/error.h"
#include "cms/recipient_info.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::property;

namespace {

Bytes element(std::uint8_t tag, BytesView contents) {
    Bytes out{tag, 0x83, static_cast<std::uint8_t>(contents.size() >> 16U),
              static_cast<std::uint8_t>(contents.size() >> 8U), static_cast<std::uint8_t>(contents.size())};
    if (contents.size() < 0x80)
        out = {tag, static_cast<std::uint8_t>(contents.size())};
    else if (contents.size() < 0x100)
        out = {tag, 0x81, static_cast<std::uint8_t>(contents.size())};
    else if (contents.size() < 0x10000)
        out = {tag, 0x82, static_cast<std::uint8_t>(contents.size() >> 8U),
               static_cast<std::uint8_t>(contents.size())};
    out.insert(out.end(), contents.begin(), contents.end());
    return out;
}

void append(Bytes& to, const Bytes& more) {
    to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 0xFFFF)
        return 0;
    // KeyTransRecipientInfo: version 2, a subjectKeyIdentifier, id-RSAES-OAEP with the input as parameters,
    // the encrypted key.
    Bytes algorithm{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x07};
    algorithm.insert(algorithm.end(), data, data + size);
    Bytes info{0x02, 0x01, 0x02};
    append(info, element(0x80, Bytes(20, 0x11)));
    append(info, element(0x30, algorithm));
    append(info, element(0x04, Bytes(256, 0x22)));
    try {
        const RecipientInfo parsed = parse_recipient_info(element(0x30, info));
        const auto* transport = std::get_if<KeyTransport>(&parsed);
        property(transport != nullptr && transport->padding == KeyTransport::Padding::oaep,
                 "OAEP is read as OAEP");
        property(
            transport->oaep_digest != DigestAlgorithm::md5 && transport->mgf1_digest != DigestAlgorithm::md5,
            "no MD5 is in OAEP");
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
