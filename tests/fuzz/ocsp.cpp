// OCSP responses that a network or a message brings: what nobody signed who may tells nothing; signed by the
// authority, a response tells no more than its parts.
#include "cms/ocsp.h"

#include <openssl/err.h>

#include "cms/certificate_path.h"
#include "cms/error.h"
#include "tests/fuzz/fixed_authority.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::fixed_authority;
using signet::fuzz::FixedAuthority;
using signet::fuzz::property;

namespace {

RevocationStatus asked(BytesView response) {
    return status_by_ocsp(response, fixed_authority().alice, fixed_authority().root,
                          judged_time(signet::fuzz::fixed_time), true)
        .status;
}

/// `info`: DER of a RevocationInfoChoice.
RevocationStatus from_message(BytesView info) {
    PathSettings settings;
    settings.legacy = true;
    CertificatePaths paths({fixed_authority().root}, {}, signet::fuzz::fixed_time, settings);
    paths.add_revocation_info(info);
    const PathVerdict verdict = paths.judge(fixed_authority().alice);
    property(verdict.revocation.size() == 1, "the signer has a path");
    return verdict.revocation.front().status;
}

OcspBasicRespPtr basic_of(BytesView der) {
    const unsigned char* position = der.data();
    const OcspResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &position, static_cast<long>(der.size())));
    return OcspBasicRespPtr(response ? OCSP_response_get1_basic(response.get()) : nullptr);
}

void look_at_signed(OCSP_BASICRESP& basic) {
    const FixedAuthority& authority = fixed_authority();
    if (OCSP_basic_sign(&basic, authority.root.x509(), &authority.root_key, nullptr, nullptr, 0) != 1)
        return;
    const OcspResponsePtr response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, &basic));
    unsigned char* der = nullptr;
    const int size = response ? i2d_OCSP_RESPONSE(response.get(), &der) : 0;
    if (size <= 0)
        return;
    const Bytes bytes(der, der + size);
    OPENSSL_free(der);
    const RevocationStatus status = asked(bytes);
    bool known = false;
    for (int i = 0; i < OCSP_resp_count(&basic); ++i)
        known = known || OCSP_single_get0_status(OCSP_resp_get0(&basic, i), nullptr, nullptr, nullptr,
                                                 nullptr) != V_OCSP_CERTSTATUS_UNKNOWN;
    property(known || status == RevocationStatus::unknown, "what no part says, the response does not");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView der(data, size);
    property(asked(der) == RevocationStatus::unknown, "a response that nobody signed tells nothing");
    property(from_message(der) == RevocationStatus::unknown,
             "what a message brings and nobody signed tells nothing");
    if (const OcspBasicRespPtr basic = basic_of(der))
        look_at_signed(*basic);
    ERR_clear_error();
    return 0;
}
