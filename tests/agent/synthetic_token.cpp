#include "tests/agent/synthetic_token.h"

#include "agent/identity.h"
#include "cms/bytes.h"
#include "cms/certificate.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace signet::tests {

namespace {

constexpr int seconds_a_day = 24 * 60 * 60;

void check(bool good, const char* what) {
    if (!good)
        throw std::runtime_error(what);
}

void set_name(X509_NAME* name, const std::string& text) {
    check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()), -1, 0) == 1,
          "X509_NAME_add_entry_by_txt");
}

void add_extension(X509& certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, nullptr, &certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    check(extension != nullptr, "X509V3_EXT_conf_nid");
    const bool added = X509_add_ext(&certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    check(added, "X509_add_ext");
}

void set_serial(X509& certificate) {
    std::int64_t serial = 0;
    check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "RAND_bytes");
    check(ASN1_INTEGER_set_int64(X509_get_serialNumber(&certificate), serial & INT64_MAX) == 1, "serial");
}

}  // namespace

KeyPair::KeyPair(SyntheticKey type)
    : m_type(type),
      m_key(type == SyntheticKey::rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
                                      : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")) {
    check(m_key != nullptr, "EVP_PKEY_Q_keygen");
}

std::string KeyPair::certificate(const CertificateSpec& spec) const {
    return certificate(spec, spec, *this);
}

std::string KeyPair::certificate(const CertificateSpec& spec, const CertificateSpec& issuer_name,
                                 const KeyPair& issuer) const {
    const cms::X509Ptr made(X509_new());
    check(made != nullptr && X509_set_version(made.get(), X509_VERSION_3) == 1, "X509_new");
    set_serial(*made);
    set_name(X509_get_subject_name(made.get()), spec.common_name);
    set_name(X509_get_issuer_name(made.get()), issuer_name.common_name);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), static_cast<long>(spec.from) * seconds_a_day);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), static_cast<long>(spec.until) * seconds_a_day);
    check(X509_set_pubkey(made.get(), m_key.get()) == 1, "X509_set_pubkey");
    add_extension(*made, NID_basic_constraints, spec.ca ? "critical,CA:TRUE" : "CA:FALSE");
    add_extension(*made, NID_subject_key_identifier, "hash");
    if (!spec.email.empty())
        add_extension(*made, NID_subject_alt_name, "email:" + spec.email);
    if (!spec.key_usage.empty())
        add_extension(*made, NID_key_usage, spec.key_usage);
    check(X509_sign(made.get(), issuer.m_key.get(), EVP_sha256()) > 0, "X509_sign");
    std::string der(static_cast<std::size_t>(i2d_X509(made.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(made.get(), &out);
    return der;
}

std::string KeyPair::public_value() const {
    return agent::public_value_of(cms::Certificate::from_der(cms::as_bytes(certificate({}))));
}

std::shared_ptr<agent::TokenState> synthetic_token(const std::string& label, bool logged_in) {
    auto token = std::make_shared<agent::TokenState>();
    token->label = label;
    token->manufacturer = "Signet tests";
    token->model = "synthetic";
    token->serial = "serial of " + label;
    token->module = "none";
    token->flags = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED;
    token->logged_in = logged_in;
    return token;
}

agent::ScannedKey scanned_key(const KeyPair& key, const std::string& id, bool is_private, bool shows_value) {
    agent::ScannedKey scanned;
    scanned.handle = 7;
    scanned.is_private = is_private;
    scanned.id = id;
    scanned.label = "key";
    scanned.type = key.type() == SyntheticKey::rsa ? agent::ScannedKeyType::rsa : agent::ScannedKeyType::ec;
    scanned.sign = scanned.decrypt = scanned.derive = is_private;
    if (shows_value)
        scanned.public_value = key.public_value();
    return scanned;
}

}  // namespace signet::tests
