#include "cms/verification_reason.h"

namespace signet::cms {
namespace {

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

}  // namespace

std::string as_clause(std::string sentence) {
    if (sentence.ends_with('.'))
        sentence.pop_back();
    // What begins with several capitals is a name.
    if (sentence.size() > 1 && is_upper(sentence[0]) && !is_upper(sentence[1]))
        sentence[0] = static_cast<char>(sentence[0] - 'A' + 'a');
    return sentence;
}

std::string_view reason_token(ReasonCode code) noexcept {
    switch (code) {
        case ReasonCode::content_altered:
            return "content-altered";
        case ReasonCode::content_type_differs:
            return "content-type-differs";
        case ReasonCode::attributes_missing:
            return "attributes-missing";
        case ReasonCode::attributes_as_content:
            return "attributes-as-content";
        case ReasonCode::attribute_twice:
            return "attribute-twice";
        case ReasonCode::attribute_misplaced:
            return "attribute-misplaced";
        case ReasonCode::signing_time_malformed:
            return "signing-time-malformed";
        case ReasonCode::algorithms_altered:
            return "algorithms-altered";
        case ReasonCode::other_certificate:
            return "other-certificate";
        case ReasonCode::signature_wrong:
            return "signature-wrong";
        case ReasonCode::signature_unreadable:
            return "signature-unreadable";
        case ReasonCode::signature_uncheckable:
            return "signature-uncheckable";
        case ReasonCode::hash_broken:
            return "hash-broken";
        case ReasonCode::hash_unsupported:
            return "hash-unsupported";
        case ReasonCode::hash_differs:
            return "hash-differs";
        case ReasonCode::hash_unannounced:
            return "hash-unannounced";
        case ReasonCode::parameters_weak:
            return "parameters-weak";
        case ReasonCode::algorithm_weak:
            return "algorithm-weak";
        case ReasonCode::content_too_long:
            return "content-too-long";
        case ReasonCode::certificate_missing:
            return "certificate-missing";
        case ReasonCode::certificate_expired:
            return "certificate-expired";
        case ReasonCode::certificate_not_yet_valid:
            return "certificate-not-yet-valid";
        case ReasonCode::certificate_purpose:
            return "certificate-purpose";
        case ReasonCode::certificate_key_short:
            return "certificate-key-short";
        case ReasonCode::certificate_hash_weak:
            return "certificate-hash-weak";
        case ReasonCode::certificate_signature_wrong:
            return "certificate-signature-wrong";
        case ReasonCode::certificate_unacceptable:
            return "certificate-unacceptable";
        case ReasonCode::certificate_revoked:
            return "certificate-revoked";
        case ReasonCode::revocation_unknown:
            return "revocation-unknown";
        case ReasonCode::name_constraint:
            return "name-constraint";
        case ReasonCode::policy_missing:
            return "policy-missing";
        case ReasonCode::issuer_untrusted:
            return "issuer-untrusted";
        case ReasonCode::issuer_no_ca:
            return "issuer-no-ca";
        case ReasonCode::self_signed:
            return "self-signed";
        case ReasonCode::timestamp_malformed:
            return "timestamp-malformed";
        case ReasonCode::timestamp_of_other:
            return "timestamp-of-other";
        case ReasonCode::timestamp_time:
            return "timestamp-time";
        case ReasonCode::no_trust_anchors:
            return "no-trust-anchors";
    }
    return {};
}

}  // namespace signet::cms
