#include "tests/conformance/material.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cms/error.h"

namespace signet::conformance {
namespace {

using Pkcs12Ptr = cms::OpensslPtr<PKCS12, PKCS12_free>;
constexpr std::string_view pem_start = "-----BEGIN ";

cms::BioPtr reader(const cms::Bytes& bytes) {
    return cms::BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

int passphrase_of(char* buffer, int size, int /*writing*/, void* user) {
    const auto& passphrase = *static_cast<const std::string*>(user);
    if (static_cast<int>(passphrase.size()) > size)
        return -1;
    std::copy(passphrase.begin(), passphrase.end(), buffer);
    return static_cast<int>(passphrase.size());
}

cms::Bytes from_base64(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](unsigned char c) { return std::isspace(c) == 0; });
    cms::Bytes decoded(digits.size());
    const int size = EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(digits.data()),
                                     static_cast<int>(digits.size()));
    if (size < 0)
        throw cms::Error(cms::ErrorCode::malformed, "neither DER nor PEM nor base64");
    const auto padding = static_cast<std::size_t>(std::count(digits.begin(), digits.end(), '='));
    decoded.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
    return decoded;
}

}  // namespace

cms::Bytes contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path))
        throw std::runtime_error("cannot read " + path.string());
    return cms::Bytes(std::istreambuf_iterator<char>(file), {});
}

std::vector<cms::Certificate> certificates(const std::filesystem::path& path) {
    const cms::Bytes bytes = contents(path);
    if (cms::as_text(bytes).find(pem_start) != std::string_view::npos)
        return cms::Certificate::from_pem(cms::as_text(bytes));
    return {cms::Certificate::from_der(bytes)};
}

Recipient recipient(const std::filesystem::path& key, const std::filesystem::path& certificate,
                    const std::string& passphrase) {
    const cms::Bytes bytes = contents(key);
    const cms::BioPtr in = reader(bytes);
    std::string secret = passphrase;
    cms::EvpPkeyPtr own(cms::as_text(bytes).find(pem_start) != std::string_view::npos
                            ? PEM_read_bio_PrivateKey(in.get(), nullptr, passphrase_of, &secret)
                            : d2i_PrivateKey_bio(in.get(), nullptr));
    ERR_clear_error();
    if (!own)
        throw std::runtime_error("OpenSSL cannot read the key " + key.string());
    return {certificates(certificate).at(0), std::move(own)};
}

Recipient recipient(const std::filesystem::path& pkcs12, const std::string& passphrase) {
    const cms::Bytes bytes = without_armour(contents(pkcs12));
    const cms::BioPtr in = reader(bytes);
    const Pkcs12Ptr package(d2i_PKCS12_bio(in.get(), nullptr));
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    const bool done =
        package && PKCS12_parse(package.get(), passphrase.c_str(), &key, &certificate, nullptr) == 1;
    cms::EvpPkeyPtr own(key);
    const cms::X509Ptr x509(certificate);
    ERR_clear_error();
    if (!done || !own || !x509)
        throw std::runtime_error("OpenSSL cannot read " + pkcs12.string());
    return {cms::Certificate::share(*x509), std::move(own)};
}

cms::Bytes without_armour(const cms::Bytes& bytes) {
    if (bytes.empty() || bytes.front() == 0x30)
        return bytes;
    if (cms::as_text(bytes).find(pem_start) == std::string_view::npos)
        return from_base64(cms::as_text(bytes));
    const cms::BioPtr in = reader(bytes);
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    const int done = PEM_read_bio(in.get(), &name, &header, &data, &size);
    const cms::OpensslMemoryPtr<char> own_name(name);
    const cms::OpensslMemoryPtr<char> own_header(header);
    const cms::OpensslMemoryPtr<unsigned char> own_data(data);
    ERR_clear_error();
    if (done != 1)
        throw cms::Error(cms::ErrorCode::malformed, "its PEM is broken");
    return {data, data + size};
}

}  // namespace signet::conformance
