#include "cms/signed_data_verifier.h"

#include <algorithm>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/certificate_path.h"
#include "cms/error.h"
#include "cms/signed_content.h"
#include "cms/signed_data_reader.h"
#include "cms/signed_data_version.h"
#include "cms/signer_certificates.h"
#include "cms/signer_verification.h"

namespace signet::cms {
namespace {

// Far above any honest message, and low enough that nobody is kept busy for long.
constexpr int max_signers = 64;
constexpr int max_certificates = 256;

void check_bounds(const asn1::SignedData& data) {
    if (asn1::sk_SignerInfo_num(data.signer_infos) > max_signers ||
        asn1::sk_CertificateChoices_num(data.certificates) > max_certificates)
        throw Error(ErrorCode::malformed, "a SignedData with too many signers or certificates");
    if (data.version != version_by_fields(data))
        throw Error(ErrorCode::malformed, "a SignedData with another version than its fields make");
}

/// The hashes of `algorithms` that a content is worth being hashed with.
std::vector<DigestAlgorithm> without_broken(std::vector<DigestAlgorithm> algorithms, bool legacy) {
    if (!legacy)
        std::erase_if(algorithms, [](DigestAlgorithm hash) { return is_weak_hash(digest_nid(hash)); });
    return algorithms;
}

bool is_used(const asn1::SignedData& data, DigestAlgorithm algorithm) {
    for (int i = 0; i < asn1::sk_SignerInfo_num(data.signer_infos); ++i)
        if (read_digest_algorithm(*asn1::sk_SignerInfo_value(data.signer_infos, i)->digest_algorithm) ==
            algorithm)
            return true;
    return false;
}

SignedContent content_from(const ContentSource& source, const std::vector<DigestAlgorithm>& algorithms) {
    SignedContent content(algorithms);
    source([&content](BytesView piece) { content.update(piece); });
    content.finish();
    return content;
}

}  // namespace

bool SignedDataResult::holds() const noexcept {
    return !signers.empty() && std::all_of(signers.begin(), signers.end(), [](const SignerResult& signer) {
        return signer.intact && signer.trusted;
    });
}

SignedDataResult verify_signed_data(const ByteSource& message, const ContentSource& detached,
                                    const ByteSink& attached, const VerifyOptions& options) {
    SignedDataReader reader(message);
    SignedDataResult result;
    result.content_type = object_text(reader.content_type());
    result.attached = reader.has_content();
    std::vector<DigestAlgorithm> hashes = without_broken(reader.digest_algorithms(), options.path.legacy);
    SignedContent content(hashes);
    if (result.attached) {
        reader.read_content([&](BytesView piece) {
            content.update(piece);
            if (attached)
                attached(piece);
        });
        content.finish();
    }
    const auto data = reader.read_rest();
    check_bounds(*data);
    if (!result.attached && !detached)
        throw Error(ErrorCode::malformed, "a detached SignedData, and nothing that it signs");
    // What nobody signed, as a message of certificates, needs no content.
    if (!result.attached && asn1::sk_SignerInfo_num(data->signer_infos) > 0) {
        std::erase_if(hashes, [&data](DigestAlgorithm hash) { return !is_used(*data, hash); });
        content = content_from(detached, hashes);
    }

    std::vector<Certificate> certificates = certificates_of(*data);
    certificates.insert(certificates.end(), options.candidates.begin(), options.candidates.end());
    CertificatePaths paths(options.trust_anchors, certificates, options.at, options.path, options.revocation);
    for (int i = 0; i < sk_ASN1_TYPE_num(data->crls); ++i)
        paths.add_revocation_info(asn1::encode(*sk_ASN1_TYPE_value(data->crls, i)));
    // An anchor may be the signer's own certificate, and the message may lack it.
    certificates.insert(certificates.end(), options.trust_anchors.begin(), options.trust_anchors.end());
    SignerVerifier verifier(certificates, paths, options);
    const SignedSubject subject{&reader.content_type(), content};
    for (int i = 0; i < asn1::sk_SignerInfo_num(data->signer_infos); ++i)
        result.signers.push_back(verifier.verify(*asn1::sk_SignerInfo_value(data->signer_infos, i), subject));
    return result;
}

SignedDataResult verify_signed_data(BytesView signed_data, const ContentSource& content,
                                    const VerifyOptions& options) {
    Bytes attached;
    SignedDataResult result =
        verify_signed_data(memory_source(signed_data), content, appending_to(attached), options);
    if (result.attached)
        result.content = std::move(attached);
    return result;
}

}  // namespace signet::cms
