#include "agent/certificate_files.h"

#include "agent/catalogue.h"
#include "agent/config.h"
#include "cms/bytes.h"
#include "tests/agent/synthetic_token.h"
#include "tests/catch.h"
#include "tests/fixtures/file.h"
#include "tests/fixtures/temporary_folder.h"

#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>

using namespace signet::agent;
using namespace signet::tests;

namespace {

std::string pem_of(const std::string& der) {
    std::string base64((der.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
    base64.resize(static_cast<std::size_t>(size));
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < base64.size(); i += 64)
        pem += base64.substr(i, 64) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
}

/// What is said of a path that is refused.
std::string refusal(const std::filesystem::path& path) {
    try {
        CertificateFiles::read(path);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return {};
}

void write_certificate(const std::filesystem::path& path, const std::string& content) {
    write_file(path, content);
    std::filesystem::permissions(path, std::filesystem::perms(0644));
}

/// A catalogue of tokens beside which `folder` lies.
struct Beside {
    explicit Beside(const std::filesystem::path& folder, const std::string& uri = "pkcs11:token=keys") {
        config.tokens.push_back({.uri = uri});
        config.tokens.back().certificate_files = CertificateFiles::read(folder);
        catalogue.look_beside(CertificateSource(config));
    }
    Config config;
    Catalogue catalogue;
};

std::string sha1_of(const std::string& bytes) {
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

}  // namespace

TEST_CASE("certificates are read from a file, PEM or DER, or a folder of both") {
    const KeyPair key(SyntheticKey::ec);
    const KeyPair other(SyntheticKey::rsa);
    const TemporaryFolder folder;
    const auto alice = key.certificate({"Alice"});
    const auto bob = other.certificate({"Bob"});
    const auto ca = other.certificate({"CA", {}, "critical,keyCertSign", true});
    write_certificate(folder / "b.der", alice);
    write_certificate(folder / "a.pem", "A comment.\n" + pem_of(bob) + pem_of(ca));
    CHECK(CertificateFiles::read(folder / "b.der")->certificates().size() == 1);
    CHECK(CertificateFiles::read(folder / "a.pem")->certificates().size() == 2);
    // Once more, and what is not looked at.
    write_certificate(folder / "c.pem", pem_of(alice));
    write_certificate(folder / ".hidden", "no certificate");
    const auto files = CertificateFiles::read(folder.path());
    REQUIRE(files->certificates().size() == 3);
    CHECK(files->certificates()[0].der == bob);
    CHECK(files->certificates()[0].file == folder / "a.pem");
    CHECK(files->certificates()[0].public_value == other.public_value());
    CHECK(files->certificates()[2].der == alice);
    CHECK(files->certificates()[2].file == folder / "b.der");
    REQUIRE(files->chain().size() == 1);
    CHECK(files->chain().front().subject() == "CN=CA");
    std::filesystem::create_symlink(folder / "a.pem", folder / ".link");
    CHECK(CertificateFiles::read(folder / ".link")->certificates().size() == 2);
}

TEST_CASE("files that may not lie beside a token are refused by name, with the reason") {
    const KeyPair key(SyntheticKey::ec);
    const TemporaryFolder folder;
    const auto file = folder / "x.pem";
    const auto der = key.certificate({});
    const auto said_of = [&](const std::string& why) {
        return "[[token]] certificates: " + file.string() + ": " + why;
    };
    const auto both = [&](const std::string& why) {
        CHECK(refusal(folder.path()) == said_of(why));
        CHECK(refusal(file) == said_of(why));
    };
    SECTION("nothing") {
        CHECK(refusal(file) == said_of("No such file or directory"));
    }
    SECTION("an empty one") {
        write_certificate(file, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
        both("it holds no certificate");
    }
    SECTION("what is no certificate") {
        write_certificate(file, "no certificate");
        CHECK(refusal(folder.path()).starts_with(said_of("")));
        write_certificate(file, der + "more");
        CHECK(refusal(file).starts_with(said_of("")));
        write_certificate(file, pem_of(der).substr(0, 200));
        CHECK(refusal(file).starts_with(said_of("")));
    }
    SECTION("a private key") {
        write_certificate(file,
                          pem_of(der) + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        both("it holds a private key");
    }
    SECTION("what others may write to") {
        write_certificate(file, pem_of(der));
        std::filesystem::permissions(file, std::filesystem::perms(0664));
        both("group or others may write to it");
    }
    SECTION("a folder that others may write to") {
        write_certificate(file, pem_of(der));
        std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
        CHECK(refusal(folder.path()) ==
              "[[token]] certificates: " + folder.path().string() + ": group or others may write to it");
    }
    SECTION("a symbolic link in a folder") {
        write_certificate(folder / ".real.pem", pem_of(der));
        std::filesystem::create_symlink(folder / ".real.pem", file);
        CHECK(refusal(folder.path()) == said_of("it is a symbolic link"));
    }
    SECTION("a folder in a folder") {
        std::filesystem::create_directory(file);
        CHECK(refusal(folder.path()) == said_of("it is not a regular file"));
    }
    SECTION("a pipe, which nobody waits for") {
        REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
        both("it is not a regular file");
    }
    SECTION("what is too large") {
        write_certificate(file, pem_of(der) + std::string(CertificateFiles::max_file_size, '\n'));
        both("it is larger than 1 MiB");
    }
    SECTION("too many files") {
        for (std::size_t i = 0; i <= CertificateFiles::max_files; ++i)
            write_certificate(folder / std::to_string(i), pem_of(der));
        CHECK(refusal(folder.path()).ends_with("it has more than 256 files"));
    }
}

TEST_CASE("a certificate beside a token is an identity if its key is there") {
    const KeyPair rsa(SyntheticKey::rsa);
    const KeyPair ec(SyntheticKey::ec);
    const KeyPair stranger(SyntheticKey::ec);
    const KeyPair ca_key(SyntheticKey::ec);
    const CertificateSpec ca{"CA", {}, "critical,keyCertSign", true};
    const CertificateSpec middle{"Middle", {}, "critical,keyCertSign", true};
    const KeyPair middle_key(SyntheticKey::ec);
    const TemporaryFolder folder;
    write_certificate(folder / "rsa.pem",
                      pem_of(rsa.certificate({"Rsa", "rsa@example.org"}, middle, middle_key)) +
                          pem_of(middle_key.certificate(middle, ca, ca_key)));
    write_certificate(folder / "ec.der", ec.certificate({"Ec"}));
    write_certificate(folder / "stranger.pem", pem_of(stranger.certificate({"Stranger"})));
    const auto token = synthetic_token("keys", true);
    token->keys = {scanned_key(rsa, "\x01", true), scanned_key(ec, "\x02", true, false),
                   scanned_key(ec, "\x02", false)};
    token->keys[0].label = "rsa key";
    token->keys[1].handle = 8;
    Beside beside(folder.path());
    auto& catalogue = beside.catalogue;
    catalogue.rebuild({token});

    REQUIRE(catalogue.identities().size() == 2);
    const auto& of_ec = *catalogue.identities()[0];
    CHECK(of_ec.subject == "CN=Ec");
    CHECK(of_ec.key->locations.front().key->handle == 8);
    const auto& of_rsa = *catalogue.identities()[1];
    CHECK(of_rsa.subject == "CN=Rsa");
    CHECK(of_rsa.label == "rsa key");
    CHECK(of_rsa.places.front().file == folder / "rsa.pem");
    CHECK(of_rsa.chain == std::vector<std::string>{"CN=Middle"});
    CHECK(of_rsa.profile.certificates().size() == 2);
    CHECK(of_rsa.uri.find("object=rsa%20key;type=private") != std::string::npos);
    CHECK(CertificateName("rsa key").matches(of_rsa));
    CHECK(CertificateName(of_rsa.uri).matches(of_rsa));
    REQUIRE(catalogue.lone_certificates().size() == 1);
    CHECK(catalogue.lone_certificates().front().place.file == folder / "stranger.pem");
    CHECK(catalogue.lone_certificates().front().why == "its token has no private key for it");

    SECTION("once, if it is on the token, too") {
        token->certificates.push_back({"\x02", "on token", ec.certificate({"Other"})});
        token->certificates.push_back({"\x02", "on token", read_file(folder / "ec.der")});
        catalogue.rebuild({token});
        CHECK(catalogue.identities().size() == 3);
        for (const auto& identity : catalogue.identities())
            CHECK(identity->places.size() == 1);
        CHECK(catalogue.identities()[1]->places.front().file.empty());
    }
    SECTION("of each token that has it") {
        Beside both(folder.path(), "pkcs11:manufacturer=Signet%20tests");
        const auto replica = synthetic_token("replica", true);
        replica->keys = {scanned_key(rsa, "\x07", true), scanned_key(stranger, "\x08", true)};
        both.catalogue.rebuild({token, replica});
        REQUIRE(both.catalogue.identities().size() == 3);
        CHECK(both.catalogue.identities()[1]->key->locations.size() == 2);
        CHECK(both.catalogue.lone_certificates().empty());
    }
    SECTION("but not of a token that an earlier entry is about") {
        beside.config.tokens.insert(beside.config.tokens.begin(),
                                    {.uri = "pkcs11:token=keys;model=synthetic"});
        catalogue.look_beside(CertificateSource(beside.config));
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
        CHECK(catalogue.lone_certificates().empty());
    }
    SECTION("nor of another token") {
        catalogue.rebuild({synthetic_token("other")});
        CHECK(catalogue.identities().empty());
    }
}

TEST_CASE("before the login a certificate beside the token is what its public keys say") {
    const KeyPair key(SyntheticKey::ec);
    const KeyPair other(SyntheticKey::ec);
    const TemporaryFolder folder;
    write_certificate(folder / "key.pem", pem_of(key.certificate({"Alice"})));
    const auto token = synthetic_token("keys");
    Beside beside(folder / "key.pem");
    auto& catalogue = beside.catalogue;
    SECTION("an identity, if there is its own") {
        token->keys = {scanned_key(key, "\x02", false)};
        catalogue.rebuild({token});
        REQUIRE(catalogue.identities().size() == 1);
        CHECK(catalogue.identities().front()->key->locations.front().id == "\x02");
        CHECK_FALSE(catalogue.identities().front()->key->locations.front().key);
        CHECK(catalogue.identities().front()->label == "key");
    }
    SECTION("none, if there are others") {
        token->keys = {scanned_key(other, "\x02", false)};
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
        CHECK(catalogue.lone_certificates().size() == 1);
    }
    SECTION("an identity, if there are none, till the login shows that it is not") {
        catalogue.rebuild({token});
        REQUIRE(catalogue.identities().size() == 1);
        token->logged_in = true;
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
        CHECK(catalogue.lone_certificates().size() == 1);
    }
}

TEST_CASE("a private EC key without a public one goes by what its CKA_ID usually is") {
    const KeyPair key(SyntheticKey::ec);
    const KeyPair other(SyntheticKey::ec);
    const TemporaryFolder folder;
    write_certificate(folder / "key.pem", pem_of(key.certificate({"Alice"})));
    Beside beside(folder / "key.pem");
    auto& catalogue = beside.catalogue;
    const auto token = synthetic_token("keys", true);
    // The subject key identifier is the same here: RFC 5280 section 4.2.1.2 (1).
    const auto id = sha1_of(key.public_value());
    token->keys = {scanned_key(key, id, true, false)};
    catalogue.rebuild({token});
    REQUIRE(catalogue.identities().size() == 1);
    CHECK(catalogue.identities().front()->key->locations.front().id == id);
    SECTION("and no other ID will do") {
        token->keys = {scanned_key(key, "\x01", true, false)};
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
    }
    SECTION("unless a public key says that it is another") {
        token->keys.push_back(scanned_key(other, id, false));
        catalogue.rebuild({token});
        CHECK(catalogue.identities().empty());
    }
}
