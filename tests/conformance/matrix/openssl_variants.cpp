#include "tests/conformance/matrix/openssl_variants.h"

namespace signet::conformance {
namespace {

using tests::Arguments;

/// -keyopt before each.
Arguments key_options(const Arguments& pairs) {
    Arguments options;
    for (const std::string& pair : pairs)
        options.insert(options.end(), {"-keyopt", pair});
    return options;
}

Arguments pss(const Arguments& further) {
    Arguments pairs{"rsa_padding_mode:pss"};
    pairs.insert(pairs.end(), further.begin(), further.end());
    return key_options(pairs);
}

Arguments oaep(const Arguments& further) {
    Arguments pairs{"rsa_padding_mode:oaep"};
    pairs.insert(pairs.end(), further.begin(), further.end());
    return key_options(pairs);
}

void run(Arguments argv, const Arguments& options) {
    argv.insert(argv.end(), options.begin(), options.end());
    tests::run_or_throw(argv);
}

}  // namespace

std::vector<OpensslVariant> signing_variants() {
    return {
        {"rsa keyid", "rsa", {"-keyid"}},
        {"p256 keyid", "p256", {"-keyid"}},
        {"rsa without attributes", "rsa", {"-noattr"}},
        {"p256 without attributes", "p256", {"-noattr"}},
        {"rsa stream", "rsa", {"-stream"}},
        {"rsa CAdES", "rsa", {"-cades"}},
        {"rsa sha224", "rsa", {"-md", "sha224"}},
        {"rsa-pss longest salt", "rsa", pss({"rsa_pss_saltlen:max"})},
        {"rsa-pss salt of 20", "rsa", pss({"rsa_pss_saltlen:20"})},
        {"rsa-pss mgf1 sha512", "rsa", pss({"rsa_mgf1_md:sha512"})},
    };
}

std::vector<OpensslVariant> encryption_variants() {
    std::vector<OpensslVariant> variants{
        {"rsa keyid", "rsa", {"-keyid"}},
        {"p256 keyid", "p256", {"-keyid"}},
        {"rsa stream", "rsa", {"-stream"}},
        {"p256 stream", "p256", {"-stream"}},
        {"rsa-oaep mgf1 sha256", "rsa", oaep({"rsa_mgf1_md:sha256"})},
        {"rsa-oaep label", "rsa", oaep({"rsa_oaep_label:6f616b"})},
        {"p256 cofactor", "p256", key_options({"ecdh_cofactor_mode:1"})},
    };
    for (const std::string hash : {"sha224", "sha384", "sha512"})
        variants.push_back({"rsa-oaep " + hash, "rsa", oaep({"rsa_oaep_md:" + hash})});
    for (const std::string hash : {"sha1", "sha224", "sha256", "sha384", "sha512"})
        variants.push_back({"p256 kdf " + hash, "p256", key_options({"ecdh_kdf_md:" + hash})});
    for (const std::string wrap : {"aes128", "aes192", "aes256", "des3"})
        variants.push_back({"p256 wrap " + wrap, "p256", {"-" + wrap + "-wrap"}});
    return variants;
}

void sign_variant(const OpensslVariant& variant, const Party& signer, const std::filesystem::path& content,
                  const std::filesystem::path& message) {
    run({"openssl", "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", content, "-out",
         message, "-signer", signer.certificate_file, "-inkey", signer.key_file},
        variant.options);
}

void encrypt_variant(const OpensslVariant& variant, const Party& recipient,
                     const std::filesystem::path& content, const std::filesystem::path& message) {
    // -keyopt belongs to the -recip before it.
    run({"openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", "-in", content, "-out",
         message, "-recip", recipient.certificate_file},
        variant.options);
}

}  // namespace signet::conformance
