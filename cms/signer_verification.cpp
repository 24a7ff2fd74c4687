#include "cms/signer_verification.h"

#include <openssl/objects.h>

#include <algorithm>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/error.h"
#include "cms/signature_verification.h"
#include "cms/signed_attributes_check.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_version.h"
#include "cms/signer_certificates.h"

namespace signet::cms {
namespace {

// Far above any honest message, and low enough that nobody is kept busy for long.
constexpr int max_attributes = 64;
constexpr std::size_t max_countersignatures = 64;
constexpr std::size_t max_countersignature_depth = 8;
constexpr std::size_t max_timestamps = 64;

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
        case SignatureScheme::dsa:
            return "DSA";
    }
    return {};
}

std::string too_long_for_eddsa() {
    return "It is EdDSA without signed attributes over a content above " +
           std::to_string(max_eddsa_content >> 20) + " MiB, which is not checked.";
}

std::string too_much_for_eddsa() {
    return "It is EdDSA without signed attributes, which is checked over " +
           std::to_string(max_eddsa_total >> 20) + " MiB in all, the content counted for each signer.";
}

[[noreturn]] void fail_bounds() {
    throw Error(ErrorCode::malformed, "a SignerInfo with too many countersignatures or timestamps");
}

void check_bounds(const asn1::SignerInfo& info) {
    if (info.version != version_by_fields(info))
        throw Error(ErrorCode::malformed, "a SignerInfo whose version is not its signer identifier's");
    if (asn1::sk_Attribute_num(info.signed_attributes) > max_attributes ||
        asn1::sk_Attribute_num(info.unsigned_attributes) > max_attributes)
        throw Error(ErrorCode::malformed, "a SignerInfo with too many attributes");
}

asn1::ItemPtr<asn1::SignerInfo> read_countersignature(BytesView value) {
    constexpr char countersignature_name[] = "countersignature";
    auto info = asn1::decode<asn1::SignerInfo>(value, countersignature_name);
    asn1::BerReader reader(memory_source(value), countersignature_name);
    asn1::check_attributes_constructed(reader);
    check_bounds(*info);
    return info;
}

Reason unreadable(const Error& error) {
    if (error.code() == ErrorCode::failed)
        return {ReasonCode::signature_uncheckable,
                std::string("The signature cannot be checked: ") + error.what() + "."};
    return {ReasonCode::signature_unreadable,
            std::string("The signature cannot be read: ") + error.what() + "."};
}

/// Calls `visit` with each value of the unsigned attributes of this type.
template <typename Visit>
void for_each_value(const asn1::SignerInfo& info, int type, const Visit& visit) {
    for (int i = 0; i < asn1::sk_Attribute_num(info.unsigned_attributes); ++i) {
        const asn1::Attribute& attribute = *asn1::sk_Attribute_value(info.unsigned_attributes, i);
        if (OBJ_obj2nid(attribute.type) != type)
            continue;
        for (int k = 0; k < sk_ASN1_TYPE_num(attribute.values); ++k)
            visit(asn1::sequence_in(sk_ASN1_TYPE_value(attribute.values, k)));
    }
}

}  // namespace

SignerVerifier::SignerVerifier(const std::vector<Certificate>& certificates, CertificatePaths& paths,
                               const VerifyOptions& options)
    : m_certificates(certificates), m_paths(paths), m_options(options) {}

SignerResult SignerVerifier::verify(const asn1::SignerInfo& info, const SignedSubject& subject) {
    check_bounds(info);
    return verify(info, subject, 0);
}

SignerResult SignerVerifier::verify(const asn1::SignerInfo& info, const SignedSubject& subject,
                                    std::size_t depth) {
    // Those of a timestamp tell nobody who asks about the message.
    if (m_options.path.purpose == CertificatePurpose::timestamps)
        return verify_signer(info, subject, std::nullopt);
    std::vector<TimestampResult> timestamps = verify_timestamps(info);
    std::optional<JudgedTime> time;
    for (const TimestampResult& timestamp : timestamps)
        if (timestamp.intact && timestamp.trusted && (!time || *timestamp.time < time->seconds))
            time = JudgedTime{*timestamp.time, TimeSource::timestamp};
    SignerResult result = verify_signer(info, subject, time);
    result.timestamps = std::move(timestamps);
    result.countersignatures = verify_countersignatures(info, depth);
    return result;
}

std::vector<TimestampResult> SignerVerifier::verify_timestamps(const asn1::SignerInfo& info) {
    std::vector<TimestampResult> results;
    for_each_value(info, NID_id_smime_aa_timeStampToken, [&](BytesView token) {
        if (++m_timestamps > max_timestamps)
            fail_bounds();
        VerifyOptions options = m_options;
        options.candidates = m_certificates;
        results.push_back(verify_timestamp(token, asn1::view_of(*info.signature), options));
    });
    return results;
}

std::vector<SignerResult> SignerVerifier::verify_countersignatures(const asn1::SignerInfo& info,
                                                                   std::size_t depth) {
    std::vector<SignerResult> results;
    for_each_value(info, NID_pkcs9_countersignature, [&](BytesView value) {
        if (++m_countersignatures > max_countersignatures || depth == max_countersignature_depth)
            fail_bounds();
        asn1::ItemPtr<asn1::SignerInfo> countersignature;
        try {
            countersignature = read_countersignature(value);
        } catch (const Error& error) {
            results.emplace_back().reasons = {unreadable(error)};
            return;
        }
        std::vector<DigestAlgorithm> hashes;
        if (const auto hash = read_digest_algorithm(*countersignature->digest_algorithm))
            hashes.push_back(*hash);
        SignedContent content(hashes);
        content.update(asn1::view_of(*info.signature));
        content.finish();
        results.push_back(verify(*countersignature, {nullptr, content}, depth + 1));
    });
    return results;
}

/// By the certificate that the signature holds with, where the SignerInfo may mean several.
SignerResult SignerVerifier::verify_signer(const asn1::SignerInfo& info, const SignedSubject& subject,
                                           const std::optional<JudgedTime>& time) {
    std::optional<SignerResult> best;
    for (const Certificate& signer : named_by(*info.sid, m_certificates)) {
        SignerResult result = integrity_of(info, subject, signer);
        if (result.intact)
            judge_certificate(result, time);
        if (result.intact && result.trusted)
            return result;
        if (!best || (result.intact && !best->intact))
            best = std::move(result);
    }
    if (!best)
        return integrity_of(info, subject, std::nullopt);
    // Paths take long: those of certificates that did not sign this are not looked for, but for what is
    // reported.
    if (!best->intact)
        judge_certificate(*best, time);
    return *std::move(best);
}

SignerResult SignerVerifier::integrity_of(const asn1::SignerInfo& info, const SignedSubject& subject,
                                          std::optional<Certificate> signer) {
    SignerResult result;
    result.certificate = std::move(signer);
    try {
        check_integrity(info, subject, result);
    } catch (const Error& error) {
        result.reasons.push_back(unreadable(error));
    }
    result.intact = result.reasons.empty();
    return result;
}

void SignerVerifier::judge_certificate(SignerResult& result, const std::optional<JudgedTime>& time) {
    result.path = m_paths.judge(*result.certificate, time);
    result.trusted = result.path.trusted();
    result.reasons.insert(result.reasons.end(), result.path.reasons.begin(), result.path.reasons.end());
}

void SignerVerifier::check_integrity(const asn1::SignerInfo& info, const SignedSubject& subject,
                                     SignerResult& result) {
    const int digest_id = algorithm_nid(*info.digest_algorithm);
    const auto digest_algorithm = read_digest_algorithm(*info.digest_algorithm);
    result.digest_algorithm =
        digest_algorithm ? digest_name(*digest_algorithm) : algorithm_name(*info.digest_algorithm);
    result.signature_algorithm = algorithm_name(*info.signature_algorithm);
    if (m_options.path.legacy && digest_algorithm && is_weak_hash(digest_id)) {
        result.weak.push_back({name_of_hash(digest_id), "the signature"});
    } else if (is_weak_hash(digest_id)) {
        result.reasons.push_back({ReasonCode::hash_broken, "It is signed with " + result.digest_algorithm +
                                                               ", a hash that is too weak."});
        return;
    }
    if (!digest_algorithm) {
        result.reasons.push_back(
            {ReasonCode::hash_unsupported, "Its hash, " + result.digest_algorithm + ", is not supported."});
        return;
    }
    const SignatureAlgorithm algorithm =
        read_signature_algorithm(*info.signature_algorithm, *digest_algorithm);
    result.signature_algorithm = scheme_name(algorithm.scheme);
    if (algorithm.digest != *digest_algorithm) {
        result.reasons.push_back(
            {ReasonCode::hash_differs, "The content is hashed with another algorithm than the signature."});
        return;
    }
    if (!subject.content.has(algorithm.digest)) {
        result.reasons.push_back(
            {ReasonCode::hash_unannounced, "Its hash is not among the digest algorithms of the message."});
        return;
    }
    if (!accept_weak(algorithm, result))
        return;
    if (!result.certificate) {
        result.reasons.push_back({ReasonCode::certificate_missing,
                                  "The signer's certificate is neither in the message nor known here."});
        return;
    }
    check_signature(info, subject, algorithm, result);
}

/// Whether what is weak in the algorithm, but for its hash, is accepted; says so either way.
bool SignerVerifier::accept_weak(const SignatureAlgorithm& algorithm, SignerResult& result) const {
    const auto accept = [&](WeakAlgorithm weak, ReasonCode code, const char* text) {
        if (m_options.path.legacy)
            result.weak.push_back(std::move(weak));
        else
            result.reasons.push_back({code, text});
        return m_options.path.legacy;
    };
    if (algorithm.scheme == SignatureScheme::dsa)
        return accept({"DSA", "the signature"}, ReasonCode::algorithm_weak,
                      "It is signed with DSA, which nobody should use any more.");
    // MGF1 needs no collision resistance, but no honest signer mixes these.
    if (algorithm.scheme == SignatureScheme::rsa_pss && algorithm.mgf1_digest == DigestAlgorithm::sha1)
        return accept({"SHA-1", "the signature's mask generation"}, ReasonCode::parameters_weak,
                      "Its RSASSA-PSS parameters use SHA-1.");
    return true;
}

void SignerVerifier::check_signature(const asn1::SignerInfo& info, const SignedSubject& subject,
                                     const SignatureAlgorithm& algorithm, SignerResult& result) {
    const Bytes& content_digest = subject.content.digest(algorithm.digest);
    std::vector<Bytes> digests;
    std::vector<BytesView> inputs{content_digest};
    std::vector<Bytes> encodings;
    if (has_misplaced_attribute(info))
        result.reasons.push_back(
            {ReasonCode::attribute_misplaced, "An attribute is where it must not be, signed or unsigned."});
    if (info.signed_attributes == nullptr) {
        if (signs_message(algorithm.scheme)) {
            const auto whole = subject.content.whole();
            if (!whole || whole->size() > m_eddsa_left) {
                result.reasons.push_back(
                    {ReasonCode::content_too_long, whole ? too_much_for_eddsa() : too_long_for_eddsa()});
                return;
            }
            m_eddsa_left -= whole->size();
            inputs = {*whole};
        }
        if (subject.content_type != nullptr && OBJ_obj2nid(subject.content_type) != NID_pkcs7_data)
            result.reasons.push_back(
                {ReasonCode::attributes_missing, "It has no signed attributes, but its content needs them."});
        else if (subject.content.may_be_signed_attributes())
            result.reasons.push_back({ReasonCode::attributes_as_content,
                                      "Its content is the signed attributes of another message."});
    } else {
        SignedAttributesCheck check =
            check_signed_attributes(info, subject.content_type, content_digest, *result.certificate);
        result.signing_time = check.signing_time;
        result.reasons.insert(result.reasons.end(), check.reasons.begin(), check.reasons.end());
        encodings = {asn1::encode(*info.signed_attributes)};
        // Some sign what they send, which is not in the order of DER; OpenSSL verifies that alone.
        if (Bytes as_sent = asn1::encode_as_sent(*info.signed_attributes); as_sent != encodings.front())
            encodings.push_back(std::move(as_sent));
        for (const Bytes& encoding : encodings)
            digests.push_back(signature_input(algorithm.scheme, algorithm.digest, encoding));
        inputs.assign(digests.begin(), digests.end());
    }
    const auto holds = [&](BytesView input) {
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

}  // namespace signet::cms
