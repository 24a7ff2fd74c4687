#include "token/oaep.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "secret/secret.h"
#include "token/error.h"
#include "token/hash.h"

namespace signet::token {

namespace {

constexpr std::size_t max_digest = 64;

/// A digest that is wiped.
struct Digest {
    std::array<unsigned char, max_digest> bytes{};

    Digest() = default;
    ~Digest() { wipe(bytes.data(), bytes.size()); }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;
};

const EVP_MD* md_of(protocol::Hash hash) noexcept {
    switch (hash) {
        case protocol::HASH_SHA256:
            return EVP_sha256();
        case protocol::HASH_SHA384:
            return EVP_sha384();
        case protocol::HASH_SHA512:
            return EVP_sha512();
        default:
            return EVP_sha1();
    }
}

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// The hash of what comes in pieces, again and again. OpenSSL wipes what it held when it is freed.
class Hasher {
  public:
    explicit Hasher(protocol::Hash hash) : m_md(md_of(hash)), m_context(EVP_MD_CTX_new()) {}

    void hash(std::span<const unsigned char> first, std::span<const unsigned char> second, Digest& digest) {
        if (m_context == nullptr || EVP_DigestInit_ex(m_context.get(), m_md, nullptr) != 1 ||
            EVP_DigestUpdate(m_context.get(), first.data(), first.size()) != 1 ||
            EVP_DigestUpdate(m_context.get(), second.data(), second.size()) != 1 ||
            EVP_DigestFinal_ex(m_context.get(), digest.bytes.data(), nullptr) != 1)
            throw TokenError(protocol::DEVICE_FAILED, "OpenSSL cannot hash");
    }

  private:
    const EVP_MD* m_md;
    std::unique_ptr<EVP_MD_CTX, FreeContext> m_context;
};

/// `masked` XOR MGF1(seed), in place (RFC 8017, section B.2.1).
void unmask(std::span<unsigned char> masked, std::span<const unsigned char> seed, protocol::Hash mgf_hash) {
    const std::size_t size = facts_of(mgf_hash).size;
    Hasher hasher(mgf_hash);
    Digest mask;
    std::uint32_t counter = 0;
    for (std::size_t done = 0; done < masked.size(); done += size, ++counter) {
        const std::array<unsigned char, 4> number{
            static_cast<unsigned char>(counter >> 24), static_cast<unsigned char>(counter >> 16),
            static_cast<unsigned char>(counter >> 8), static_cast<unsigned char>(counter)};
        hasher.hash(seed, number, mask);
        const std::size_t count = std::min(size, masked.size() - done);
        for (std::size_t i = 0; i < count; ++i)
            masked[done + i] = static_cast<unsigned char>(masked[done + i] ^ mask.bytes[i]);
    }
}

// The compiler must not know that a mask is all ones or all zeros, or it may branch on it.
std::size_t opaque(std::size_t mask) noexcept {
    __asm__("" : "+r"(mask));
    return mask;
}

/// All ones if the byte `a` is `b`, else zero; no branch.
std::size_t mask_of_equal(unsigned char a, unsigned char b) noexcept {
    const std::size_t difference = static_cast<std::size_t>(a ^ b);
    return opaque(std::size_t{0} - ((difference - 1) >> (sizeof(std::size_t) * 8 - 1)));
}

}  // namespace

// EM = 0x00 || maskedSeed || maskedDB, DB = lHash || 0x00 ... 0x00 || 0x01 || M.  RFC 8017, section 7.1
std::optional<std::size_t> remove_oaep(std::span<unsigned char> block, protocol::Hash hash,
                                       protocol::Hash mgf_hash, std::string_view label) {
    const std::size_t digest_size = facts_of(hash).size;
    if (block.size() < 2 * digest_size + 2) {
        wipe(block.data(), block.size());
        return std::nullopt;
    }
    Digest expected;
    Hasher(hash).hash({reinterpret_cast<const unsigned char*>(label.data()), label.size()}, {}, expected);
    const auto seed = block.subspan(1, digest_size);
    const auto data = block.subspan(1 + digest_size);
    unmask(seed, data, mgf_hash);
    unmask(data, seed, mgf_hash);

    std::size_t good = mask_of_equal(block.front(), 0);
    for (std::size_t i = 0; i < digest_size; ++i)
        good &= mask_of_equal(data[i], expected.bytes[i]);
    std::size_t found = 0;
    std::size_t start = 0;
    for (std::size_t i = digest_size; i < data.size(); ++i) {
        const std::size_t is_one = mask_of_equal(data[i], 1);
        start |= (i + 1) & is_one & ~found;
        good &= found | is_one | mask_of_equal(data[i], 0);
        found |= is_one;
    }
    good = opaque(good & found);

    // From here on the time may tell what the answer tells anyway: good or not.
    if (good == 0) {
        wipe(block.data(), block.size());
        return std::nullopt;
    }
    const std::size_t size = data.size() - start;
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(start), size, block.begin());
    wipe(block.data() + size, block.size() - size);
    return size;
}

}  // namespace signet::token
