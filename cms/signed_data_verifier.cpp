#include "cms/signed_data_verifier.h"

#include <openssl/objects.h>

#include <algorithm>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/certificate_path.h"
#include "cms/error.h"
#include "cms/signature_verification.h"
#include "cms/signed_attributes_check.h"
#include "cms/signed_content.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_reader.h"
#include "cms/signer_certificates.h"

namespace signet::cms {
namespace {

// Far above any honest message, and low enough that nobody is kept busy for long.
constexpr int max_signers = 64;
constexpr int max_certificates = 256;
constexpr int max_attributes = 64;

void check_bounds(const asn1::SignedData& data) {
    bool within = data.version >= 1 && data.version <= 5 &&
                  asn1::sk_SignerInfo_num(data.signer_infos) <= max_signers &&
                  asn1::sk_CertificateChoices_num(data.certificates) <= max_certificates;
    for (int i = 0; within && i < asn1::sk_SignerInfo_num(data.signer_infos); ++i) {
        const asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(data.signer_infos, i);
        within = (info.version == 1 || info.version == 3) &&
                 asn1::sk_Attribute_num(info.signed_attributes) <= max_attributes;
    }
    if (!within)
        throw Error(ErrorCode::malformed, "a SignedData with a version or a count out of bounds");
}

std::string scheme_name(SignatureScheme scheme) {
    switch (scheme) {
        case SignatureScheme::rsa_pkcs1:
            return "RSA PKCS#1 v1.5";
        case SignatureScheme::rsa_pss:
            return "RSASSA-PSS";
        case SignatureScheme::ecdsa:
            return "ECDSA";
        case SignatureScheme::ed25519:
            return "Ed25519";
        case SignatureScheme::ed448:
            return "Ed448";
    }
    return {};
}

bool is_broken_hash(int nid) noexcept {
    return nid == NID_sha1 || nid == NID_md5 || nid == NID_md2 || nid == NID_md4;
}

/// Verifies one SignerInfo after the other.
class SignerVerifier {
  public:
    SignerVerifier(const asn1::SignedData& data, const std::vector<Certificate>& certificates,
                   const SignedContent& content, CertificatePaths& paths, bool legacy)
        : m_content_type(*data.encap_content_info->content_type),
          m_certificates(certificates),
          m_content(content),
          m_paths(paths),
          m_legacy(legacy) {}

    /// By the certificate that the signature holds with, where the SignerInfo may mean several.
    [[nodiscard]] SignerResult verify(const asn1::SignerInfo& info) const {
        std::optional<SignerResult> best;
        for (const Certificate& signer : named_by(*info.sid, m_certificates)) {
            SignerResult result = integrity_of(info, signer);
            if (result.intact)
                judge_certificate(result);
            if (result.intact && result.trusted)
                return result;
            if (!best || (result.intact && !best->intact))
                best = std::move(result);
        }
        if (!best)
            return integrity_of(info, std::nullopt);
        // Paths take long: those of certificates that did not sign this are not looked for, but for what is
        // reported.
        if (!best->intact)
            judge_certificate(*best);
        return *std::move(best);
    }

  private:
    [[nodiscard]] SignerResult integrity_of(const asn1::SignerInfo& info,
                                            std::optional<Certificate> signer) const {
        SignerResult result;
        result.certificate = std::move(signer);
        try {
            check_integrity(info, result);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::failed)
                result.reasons.push_back(
                    {ReasonCode::signature_uncheckable,
                     std::string("The signature cannot be checked: ") + error.what() + "."});
            else
                result.reasons.push_back(
                    {ReasonCode::signature_unreadable,
                     std::string("The signature cannot be read: ") + error.what() + "."});
        }
        result.intact = result.reasons.empty();
        return result;
    }

    void judge_certificate(SignerResult& result) const {
        result.path = m_paths.judge(*result.certificate);
        result.trusted = result.path.trusted();
        result.reasons.insert(result.reasons.end(), result.path.reasons.begin(), result.path.reasons.end());
    }

    /// Adds a reason for all that does not hold. Throws Error for what cannot be read.
    void check_integrity(const asn1::SignerInfo& info, SignerResult& result) const {
        const int digest_id = algorithm_nid(*info.digest_algorithm);
        const auto digest_algorithm = read_digest_algorithm(*info.digest_algorithm);
        result.digest_algorithm =
            digest_algorithm ? digest_name(*digest_algorithm) : algorithm_name(*info.digest_algorithm);
        result.signature_algorithm = algorithm_name(*info.signature_algorithm);
        if (m_legacy && digest_algorithm && is_broken_hash(digest_id)) {
            result.weak.push_back({name_of_hash(digest_id), "the signature"});
        } else if (is_broken_hash(digest_id)) {
            result.reasons.push_back({ReasonCode::hash_broken,
                                      "It is signed with " + result.digest_algorithm + ", a broken hash."});
            return;
        }
        if (!digest_algorithm) {
            result.reasons.push_back({ReasonCode::hash_unsupported,
                                      "Its hash, " + result.digest_algorithm + ", is not supported."});
            return;
        }
        const SignatureAlgorithm algorithm =
            read_signature_algorithm(*info.signature_algorithm, *digest_algorithm);
        result.signature_algorithm = scheme_name(algorithm.scheme);
        if (algorithm.digest != *digest_algorithm) {
            result.reasons.push_back({ReasonCode::hash_differs,
                                      "The content is hashed with another algorithm than the signature."});
            return;
        }
        if (!m_content.has(algorithm.digest)) {
            result.reasons.push_back(
                {ReasonCode::hash_unannounced, "Its hash is not among those that the message begins with."});
            return;
        }
        if (algorithm.scheme == SignatureScheme::rsa_pss && algorithm.mgf1_digest == DigestAlgorithm::sha1) {
            // MGF1 needs no collision resistance, but no honest signer mixes these.
            result.reasons.push_back({ReasonCode::parameters_weak, "Its RSASSA-PSS parameters use SHA-1."});
            return;
        }
        if (!result.certificate) {
            result.reasons.push_back({ReasonCode::certificate_missing,
                                      "The signer's certificate is neither in the message nor known here."});
            return;
        }
        check_signature(info, algorithm, result);
    }

    void check_signature(const asn1::SignerInfo& info, const SignatureAlgorithm& algorithm,
                         SignerResult& result) const {
        const Bytes& content_digest = m_content.digest(algorithm.digest);
        std::vector<Bytes> inputs{content_digest};
        std::vector<Bytes> encodings;
        if (info.signed_attributes == nullptr) {
            if (signs_message(algorithm.scheme))
                throw Error(ErrorCode::unsupported, "EdDSA without signed attributes is not supported");
            if (OBJ_obj2nid(&m_content_type) != NID_pkcs7_data)
                result.reasons.push_back({ReasonCode::attributes_missing,
                                          "It has no signed attributes, but its content needs them."});
            else if (m_content.may_be_signed_attributes())
                result.reasons.push_back({ReasonCode::attributes_as_content,
                                          "Its content is the signed attributes of another message."});
        } else {
            SignedAttributesCheck check =
                check_signed_attributes(info, m_content_type, content_digest, *result.certificate);
            result.signing_time = check.signing_time;
            result.reasons = std::move(check.reasons);
            encodings = {asn1::encode(*info.signed_attributes)};
            // Some sign what they send, which is not in the order of DER; OpenSSL verifies that alone.
            if (Bytes as_sent = asn1::encode_as_sent(*info.signed_attributes); as_sent != encodings.front())
                encodings.push_back(std::move(as_sent));
            inputs.clear();
            for (const Bytes& encoding : encodings)
                inputs.push_back(signature_input(algorithm.scheme, algorithm.digest, encoding));
        }
        const auto holds = [&](const Bytes& input) {
            return verify_signature(*result.certificate->public_key(), algorithm, input,
                                    asn1::view_of(*info.signature));
        };
        const auto held = std::find_if(inputs.begin(), inputs.end(), holds);
        if (held != inputs.end() && !encodings.empty())
            result.signed_attributes = std::move(encodings[static_cast<std::size_t>(held - inputs.begin())]);
        const BytesView signature = asn1::view_of(*info.signature);
        result.signature.assign(signature.begin(), signature.end());
        if (held == inputs.end())
            result.reasons.push_back(
                {ReasonCode::signature_wrong, "The signature is not one of the signer's key."});
    }

    const ASN1_OBJECT& m_content_type;
    const std::vector<Certificate>& m_certificates;
    const SignedContent& m_content;
    CertificatePaths& m_paths;
    bool m_legacy;
};

/// The hashes of `algorithms` that a content is worth being hashed with.
std::vector<DigestAlgorithm> without_broken(std::vector<DigestAlgorithm> algorithms, bool legacy) {
    if (!legacy)
        std::erase_if(algorithms, [](DigestAlgorithm hash) { return is_weak_hash(digest_nid(hash)); });
    return algorithms;
}

std::vector<DigestAlgorithm> hashes_of_signers(const asn1::SignedData& data, bool legacy) {
    std::vector<DigestAlgorithm> algorithms;
    for (int i = 0; i < asn1::sk_SignerInfo_num(data.signer_infos); ++i) {
        const asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(data.signer_infos, i);
        if (const auto algorithm = read_digest_algorithm(*info.digest_algorithm))
            algorithms.push_back(*algorithm);
    }
    return without_broken(std::move(algorithms), legacy);
}

/// What to hash a content with that comes before its signers. Digest algorithms should be listed before it,
/// but that nobody is held to that (RFC 5652 section 5.1) needs the usual ones where none of ours is.
std::vector<DigestAlgorithm> hashes_announced(const SignedDataReader& reader, bool legacy) {
    auto algorithms = without_broken(reader.digest_algorithms(), legacy);
    if (algorithms.empty())
        algorithms = {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512};
    return algorithms;
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
                                    const ByteSink& attached, const ContentSource& attached_again,
                                    const VerifyOptions& options) {
    SignedDataReader reader(message);
    SignedDataResult result;
    result.content_type = object_text(reader.content_type());
    result.attached = reader.has_content();
    SignedContent content(hashes_announced(reader, options.path.legacy));
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
    const std::vector<DigestAlgorithm> hashes = hashes_of_signers(*data, options.path.legacy);
    if (!result.attached && !detached)
        throw Error(ErrorCode::malformed, "a detached SignedData, and nothing that it signs");
    if (!result.attached)
        content = content_from(detached, hashes);
    else if (attached_again && !std::all_of(hashes.begin(), hashes.end(),
                                            [&content](DigestAlgorithm hash) { return content.has(hash); }))
        content = content_from(attached_again, hashes);

    std::vector<Certificate> certificates = certificates_of(*data);
    certificates.insert(certificates.end(), options.candidates.begin(), options.candidates.end());
    CertificatePaths paths(options.trust_anchors, certificates, options.at, options.path, options.revocation);
    for (int i = 0; i < sk_ASN1_TYPE_num(data->crls); ++i)
        paths.add_revocation_info(asn1::encode(*sk_ASN1_TYPE_value(data->crls, i)));
    // An anchor may be the signer's own certificate, and the message may lack it.
    certificates.insert(certificates.end(), options.trust_anchors.begin(), options.trust_anchors.end());
    const SignerVerifier verifier(*data, certificates, content, paths, options.path.legacy);
    for (int i = 0; i < asn1::sk_SignerInfo_num(data->signer_infos); ++i)
        result.signers.push_back(verifier.verify(*asn1::sk_SignerInfo_value(data->signer_infos, i)));
    return result;
}

SignedDataResult verify_signed_data(BytesView signed_data, const ContentSource& content,
                                    const VerifyOptions& options) {
    Bytes attached;
    const auto again = [&attached](const ByteSink& feed) { feed(attached); };
    SignedDataResult result =
        verify_signed_data(memory_source(signed_data), content, appending_to(attached), again, options);
    if (result.attached)
        result.content = std::move(attached);
    return result;
}

}  // namespace signet::cms
