#include "cms/signed_attributes_check.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/rfc5035.h"
#include "cms/asn1/rfc6211.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms {
namespace {

const ASN1_OBJECT& algorithm_protection_type() {
    static const Asn1ObjectPtr type(OBJ_txt2obj("1.2.840.113549.1.9.52", 1));
    return *type;
}

/// The attributes of one SignerInfo, each of which may come once with one value.
class AttributeReader {
  public:
    explicit AttributeReader(const asn1::Attributes& attributes) : m_attributes(attributes) {}

    [[nodiscard]] bool has_duplicates() const {
        const int count = asn1::sk_Attribute_num(&m_attributes);
        for (int i = 0; i < count; ++i)
            for (int k = i + 1; k < count; ++k)
                if (OBJ_cmp(at(i).type, at(k).type) == 0)
                    return true;
        return false;
    }

    [[nodiscard]] bool has(const ASN1_OBJECT& type) const { return find(type) != nullptr; }

    /// The only value; null if the attribute is absent or has another number of values.
    [[nodiscard]] const ASN1_TYPE* value(const ASN1_OBJECT& type) const {
        const asn1::Attribute* attribute = find(type);
        if (attribute == nullptr || sk_ASN1_TYPE_num(attribute->values) != 1)
            return nullptr;
        return sk_ASN1_TYPE_value(attribute->values, 0);
    }

  private:
    [[nodiscard]] const asn1::Attribute& at(int i) const {
        return *asn1::sk_Attribute_value(&m_attributes, i);
    }
    [[nodiscard]] const asn1::Attribute* find(const ASN1_OBJECT& type) const {
        for (int i = 0; i < asn1::sk_Attribute_num(&m_attributes); ++i)
            if (OBJ_cmp(at(i).type, &type) == 0)
                return &at(i);
        return nullptr;
    }

    const asn1::Attributes& m_attributes;
};

const ASN1_OBJECT& object(int nid) {
    return *OBJ_nid2obj(nid);
}

bool same_bytes(BytesView a, BytesView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::optional<std::int64_t> time_of(const ASN1_TYPE* value) {
    if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return std::nullopt;
    std::tm utc{};
    if (ASN1_TIME_to_tm(value->value.asn1_string, &utc) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    return timegm(&utc);
}

bool protects(const ASN1_TYPE* value, const asn1::SignerInfo& info) {
    const auto protection =
        asn1::decode<asn1::CMSAlgorithmProtection>(asn1::sequence_in(value), "CMSAlgorithmProtection");
    return X509_ALGOR_cmp(protection->digest_algorithm, info.digest_algorithm) == 0 &&
           protection->signature_algorithm != nullptr &&
           X509_ALGOR_cmp(protection->signature_algorithm, info.signature_algorithm) == 0 &&
           protection->mac_algorithm == nullptr;
}

bool names(const asn1::IssuerSerial* issuer_serial, const Certificate& signer) {
    if (issuer_serial == nullptr)
        return true;
    if (sk_GENERAL_NAME_num(issuer_serial->issuer) != 1)
        return false;
    int type = 0;
    const void* name = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(issuer_serial->issuer, 0), &type);
    return type == GEN_DIRNAME &&
           X509_NAME_cmp(static_cast<const X509_NAME*>(name), X509_get_issuer_name(signer.x509())) == 0 &&
           ASN1_INTEGER_cmp(issuer_serial->serial_number, X509_get0_serialNumber(signer.x509())) == 0;
}

/// Whether one of the policies under which the signer wants the certificate relied upon is one of its own:
/// only then has a path any of them (RFC 5035 section 3, RFC 5280 section 6.1.1 (c)).
bool is_issued_under(const STACK_OF(POLICYINFO) * wanted, const Certificate& signer) {
    if (wanted == nullptr)
        return true;
    const CertificatePoliciesPtr own(static_cast<CERTIFICATEPOLICIES*>(
        X509_get_ext_d2i(signer.x509(), NID_certificate_policies, nullptr, nullptr)));
    ERR_clear_error();
    for (int i = 0; i < sk_POLICYINFO_num(own.get()); ++i) {
        const ASN1_OBJECT* policy = sk_POLICYINFO_value(own.get(), i)->policyid;
        if (OBJ_obj2nid(policy) == NID_any_policy && sk_POLICYINFO_num(wanted) > 0)
            return true;
        for (int k = 0; k < sk_POLICYINFO_num(wanted); ++k)
            if (OBJ_cmp(policy, sk_POLICYINFO_value(wanted, k)->policyid) == 0)
                return true;
    }
    return false;
}

/// The first certificate is the signer's own (RFC 5035 section 3, RFC 2634 section 5.4).
bool names_v2(const ASN1_TYPE* value, const Certificate& signer) {
    const auto attribute =
        asn1::decode<asn1::SigningCertificateV2>(asn1::sequence_in(value), "signingCertificateV2");
    if (asn1::sk_ESSCertIDv2_num(attribute->certs) < 1)
        return false;
    const asn1::ESSCertIDv2& id = *asn1::sk_ESSCertIDv2_value(attribute->certs, 0);
    const auto hash =
        id.hash_algorithm == nullptr ? DigestAlgorithm::sha256 : read_digest_algorithm(*id.hash_algorithm);
    return hash && hash != DigestAlgorithm::md5 &&
           same_bytes(asn1::view_of(*id.cert_hash), digest(*hash, signer.der())) &&
           names(id.issuer_serial, signer) && is_issued_under(attribute->policies, signer);
}

bool names_v1(const ASN1_TYPE* value, const Certificate& signer) {
    const auto attribute =
        asn1::decode<asn1::SigningCertificate>(asn1::sequence_in(value), "signingCertificate");
    if (asn1::sk_ESSCertID_num(attribute->certs) < 1)
        return false;
    const asn1::ESSCertID& id = *asn1::sk_ESSCertID_value(attribute->certs, 0);
    return same_bytes(asn1::view_of(*id.cert_hash), digest(DigestAlgorithm::sha1, signer.der())) &&
           names(id.issuer_serial, signer) && is_issued_under(attribute->policies, signer);
}

/// `check`, where an attribute that cannot be parsed does not agree.
template <typename Check, typename... Arguments>
bool agrees(Check check, const Arguments&... arguments) {
    try {
        return check(arguments...);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

SignedAttributesCheck check_signed_attributes(const asn1::SignerInfo& info, const ASN1_OBJECT* content_type,
                                              BytesView content_digest, const Certificate& signer) {
    SignedAttributesCheck result;
    const AttributeReader attributes(*info.signed_attributes);
    const auto require = [&result](bool holds, ReasonCode code, const char* text) {
        if (!holds)
            result.reasons.push_back({code, text});
    };
    require(!attributes.has_duplicates(), ReasonCode::attribute_twice,
            "A signed attribute comes more than once.");

    if (content_type == nullptr) {
        require(!attributes.has(object(NID_pkcs9_contentType)), ReasonCode::content_type_differs,
                "It is a signature over a content, and no countersignature.");
    } else {
        const ASN1_TYPE* type = attributes.value(object(NID_pkcs9_contentType));
        require(
            type != nullptr && type->type == V_ASN1_OBJECT && OBJ_cmp(type->value.object, content_type) == 0,
            ReasonCode::content_type_differs, "The signed content type is not the content's.");
    }

    const ASN1_TYPE* message_digest = attributes.value(object(NID_pkcs9_messageDigest));
    require(message_digest != nullptr && message_digest->type == V_ASN1_OCTET_STRING &&
                same_bytes(asn1::view_of(*message_digest->value.octet_string), content_digest),
            ReasonCode::content_altered, "The content is not what was signed.");

    if (attributes.has(object(NID_pkcs9_signingTime))) {
        result.signing_time = time_of(attributes.value(object(NID_pkcs9_signingTime)));
        require(result.signing_time.has_value(), ReasonCode::signing_time_malformed,
                "The signing time is malformed.");
    }
    const ASN1_OBJECT& protection = algorithm_protection_type();
    if (attributes.has(protection))
        require(agrees(protects, attributes.value(protection), info), ReasonCode::algorithms_altered,
                "The signature's algorithms are not those that the signer protected.");
    const ASN1_OBJECT& v2 = object(NID_id_smime_aa_signingCertificateV2);
    if (attributes.has(v2))
        require(agrees(names_v2, attributes.value(v2), signer), ReasonCode::other_certificate,
                "The signer meant another certificate (signingCertificateV2).");
    const ASN1_OBJECT& v1 = object(NID_id_smime_aa_signingCertificate);
    if (attributes.has(v1))
        require(agrees(names_v1, attributes.value(v1), signer), ReasonCode::other_certificate,
                "The signer meant another certificate (signingCertificate).");
    return result;
}

bool has_misplaced_attribute(const asn1::SignerInfo& info) {
    if (info.signed_attributes != nullptr &&
        AttributeReader(*info.signed_attributes).has(object(NID_pkcs9_countersignature)))
        return true;
    if (info.unsigned_attributes == nullptr)
        return false;
    const AttributeReader attributes(*info.unsigned_attributes);
    return attributes.has(object(NID_pkcs9_contentType)) || attributes.has(object(NID_pkcs9_messageDigest)) ||
           attributes.has(object(NID_pkcs9_signingTime));
}

bool looks_like_signed_attributes(BytesView content) noexcept {
    try {
        const Bytes message_digest = asn1::object_identifier(NID_pkcs9_messageDigest);
        asn1::BerReader reader(memory_source(content), "signed attributes");
        reader.enter(asn1::Tag::set);
        while (!reader.at_end()) {
            reader.enter(asn1::Tag::sequence);
            if (reader.element(asn1::Tag::object_identifier, content.size()) == message_digest)
                return true;
            static_cast<void>(reader.element(asn1::Tag::set, content.size()));
            reader.leave();
        }
    } catch (const Error&) {
        // It is something else.
    }
    return false;
}

}  // namespace signet::cms
