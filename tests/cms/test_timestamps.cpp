// Timestamps of OpenSSL's TSA on our signatures, and what is wrong with others.
#include "cms/timestamp.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "cms/certificate_path.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_parts.h"
#include "cms/signer_info_parts.h"
#include "tests/cms/ocsp_responder.h"
#include "tests/cms/openssl_cms.h"
#include "tests/cms/revocation_list.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/timestamp_authority.h"
#include "tests/cms/verified_message.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

/// Alice's signature, and a TSA.
struct Signed {
    explicit Signed(const CertificateRequest& request = {})
        : alice(root.issue(test_key(KeyType::p256), request)),
          profile(alice, {}),
          message(detached_signed_data({sign_content(test_key(KeyType::p256), profile, SignatureScheme::ecdsa,
                                                     DigestAlgorithm::sha256, content)},
                                       "1.2.840.113549.1.7.1", IncludedCertificates::signer)) {}

    [[nodiscard]] Bytes signature() const { return signature_of(read_parts(message).signer_infos.front()); }
    [[nodiscard]] Bytes with(BytesView token) const {
        SignedDataParts parts = read_parts(message);
        parts.signer_infos.front() = with_timestamp(parts.signer_infos.front(), token);
        return detached_signed_data(parts);
    }
    [[nodiscard]] SignerResult verified_with(BytesView token) const {
        SignerResult signer = only_signer(with(token), trusting(root.certificate()));
        REQUIRE(signer.timestamps.size() == 1);
        return signer;
    }

    CertificateAuthority root;
    TimestampAuthority tsa{root};
    Certificate alice;
    SignerProfile profile;
    Bytes message;
};

/// A CRL that lists the TSA, for this reason.
RevocationOptions given(const Signed& file, std::optional<int> reason) {
    RevocationOptions options;
    CrlRequest list;
    list.revoked = {{file.tsa.certificate(), -300, std::nullopt, reason}};
    if (reason)
        options.crls = parsed({make_crl(file.root.certificate(), file.root.key(), list)});
    return options;
}

bool has_code(const std::vector<Reason>& reasons, ReasonCode code) {
    for (const Reason& reason : reasons)
        if (reason.code == code)
            return true;
    return false;
}

std::int64_t now() {
    return std::time(nullptr);
}

/// genTime, as it is encoded.
Bytes time_in(BytesView token) {
    constexpr std::array<std::uint8_t, 4> header{0x18, 0x0F, '2', '0'};
    const auto found = std::search(token.begin(), token.end(), header.begin(), header.end());
    REQUIRE(token.end() - found > 17);
    return {found, found + 17};
}

/// A token that OpenSSL's TSA would not make: its content signed by `key`.
Bytes token_by(EVP_PKEY& key, const Certificate& signer, BytesView genuine) {
    Bytes tst_info;
    SignedDataReader reader(memory_source(genuine));
    reader.read_content(appending_to(tst_info));
    const SignerProfile profile(signer, {});
    return attach_content(
        detached_signed_data({sign_content(key, profile, SignatureScheme::ecdsa, DigestAlgorithm::sha256,
                                           tst_info, "1.2.840.113549.1.9.16.1.4")},
                             "1.2.840.113549.1.9.16.1.4", IncludedCertificates::signer),
        tst_info);
}

}  // namespace

TEST_CASE("A timestamp is reported, and OpenSSL accepts the message with it") {
    const Signed file;
    const std::int64_t time = now() - 60;
    const Bytes stamped = file.with(file.tsa.stamp(file.signature(), time));
    CHECK(openssl_verify(stamped, &content, file.root.certificate()) == content);
    const SignerResult signer = only_signer(stamped, trusting(file.root.certificate()));
    CHECK(signer.reasons.empty());
    REQUIRE(signer.timestamps.size() == 1);
    const TimestampResult& timestamp = signer.timestamps.front();
    CHECK(timestamp.intact);
    CHECK(timestamp.trusted);
    CHECK(timestamp.reasons.empty());
    CHECK(timestamp.time == time);
    CHECK(timestamp.policy == "1.3.6.1.4.1.99.7");
    CHECK(timestamp.digest_algorithm == "sha256");
    CHECK(timestamp.certificate->fingerprint() == file.tsa.certificate().fingerprint());
    CHECK(signer.path.time.source == TimeSource::timestamp);
    CHECK(signer.path.time.seconds == time);
}

TEST_CASE("Who signed before the certificate expired is trusted by a timestamp alone") {
    CertificateRequest expired;
    expired.not_before = -1800;
    expired.not_after = -1200;
    const Signed file(expired);
    CHECK(has_code(only_signer(file.message, trusting(file.root.certificate())).reasons,
                   ReasonCode::certificate_expired));
    CHECK(file.verified_with(file.tsa.stamp(file.signature(), now() - 1500)).reasons.empty());
    CHECK(has_code(file.verified_with(file.tsa.stamp(file.signature(), now() - 600)).reasons,
                   ReasonCode::certificate_expired));
    // The authority of --at is asked then, and the signer at the time of the timestamp.
    VerifyOptions later = trusting(file.root.certificate());
    later.at = now() - 300;
    CHECK(only_signer(file.with(file.tsa.stamp(file.signature(), now() - 1500)), later).trusted);
    // It was not there yet.
    later.at = now() - 1850;
    const SignerResult before = only_signer(file.with(file.tsa.stamp(file.signature(), now() - 1500)), later);
    CHECK(has_code(before.timestamps.front().reasons, ReasonCode::timestamp_time));
    CHECK(before.path.time.source == TimeSource::given);
}

TEST_CASE("Who was revoked after the timestamp is trusted, and before it not") {
    const Signed file;
    const Bytes stamped = file.with(file.tsa.stamp(file.signature(), now() - 600));
    const auto verified = [&](const CrlRequest::Entry& entry) {
        CrlRequest list;
        list.revoked = {entry};
        VerifyOptions options = trusting(file.root.certificate());
        options.revocation.mode = RevocationMode::require;
        options.revocation.crls = parsed({make_crl(file.root.certificate(), file.root.key(), list)});
        return only_signer(stamped, options);
    };
    const SignerResult after = verified({file.alice, -300});
    CHECK(after.reasons.empty());
    CHECK(after.path.revocation.at(0).status == RevocationStatus::good);
    CHECK(after.path.revocation.at(0).revoked_at.value_or(0) > now() - 600);
    CHECK(has_code(verified({file.alice, -900}).reasons, ReasonCode::certificate_revoked));
    // The key was lost before that was known.
    CHECK(has_code(verified({file.alice, -300, -900}).reasons, ReasonCode::certificate_revoked));
    CHECK(verified({file.alice, -300, -400}).reasons.empty());
    // Whoever has a TSA's key stamps as of any time.
    const SignerResult of_revoked = verified({file.tsa.certificate(), -300});
    CHECK_FALSE(of_revoked.timestamps.at(0).trusted);
    CHECK(has_code(of_revoked.timestamps.at(0).reasons, ReasonCode::certificate_revoked));
    CHECK(of_revoked.path.time.source == TimeSource::now);
}

// RFC 3161 section 4.
TEST_CASE("A TSA that was revoked and kept its key safe keeps what it stamped before") {
    const Signed file;
    const Bytes before = file.with(file.tsa.stamp(file.signature(), now() - 600));
    const Bytes after = file.with(file.tsa.stamp(file.signature(), now() - 100));
    const auto timestamp_by = [&](const Bytes& message, const CrlRequest::Entry& entry) {
        CrlRequest list;
        list.revoked = {entry};
        VerifyOptions options = trusting(file.root.certificate());
        options.revocation.crls = parsed({make_crl(file.root.certificate(), file.root.key(), list)});
        return only_signer(message, options).timestamps.at(0);
    };
    const Certificate& tsa = file.tsa.certificate();
    for (const int harmless : {0, 3, 4, 5}) {
        CAPTURE(harmless);
        const TimestampResult kept = timestamp_by(before, {tsa, -300, std::nullopt, harmless});
        CHECK(kept.trusted);
        CHECK(kept.path.revocation.at(0).status == RevocationStatus::revoked);
        CHECK(has_code(kept.path.warnings, ReasonCode::certificate_revoked));
        CHECK_FALSE(timestamp_by(after, {tsa, -300, std::nullopt, harmless}).trusted);
        // The key was lost before that was known, or not safe.
        CHECK_FALSE(timestamp_by(before, {tsa, -300, -900, harmless}).trusted);
        CHECK(timestamp_by(before, {tsa, -300, -400, harmless}).trusted);
    }
    for (const int harmful : {1, 2, 6, 9, 10}) {
        CAPTURE(harmful);
        CHECK_FALSE(timestamp_by(before, {tsa, -300, std::nullopt, harmful}).trusted);
    }
    CHECK_FALSE(timestamp_by(before, {tsa, -300}).trusted);
}

TEST_CASE("A reason that leaves a TSA's key safe is none where somebody tells another") {
    const Signed file;
    const auto tsa_trusted = [&](const std::vector<int>& by_ocsp, std::optional<int> by_crl,
                                 std::int64_t stamped_at = now() - 600) {
        std::vector<Bytes> infos;
        OcspAnswer answer;
        answer.status = V_OCSP_CERTSTATUS_REVOKED;
        answer.revoked = -300;
        for (const int reason : by_ocsp) {
            answer.reason = reason;
            infos.push_back(
                as_revocation_info(make_ocsp_response(file.tsa.certificate(), file.root.certificate(),
                                                      file.root.certificate(), file.root.key(), answer)));
        }
        CertificatePaths paths({file.root.certificate()}, {}, std::nullopt,
                               {{}, false, CertificatePurpose::timestamps, stamped_at}, given(file, by_crl));
        for (const Bytes& info : infos)
            paths.add_revocation_info(info);
        return paths.judge(file.tsa.certificate()).trusted();
    };
    CHECK(tsa_trusted({OCSP_REVOKED_STATUS_SUPERSEDED}, std::nullopt));
    CHECK_FALSE(tsa_trusted({OCSP_REVOKED_STATUS_SUPERSEDED}, std::nullopt, now() - 200));
    CHECK(tsa_trusted({OCSP_REVOKED_STATUS_SUPERSEDED}, OCSP_REVOKED_STATUS_CESSATIONOFOPERATION));
    CHECK_FALSE(tsa_trusted({OCSP_REVOKED_STATUS_NOSTATUS}, std::nullopt));
    CHECK_FALSE(
        tsa_trusted({OCSP_REVOKED_STATUS_SUPERSEDED, OCSP_REVOKED_STATUS_KEYCOMPROMISE}, std::nullopt));
    CHECK_FALSE(
        tsa_trusted({OCSP_REVOKED_STATUS_KEYCOMPROMISE, OCSP_REVOKED_STATUS_SUPERSEDED}, std::nullopt));
    CHECK_FALSE(tsa_trusted({OCSP_REVOKED_STATUS_SUPERSEDED}, OCSP_REVOKED_STATUS_KEYCOMPROMISE));
    CHECK_FALSE(tsa_trusted({OCSP_REVOKED_STATUS_KEYCOMPROMISE}, OCSP_REVOKED_STATUS_SUPERSEDED));
}

TEST_CASE("A timestamp that does not hold changes nothing") {
    const Signed file;
    const Bytes genuine = file.tsa.stamp(file.signature(), now() - 60);
    const auto refused_for = [](const SignerResult& signer, ReasonCode code) {
        CHECK(signer.reasons.empty());
        CHECK(signer.path.time.source == TimeSource::now);
        CHECK_FALSE(signer.timestamps.front().trusted);
        return has_code(signer.timestamps.front().reasons, code);
    };
    CHECK(
        refused_for(file.verified_with(file.tsa.stamp(content, now() - 60)), ReasonCode::timestamp_of_other));
    CHECK(refused_for(file.verified_with(file.tsa.stamp(file.signature(), now() + 7200)),
                      ReasonCode::timestamp_time));
    CHECK(refused_for(file.verified_with(file.tsa.stamp(file.signature(), now() - std::time_t{2} * 86400)),
                      ReasonCode::timestamp_time));
    CHECK(refused_for(file.verified_with(file.message), ReasonCode::timestamp_malformed));
    const CertificateAuthority other("Somebody");
    const SignerResult untrusted =
        file.verified_with(TimestampAuthority(other).stamp(file.signature(), now()));
    CHECK(refused_for(untrusted, ReasonCode::issuer_untrusted));
    CHECK(untrusted.timestamps.front().intact);
}

TEST_CASE("A timestamp that does not hold saves nobody who has expired or was revoked since") {
    CertificateRequest expired;
    expired.not_before = -1800;
    expired.not_after = -1200;
    const Signed old(expired);
    const Signed revoked;
    const CertificateAuthority other("Somebody");
    EVP_PKEY& key = test_key(KeyType::p256, 1);
    for (const Signed* file : {&old, &revoked}) {
        CrlRequest list;
        if (file == &revoked)
            list.revoked = {{file->alice, -1200}};
        VerifyOptions options = trusting(file->root.certificate());
        options.revocation.crls = parsed({make_crl(file->root.certificate(), file->root.key(), list)});
        const auto reasons_with = [&](BytesView token) {
            return only_signer(file->with(token), options).reasons;
        };
        const ReasonCode refusal =
            file == &revoked ? ReasonCode::certificate_revoked : ReasonCode::certificate_expired;
        const Bytes genuine = file->tsa.stamp(file->signature(), now() - 1500);
        REQUIRE(reasons_with(genuine).empty());
        Bytes forged = genuine;
        forged.back() ^= 1U;
        CHECK(has_code(reasons_with(forged), refusal));
        // A time from before in the place of one from after.
        const Bytes late = file->tsa.stamp(file->signature(), now() - 600);
        const Bytes true_time = time_in(late);
        const Bytes false_time = time_in(genuine);
        Bytes predated = late;
        std::copy(false_time.begin(), false_time.end(),
                  std::search(predated.begin(), predated.end(), true_time.begin(), true_time.end()));
        REQUIRE(predated != late);
        CHECK(has_code(reasons_with(predated), refusal));
        CHECK(has_code(reasons_with(late), refusal));
        // In the TSA's name, by another key.
        CHECK(has_code(reasons_with(token_by(key, file->tsa.certificate(), genuine)), refusal));
        CHECK(has_code(reasons_with(TimestampAuthority(other).stamp(file->signature(), now() - 1500)),
                       refusal));
        CHECK(has_code(reasons_with(file->tsa.stamp(content, now() - 1500)), refusal));
        // By a certificate for mail.
        CertificateRequest for_mail;
        for_mail.not_before = -86400;
        CHECK(has_code(reasons_with(token_by(key, file->root.issue(key, for_mail), genuine)), refusal));
    }
}

TEST_CASE("A TSA's certificate is for timestamps, critically, and for nothing else") {
    const Signed file;
    const Bytes genuine = file.tsa.stamp(file.signature(), now() - 60);
    EVP_PKEY& key = test_key(KeyType::p256, 1);
    CertificateRequest request = timestamp_certificate_request();
    CHECK(
        file.verified_with(token_by(key, file.root.issue(key, request), genuine)).timestamps.front().trusted);
    for (const auto& [usage, extended] : std::vector<std::pair<std::string, std::string>>{
             {"critical,digitalSignature", "timeStamping"},
             {"critical,digitalSignature", "critical,timeStamping,emailProtection"},
             {"critical,digitalSignature", "critical,emailProtection"},
             {"critical,digitalSignature", "critical,anyExtendedKeyUsage"},
             {"critical,digitalSignature,keyEncipherment", "critical,timeStamping"},
             {"critical,keyEncipherment", "critical,timeStamping"}}) {
        CAPTURE(usage, extended);
        request.extensions = {{NID_key_usage, usage}, {NID_ext_key_usage, extended}};
        const SignerResult signer = file.verified_with(token_by(key, file.root.issue(key, request), genuine));
        CHECK(has_code(signer.timestamps.front().reasons, ReasonCode::certificate_purpose));
        CHECK(signer.path.time.source == TimeSource::now);
    }
}

TEST_CASE("No flipped byte of a timestamp lets it hold") {
    const Signed file;
    const Bytes genuine = file.tsa.stamp(file.signature(), now() - 60);
    int looked_at = 0;
    for (std::size_t i = 0; i < genuine.size(); i += 7) {
        Bytes altered = genuine;
        altered[i] ^= 0x10U;
        CAPTURE(i);
        // As an attribute it must still be a SEQUENCE to be one.
        const TimestampResult result =
            verify_timestamp(altered, file.signature(), trusting(file.root.certificate()));
        ++looked_at;
        // What is not signed: the SET of certificates, where the root alone may get another.
        if (result.trusted)
            CHECK(result.time ==
                  verify_timestamp(genuine, file.signature(), trusting(file.root.certificate())).time);
    }
    CHECK(looked_at > 100);
}

TEST_CASE("An answer is taken only if it is the one to the question") {
    const Signed file;
    const Bytes stamped = file.signature();
    const TimestampRequest request = make_timestamp_request(stamped, DigestAlgorithm::sha512);
    const Bytes answer = file.tsa.answer(request.der, now());
    CHECK_FALSE(read_timestamp_response(answer, stamped, request).empty());
    const auto refused = [&](BytesView response, BytesView of, const TimestampRequest& asked) {
        try {
            static_cast<void>(read_timestamp_response(response, of, asked));
            return std::string();
        } catch (const Error& error) {
            return std::string(error.what());
        }
    };
    const TimestampRequest other = make_timestamp_request(stamped, DigestAlgorithm::sha512);
    CHECK(other.nonce != request.nonce);
    CHECK(refused(answer, stamped, other) ==
          "the TSA's timestamp does not have the nonce that was asked for");
    CHECK(refused(answer, content, request).find("of something else") != std::string::npos);
    TimestampRequest other_hash = request;
    other_hash.digest_algorithm = DigestAlgorithm::sha256;
    CHECK(refused(answer, stamped, other_hash) == "the TSA's timestamp has another hash than was asked for");
    // This TSA does not know SHA-384.
    const TimestampRequest unwanted = make_timestamp_request(stamped, DigestAlgorithm::sha384);
    CHECK(refused(file.tsa.answer(unwanted.der, now()), stamped, unwanted).find("the TSA refuses: ") == 0);
    for (std::size_t size = 0; size < answer.size(); size += 5) {
        CAPTURE(size);
        CHECK_FALSE(refused(BytesView(answer).first(size), stamped, request).empty());
    }
}

TEST_CASE("More timestamps than anybody makes are refused before they are looked at") {
    const Signed file;
    SignedDataParts parts = read_parts(file.message);
    for (std::uint8_t i = 0; i < 65; ++i)
        parts.signer_infos.front() =
            with_timestamp(parts.signer_infos.front(), Bytes{0x30, 0x03, 0x02, 0x01, i});
    CHECK_THROWS_AS(only_signer(detached_signed_data(parts), trusting(file.root.certificate())), Error);
}

TEST_CASE("What gets an unsigned attribute keeps all else") {
    const Signed file;
    const SignedDataParts before = read_parts(file.message);
    CHECK(detached_signed_data(before) == file.message);
    SignedDataParts after = read_parts(file.with(Bytes{0x30, 0x00}));
    CHECK(after.certificates == before.certificates);
    const Bytes& old_info = before.signer_infos.front();
    const Bytes& new_info = after.signer_infos.front();
    // Both have headers of four or three bytes; the rest is the old one, and [1] behind it.
    const auto rest = [](const Bytes& info) {
        return Bytes(info.begin() + (info[1] == 0x82 ? 4 : 3), info.end());
    };
    const Bytes old_rest = rest(old_info);
    const Bytes new_rest = rest(new_info);
    REQUIRE(new_rest.size() > old_rest.size());
    CHECK(std::equal(old_rest.begin(), old_rest.end(), new_rest.begin()));
    CHECK(new_rest[old_rest.size()] == 0xA1);
}
