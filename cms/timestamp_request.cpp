#include <openssl/objects.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/ber_reader.h"
#include "cms/asn1/rfc3161.h"
#include "cms/certificate_use.h"
#include "cms/digest_stream.h"
#include "cms/error.h"
#include "cms/openssl_error.h"
#include "cms/signed_data_verifier.h"
#include "cms/timestamp.h"

namespace signet::cms {
namespace {

using asn1::Tag;

constexpr char response_name[] = "TimeStampResp";
constexpr std::size_t max_status_size = std::size_t{16} << 10;

/// Positive, in as few octets as DER wants: the first is 0x40 to 0x7F.
Bytes random_nonce() {
    std::array<std::uint8_t, 8> octets{};
    require_openssl(RAND_bytes(octets.data(), static_cast<int>(octets.size())) == 1, "no random numbers");
    octets.front() = static_cast<std::uint8_t>((octets.front() & 0x3FU) | 0x40U);
    return asn1::tlv(Tag::integer, {octets});
}

/// A TSA's own words, printable, for a person.
std::string words_of(const asn1::PKIStatusInfo& status) {
    constexpr std::size_t max_words = 200;
    std::string words;
    for (int i = 0; i < sk_ASN1_UTF8STRING_num(status.status_string); ++i) {
        const BytesView text = asn1::view_of(*sk_ASN1_UTF8STRING_value(status.status_string, i));
        for (const std::uint8_t c : text)
            if (words.size() < max_words)
                words += c >= 0x20 && c < 0x7F ? static_cast<char>(c) : '?';
    }
    return words.empty() ? "" : ": " + words;
}

[[noreturn]] void fail(const std::string& why) {
    throw Error(ErrorCode::malformed, why);
}

void check_token(BytesView token, BytesView stamped, const TimestampRequest& request) {
    const TimestampResult result = verify_timestamp(token, stamped, {});
    if (!result.certificate)
        fail("the TSA's timestamp does not bring its certificate");
    if (!result.intact)
        fail("the TSA's timestamp is not intact: " + as_clause(result.reasons.front().text));
    if (result.nonce != request.nonce)
        fail("the TSA's timestamp does not have the nonce that was asked for");
    if (result.digest_algorithm != digest_name(request.digest_algorithm))
        fail("the TSA's timestamp has another hash than was asked for");
    if (const auto trouble = trouble_with_use({*result.certificate}, CertificatePurpose::timestamps))
        fail(as_clause(trouble->text));
}

}  // namespace

// TimeStampReq ::= SEQUENCE {
//   version INTEGER { v1(1) },
//   messageImprint MessageImprint,
//   reqPolicy TSAPolicyId OPTIONAL,
//   nonce INTEGER OPTIONAL,
//   certReq BOOLEAN DEFAULT FALSE,
//   extensions [0] IMPLICIT Extensions OPTIONAL }                                 RFC 3161 section 2.4.1
TimestampRequest make_timestamp_request(BytesView stamped, DigestAlgorithm algorithm) {
    TimestampRequest request;
    request.digest_algorithm = algorithm == DigestAlgorithm::shake256 ? DigestAlgorithm::sha512 : algorithm;
    request.nonce = random_nonce();
    constexpr std::array<std::uint8_t, 3> yes{0x01, 0x01, 0xFF};
    const Bytes imprint =
        asn1::tlv(Tag::sequence, {hash_identifier_with_null(request.digest_algorithm),
                                  asn1::tlv(Tag::octet_string, {digest(request.digest_algorithm, stamped)})});
    request.der = asn1::tlv(Tag::sequence, {asn1::integer(1), imprint, request.nonce, yes});
    return request;
}

// TimeStampResp ::= SEQUENCE {
//   status PKIStatusInfo,
//   timeStampToken TimeStampToken OPTIONAL }
// TimeStampToken ::= ContentInfo                                                  RFC 3161 section 2.4.2
Bytes read_timestamp_response(BytesView response, BytesView stamped, const TimestampRequest& request) {
    asn1::BerReader reader(memory_source(response), response_name);
    reader.enter(Tag::sequence);
    const auto status =
        asn1::decode<asn1::PKIStatusInfo>(reader.element(Tag::sequence, max_status_size), response_name);
    constexpr int granted_with_mods = 1;
    if (status->status < 0 || status->status > granted_with_mods)
        throw Error(ErrorCode::unsupported, "the TSA refuses" + words_of(*status));
    Bytes token = reader.element(Tag::sequence, max_timestamp_response_size);
    reader.leave();
    reader.finish();
    check_token(token, stamped, request);
    return token;
}

}  // namespace signet::cms
