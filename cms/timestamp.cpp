#include "cms/timestamp.h"

#include <openssl/err.h>
#include <openssl/objects.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/rfc3161.h"
#include "cms/asn1/rfc5652_signed_data.h"
#include "cms/content_types.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/signed_data_reader.h"
#include "cms/signed_data_verifier.h"

namespace signet::cms {
namespace {

// A TSA's clock may be ahead of ours.
constexpr std::int64_t clock_difference = 300;

void add(TimestampResult& result, ReasonCode code, std::string text) {
    result.reasons.push_back({code, std::move(text)});
}

bool names_its_certificate(BytesView signed_attributes) {
    const auto attributes = asn1::decode<asn1::Attributes>(signed_attributes, "signed attributes");
    for (int i = 0; i < asn1::sk_Attribute_num(attributes.get()); ++i) {
        const int type = OBJ_obj2nid(asn1::sk_Attribute_value(attributes.get(), i)->type);
        if (type == NID_id_smime_aa_signingCertificate || type == NID_id_smime_aa_signingCertificateV2)
            return true;
    }
    return false;
}

void check_imprint(const asn1::MessageImprint& imprint, BytesView stamped, bool legacy,
                   TimestampResult& result) {
    const auto algorithm = read_digest_algorithm(*imprint.hash_algorithm);
    result.digest_algorithm =
        algorithm ? std::string(digest_name(*algorithm)) : algorithm_name(*imprint.hash_algorithm);
    if (!algorithm) {
        add(result, ReasonCode::hash_unsupported, "The hash of what was stamped is not supported.");
        return;
    }
    if (is_weak_hash(digest_nid(*algorithm))) {
        if (!legacy) {
            add(result, ReasonCode::hash_broken,
                "What was stamped is hashed with " + name_of_hash(digest_nid(*algorithm)) +
                    ", which is too weak.");
            return;
        }
        result.weak.push_back({name_of_hash(digest_nid(*algorithm)), "what was stamped"});
    }
    const BytesView hashed = asn1::view_of(*imprint.hashed_message);
    const Bytes expected = digest(*algorithm, stamped);
    if (!std::equal(hashed.begin(), hashed.end(), expected.begin(), expected.end()))
        add(result, ReasonCode::timestamp_of_other, "It is a timestamp of something else.");
}

std::optional<std::int64_t> time_of(const ASN1_GENERALIZEDTIME& time) {
    std::tm utc{};
    if (ASN1_TIME_to_tm(&time, &utc) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    return timegm(&utc);
}

void check_time(const asn1::TSTInfo& info, std::int64_t now, TimestampResult& result) {
    result.time = time_of(*info.gen_time);
    if (!result.time)
        add(result, ReasonCode::timestamp_malformed, "Its time cannot be read.");
    else if (*result.time > now + clock_difference)
        add(result, ReasonCode::timestamp_time, "Its time is yet to come.");
    else if (result.certificate && (*result.time < result.certificate->not_before() ||
                                    *result.time > result.certificate->not_after()))
        add(result, ReasonCode::timestamp_time, "The TSA's certificate was not valid at its time.");
}

/// The time that `token` claims, if it is a timestamp: before anything is known of it.
std::optional<std::int64_t> claimed_time(BytesView token) {
    try {
        Bytes content;
        SignedDataReader reader(memory_source(token));
        if (!reader.has_content())
            return std::nullopt;
        reader.read_content(appending_to(content));
        return time_of(*asn1::decode<asn1::TSTInfo>(content, "TSTInfo")->gen_time);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void take_signer(SignerResult& signer, TimestampResult& result) {
    result.intact = signer.intact;
    result.trusted = signer.trusted;
    result.reasons = std::move(signer.reasons);
    result.signature_algorithm = std::move(signer.signature_algorithm);
    result.certificate = std::move(signer.certificate);
    result.weak = std::move(signer.weak);
    result.path = std::move(signer.path);
}

void verify_token(BytesView token, BytesView stamped, const VerifyOptions& options, TimestampResult& result) {
    SignedDataResult message = verify_signed_data(token, {}, options);
    if (message.content_type != id_ct_tst_info || !message.content || message.signers.size() != 1) {
        add(result, ReasonCode::timestamp_malformed, "It is no timestamp: no TSTInfo of one signer.");
        return;
    }
    SignerResult& signer = message.signers.front();
    const bool names = !signer.signed_attributes.empty() && names_its_certificate(signer.signed_attributes);
    take_signer(signer, result);
    if (result.intact && !names)
        add(result, ReasonCode::timestamp_malformed, "The TSA does not say which certificate is its own.");
    const auto info = asn1::decode<asn1::TSTInfo>(*message.content, "TSTInfo");
    if (info->version != 1)
        throw Error(ErrorCode::malformed, "a TSTInfo of another version");
    result.policy = object_text(*info->policy);
    if (info->nonce != nullptr)
        result.nonce = asn1::encode(*info->nonce);
    check_imprint(*info->message_imprint, stamped, options.path.legacy, result);
    check_time(*info, judged_time(options.at).seconds, result);
    for (int i = 0; i < sk_X509_EXTENSION_num(info->extensions); ++i)
        if (X509_EXTENSION_get_critical(sk_X509_EXTENSION_value(info->extensions, i)) == 1)
            add(result, ReasonCode::timestamp_malformed, "It has a critical extension that is not known.");
}

bool is_about_trust(const PathVerdict& path, const Reason& reason) {
    return std::any_of(path.reasons.begin(), path.reasons.end(), [&reason](const Reason& of_path) {
        return of_path.code == reason.code && of_path.text == reason.text;
    });
}

}  // namespace

TimestampResult verify_timestamp(BytesView token, BytesView stamped, const VerifyOptions& options) {
    TimestampResult result;
    VerifyOptions of_token = options;
    of_token.path.policies = {};
    of_token.path.purpose = CertificatePurpose::timestamps;
    of_token.path.stamped_at = claimed_time(token);
    try {
        verify_token(token, stamped, of_token, result);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::failed)
            throw;
        result.reasons.push_back(
            {ReasonCode::timestamp_malformed, std::string("It cannot be read: ") + error.what() + "."});
    }
    result.intact =
        std::all_of(result.reasons.begin(), result.reasons.end(),
                    [&result](const Reason& reason) { return is_about_trust(result.path, reason); });
    result.trusted = result.trusted && result.intact;
    // Whether anybody trusts the TSA comes behind all else.
    std::stable_partition(result.reasons.begin(), result.reasons.end(),
                          [&result](const Reason& reason) { return !is_about_trust(result.path, reason); });
    return result;
}

}  // namespace signet::cms
