// CRLs that a file or a message brings: what the authority did not sign tells nothing; signed by it, who is
// on the list is not good.
#include "cms/crl.h"

#include <openssl/err.h>

#include <optional>

#include "cms/certificate_path.h"
#include "cms/error.h"
#include "tests/fuzz/fixed_authority.h"
#include "tests/fuzz/property.h"

using namespace signet::cms;
using signet::fuzz::fixed_authority;
using signet::fuzz::property;

namespace {

CertificatePaths paths_with(std::vector<std::shared_ptr<X509_CRL>> crls) {
    RevocationOptions options;
    options.crls = std::move(crls);
    PathSettings settings;
    settings.legacy = true;
    return CertificatePaths({fixed_authority().root}, {}, signet::fuzz::fixed_time, settings, options);
}

RevocationStatus status_by(CertificatePaths paths) {
    const PathVerdict verdict = paths.judge(fixed_authority().alice);
    property(verdict.revocation.size() == 1, "the signer has a path");
    const RevocationStatus status = verdict.revocation.front().status;
    property(verdict.trusted() == (status != RevocationStatus::revoked), "who is revoked is not trusted");
    return status;
}

RevocationStatus as_given(BytesView der) {
    try {
        return status_by(paths_with({parse_crl(der)}));
    } catch (const Error&) {
        return RevocationStatus::unknown;
    }
}

RevocationStatus from_message(BytesView der) {
    CertificatePaths paths = paths_with({});
    paths.add_revocation_info(der);
    return status_by(std::move(paths));
}

/// The same list, signed by the authority.
std::optional<Bytes> signed_again(BytesView der) {
    try {
        const X509CrlPtr crl = parse_crl(der);
        (void)has_weak_hash(*crl);
        if (X509_CRL_sign(crl.get(), &fixed_authority().root_key, nullptr) <= 0)
            return std::nullopt;
        unsigned char* encoding = nullptr;
        const int size = i2d_X509_CRL(crl.get(), &encoding);
        if (size <= 0)
            return std::nullopt;
        Bytes bytes(encoding, encoding + size);
        OPENSSL_free(encoding);
        return bytes;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Whether the signer is on the list, since before the time that is judged.
bool is_listed(BytesView der) {
    const X509CrlPtr crl = parse_crl(der);
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_cert(crl.get(), &entry, fixed_authority().alice.x509()) != 1)
        return false;
    const auto since = seconds_of(X509_REVOKED_get0_revocationDate(entry));
    return !since || *since <= signet::fuzz::fixed_time;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView der(data, size);
    property(as_given(der) == RevocationStatus::unknown, "a CRL of a file that nobody signed tells nothing");
    property(from_message(der) == RevocationStatus::unknown,
             "a CRL of a message that nobody signed tells nothing");
    if (const auto crl = signed_again(der)) {
        const RevocationStatus status = as_given(*crl);
        property(status == from_message(*crl), "a CRL tells the same from a file and from a message");
        property(status != RevocationStatus::good || !is_listed(*crl), "who is on the list is not good");
    }
    try {
        for (const Bytes& crl : crls_from_pem(as_text(der)))
            (void)as_given(crl);
    } catch (const Error&) {
        // No PEM.
    }
    ERR_clear_error();
    return 0;
}
