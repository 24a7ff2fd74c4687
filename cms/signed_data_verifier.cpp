#include "cms/signed_data_verifier.h"

#include <openssl/objects.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/content_info.h"
#include "cms/certificate_path.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signature_verification.h"
#include "cms/signed_attributes_check.h"
#include "cms/signed_data_builder.h"
#include "cms/signer_certificates.h"

namespace signet::cms {
namespace {

// Far above any honest message, and low enough that nobody is kept busy for long.
constexpr int max_signers = 64;
constexpr int max_certificates = 256;
constexpr int max_attributes = 64;
// A longer content cannot be mistaken for signed attributes.
constexpr std::size_t max_signed_attributes = std::size_t{64} * 1024;

/// The content as the signers need it: its digests, and its beginning where it is signed without attributes.
class SignedContent {
  public:
    explicit SignedContent(const asn1::SignedData& data) {
        for (int i = 0; i < asn1::sk_SignerInfo_num(data.signer_infos); ++i) {
            const asn1::SignerInfo& info = *asn1::sk_SignerInfo_value(data.signer_infos, i);
            const auto algorithm = read_digest_algorithm(*info.digest_algorithm);
            if (algorithm && *algorithm != DigestAlgorithm::sha1)
                m_streams.try_emplace(*algorithm, *algorithm);
        }
    }
    void update(BytesView piece) {
        for (auto& [algorithm, stream] : m_streams)
            stream.update(piece);
        const std::size_t room = max_signed_attributes + 1 - m_beginning.size();
        const BytesView kept = piece.first(std::min(room, piece.size()));
        m_beginning.insert(m_beginning.end(), kept.begin(), kept.end());
    }
    void finish() {
        for (auto& [algorithm, stream] : m_streams)
            m_digests[algorithm] = stream.finish();
    }
    [[nodiscard]] const Bytes& digest(DigestAlgorithm algorithm) const { return m_digests.at(algorithm); }
    [[nodiscard]] bool may_be_signed_attributes() const {
        return m_beginning.size() <= max_signed_attributes && looks_like_signed_attributes(m_beginning);
    }

  private:
    std::map<DigestAlgorithm, DigestStream> m_streams;
    std::map<DigestAlgorithm, Bytes> m_digests;
    Bytes m_beginning;
};

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
                   const SignedContent& content, const CertificatePaths& paths)
        : m_content_type(*data.encap_content_info->content_type),
          m_certificates(certificates),
          m_content(content),
          m_paths(paths) {}

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
        const auto trouble = m_paths.trouble(*result.certificate);
        result.trusted = !trouble;
        if (trouble)
            result.reasons.push_back(*trouble);
    }

    /// Adds a reason for all that does not hold. Throws Error for what cannot be read.
    void check_integrity(const asn1::SignerInfo& info, SignerResult& result) const {
        const int digest_id = algorithm_nid(*info.digest_algorithm);
        const auto digest_algorithm = read_digest_algorithm(*info.digest_algorithm);
        result.digest_algorithm =
            digest_algorithm ? digest_name(*digest_algorithm) : algorithm_name(*info.digest_algorithm);
        result.signature_algorithm = algorithm_name(*info.signature_algorithm);
        if (is_broken_hash(digest_id)) {
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
            inputs = {
                signature_input(algorithm.scheme, algorithm.digest, asn1::encode(*info.signed_attributes))};
            // Some sign what they send, which is not in the order of DER; OpenSSL verifies that alone.
            const Bytes as_sent = signature_input(algorithm.scheme, algorithm.digest,
                                                  asn1::encode_as_sent(*info.signed_attributes));
            if (as_sent != inputs.front())
                inputs.push_back(as_sent);
        }
        const auto holds = [&](const Bytes& input) {
            return verify_signature(*result.certificate->public_key(), algorithm, input,
                                    asn1::view_of(*info.signature));
        };
        if (std::none_of(inputs.begin(), inputs.end(), holds))
            result.reasons.push_back(
                {ReasonCode::signature_wrong, "The signature is not one of the signer's key."});
    }

    const ASN1_OBJECT& m_content_type;
    const std::vector<Certificate>& m_certificates;
    const SignedContent& m_content;
    const CertificatePaths& m_paths;
};

}  // namespace

bool SignedDataResult::holds() const noexcept {
    return !signers.empty() && std::all_of(signers.begin(), signers.end(), [](const SignerResult& signer) {
        return signer.intact && signer.trusted;
    });
}

SignedDataResult verify_signed_data(BytesView signed_data, const ContentSource& content,
                                    const VerifyOptions& options) {
    const auto message = asn1::decode<asn1::ContentInfo>(signed_data, "SignedData");
    if (OBJ_obj2nid(message->content_type) != NID_pkcs7_signed)
        throw Error(ErrorCode::malformed, "not a SignedData");
    const asn1::SignedData& data = *message->d.signed_data;
    check_bounds(data);

    SignedDataResult result;
    result.content_type = object_text(*data.encap_content_info->content_type);
    SignedContent signed_content(data);
    if (const ASN1_OCTET_STRING* attached = data.encap_content_info->content) {
        const BytesView octets = asn1::view_of(*attached);
        signed_content.update(octets);
        result.content.emplace(octets.begin(), octets.end());
    } else if (content) {
        content([&signed_content](BytesView piece) { signed_content.update(piece); });
    } else {
        throw Error(ErrorCode::malformed, "a detached SignedData, and nothing that it signs");
    }
    signed_content.finish();

    std::vector<Certificate> certificates = certificates_of(data);
    certificates.insert(certificates.end(), options.candidates.begin(), options.candidates.end());
    const CertificatePaths paths(options.trust_anchors, certificates, options.at);
    // An anchor may be the signer's own certificate, and the message may lack it.
    certificates.insert(certificates.end(), options.trust_anchors.begin(), options.trust_anchors.end());
    const SignerVerifier verifier(data, certificates, signed_content, paths);
    for (int i = 0; i < asn1::sk_SignerInfo_num(data.signer_infos); ++i)
        result.signers.push_back(verifier.verify(*asn1::sk_SignerInfo_value(data.signer_infos, i)));
    return result;
}

}  // namespace signet::cms
