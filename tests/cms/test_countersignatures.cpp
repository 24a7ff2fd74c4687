// Countersignatures of others, nested ones, and bounds.
#include <algorithm>

#include "cms/algorithm_identifier.h"
#include "cms/asn1/der.h"
#include "cms/content_types.h"
#include "cms/error.h"
#include "cms/signed_data_builder.h"
#include "cms/signed_data_parts.h"
#include "cms/signer_info_parts.h"
#include "tests/cms/certificate_authority.h"
#include "tests/cms/software_token.h"
#include "tests/cms/test_keys.h"
#include "tests/cms/verified_message.h"
#include "tests/fixtures/file.h"

using namespace signet::cms;
using namespace signet::cms::test;

namespace {

Bytes corpus(const std::string& name) {
    const std::string text = signet::tests::read_file(std::string(SIGNET_CORPUS) + "/" + name);
    return {text.begin(), text.end()};
}

SignedDataResult verified(const std::string& name, VerifyOptions options) {
    options.path.legacy = true;
    return verify_signed_data(corpus(name), {}, options);
}

/// A detached signature over `content` of whom `root` certifies.
SignedDataParts signed_by_one(const CertificateAuthority& root) {
    EVP_PKEY& key = test_key(KeyType::p256);
    const SignerProfile profile(root.issue(key), {});
    return read_parts(detached_signed_data(
        {sign_content(key, profile, SignatureScheme::ecdsa, DigestAlgorithm::sha256, content)}, id_data,
        IncludedCertificates::signer));
}

}  // namespace

TEST_CASE("The countersignature of RFC 4134 section 4.4 holds, though its DSA signature is not ours") {
    VerifyOptions options;
    const Bytes carl = corpus("03-rfc4134/CarlRSASelf.cer");
    options.trust_anchors = {Certificate::from_der(carl)};
    options.at = 1052925540;  // 2003-05-14
    const SignedDataResult result = verified("03-rfc4134/4.4.bin", options);
    REQUIRE(result.signers.size() == 1);
    CHECK_FALSE(result.holds());
    REQUIRE(result.signers.front().countersignatures.size() == 1);
    const SignerResult& countersignature = result.signers.front().countersignatures.front();
    CHECK(countersignature.intact);
    CHECK(countersignature.trusted);
    CHECK(countersignature.certificate->subject() == "CN=AliceRSA");
}

TEST_CASE("Bouncy Castle's countersignature is intact, and so are the timestamps on both signatures") {
    const SignedDataResult result = verified("07-bouncycastle/cms/counterSig.p7m", {});
    REQUIRE(result.signers.size() == 1);
    const SignerResult& signer = result.signers.front();
    CHECK(signer.intact);
    REQUIRE(signer.timestamps.size() == 1);
    CHECK(signer.timestamps.front().intact);
    CHECK(signer.timestamps.front().time == 978350400);
    REQUIRE(signer.countersignatures.size() == 1);
    CHECK(signer.countersignatures.front().intact);
    REQUIRE(signer.countersignatures.front().timestamps.size() == 1);
    CHECK(signer.countersignatures.front().timestamps.front().intact);
}

TEST_CASE("Countersignatures that lie too deep within each other are refused") {
    const CertificateAuthority root;
    const SignedDataParts parts = signed_by_one(root);
    const Bytes innermost = parts.signer_infos.front();
    const auto nested = [&](int depth) {
        Bytes info = innermost;
        for (int i = 0; i < depth; ++i)
            info = with_countersignature(innermost, info);
        SignedDataParts made = parts;
        made.signer_infos = {info};
        return detached_signed_data(made);
    };
    const SignerResult signer = only_signer(nested(8), trusting(root.certificate()));
    CHECK(signer.trusted);
    CHECK_FALSE(signer.countersignatures.front().intact);
    CHECK_THROWS_AS(only_signer(nested(9), trusting(root.certificate())), Error);
}

TEST_CASE("A countersignature that cannot be read is one that does not hold, and the signer stands") {
    const CertificateAuthority root;
    const SignedDataParts parts = signed_by_one(root);
    const Bytes signed_by_alice = parts.signer_infos.front();
    const auto signer_with = [&](const std::vector<Bytes>& countersignatures) {
        Bytes info = signed_by_alice;
        for (const Bytes& countersignature : countersignatures)
            info = with_countersignature(info, countersignature);
        SignedDataParts made = parts;
        made.signer_infos = {info};
        return only_signer(detached_signed_data(made), trusting(root.certificate()));
    };
    // Of another version, with attributes that are primitive, and no SignerInfo at all.
    const auto changed = [&](BytesView from, BytesView to) {
        Bytes info = signed_by_alice;
        const auto found = std::search(info.begin(), info.end(), from.begin(), from.end());
        REQUIRE(found != info.end());
        std::copy(to.begin(), to.end(), found);
        return info;
    };
    Bytes constructed = digest_algorithm_identifier(DigestAlgorithm::sha256);
    Bytes primitive = constructed;
    constructed.push_back(0xA0);
    primitive.push_back(0x80);
    const std::vector<Bytes> malformed{
        changed(asn1::integer(1), asn1::integer(3)),
        changed(constructed, primitive),
        asn1::tlv(asn1::Tag::sequence, {}),
        asn1::integer(1),
    };
    const auto is_refused = [](const SignerResult& countersignature) {
        return !countersignature.intact && !countersignature.trusted && !countersignature.certificate &&
               has_reason(countersignature, ReasonCode::signature_unreadable, "cannot be read");
    };
    for (const Bytes& countersignature : malformed) {
        const SignerResult signer = signer_with({countersignature});
        CHECK(signer.trusted);
        REQUIRE(signer.countersignatures.size() == 1);
        CHECK(is_refused(signer.countersignatures.front()));
        // Nor does it hide one beside it, or the one that it is within.
        const SignerResult beside = signer_with({countersignature, signed_by_alice});
        REQUIRE(beside.countersignatures.size() == 2);
        CHECK(std::ranges::count_if(beside.countersignatures, is_refused) == 1);
        const SignerResult within = signer_with({with_countersignature(signed_by_alice, countersignature)});
        CHECK(within.trusted);
        CHECK(within.countersignatures.at(0).certificate);
        CHECK(is_refused(within.countersignatures.at(0).countersignatures.at(0)));
    }
    // They count all the same.
    std::vector<Bytes> many;
    Bytes with_as_many = signed_by_alice;
    for (std::uint32_t i = 0; i < 32; ++i) {
        many.push_back(asn1::integer(i));
        with_as_many = with_countersignature(with_as_many, many.back());
    }
    CHECK(signer_with(many).countersignatures.size() == many.size());
    many.push_back(with_as_many);
    CHECK_THROWS_AS(signer_with(many), Error);
}
