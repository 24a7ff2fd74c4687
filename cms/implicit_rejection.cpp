#include "cms/openssl_error.h"
#include "cms/recipient_info.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <climits>
#include <cstdint>

#include "cms/algorithms.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

// The compiler must not know that a mask is all ones or all zeros, or it may branch on it.
std::size_t opaque(std::size_t mask) noexcept {
    __asm__("" : "+r"(mask));
    return mask;
}

/// All ones if `condition`, else zero.
std::size_t mask_of(bool condition) noexcept {
    return opaque(std::size_t{0} - static_cast<std::size_t>(condition));
}

/// All ones if a == b, else zero; no branch.
std::size_t mask_of_equal(std::size_t a, std::size_t b) noexcept {
    const std::size_t difference = a ^ b;
    const std::size_t top =
        (difference | (std::size_t{0} - difference)) >> (sizeof(std::size_t) * CHAR_BIT - 1);
    return opaque(top - 1);
}

/// HMAC-SHA256(secret, ciphertext), then HMAC-SHA256(secret, what came before) for as long as it takes.
Secret pseudo_random_key(const Secret& rejection_secret, BytesView ciphertext, std::size_t size) {
    constexpr std::size_t block_size = 32;
    Secret key((size + block_size - 1) / block_size * block_size);
    BytesView input = ciphertext;
    for (std::size_t done = 0; done < key.size(); done += block_size) {
        unsigned int written = 0;
        require_openssl(HMAC(evp_md(DigestAlgorithm::sha256), rejection_secret.data(),
                             static_cast<int>(rejection_secret.size()), input.data(), input.size(),
                             key.data() + done, &written) != nullptr &&
                            written == block_size,
                        "cannot compute an HMAC");
        input = {key.data() + done, block_size};
    }
    key.truncate(size);
    return key;
}

}  // namespace

Secret key_or_implicit_rejection(const Secret& decrypted, bool token_succeeded, BytesView ciphertext,
                                 const Secret& rejection_secret, std::size_t key_size) {
    if (key_size == 0 || rejection_secret.empty())
        throw Error(ErrorCode::failed, "implicit rejection needs a key size and a secret");
    const Secret rejection = pseudo_random_key(rejection_secret, ciphertext, key_size);
    // Every byte is read from somewhere, whatever the token answered, so that the size of its answer shows
    // nowhere.
    const std::array<const Secret*, 2> sources{&decrypted, &rejection};
    const std::uint8_t* source = sources[mask_of_equal(decrypted.size(), 0) & 1]->data();
    const std::size_t accept = mask_of(token_succeeded) & mask_of_equal(decrypted.size(), key_size);
    Secret key(key_size);
    for (std::size_t i = 0; i < key_size; ++i)
        key.data()[i] =
            static_cast<std::uint8_t>((source[i & accept] & accept) | (rejection.data()[i] & ~accept));
    return key;
}

}  // namespace signet::cms
