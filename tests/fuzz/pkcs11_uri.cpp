// pkcs11: URIs, as the client looks at them and as the agent does.
#include <string>
#include <string_view>

#include "agent/error.h"
#include "agent/token_uri.h"
#include "client/pkcs11_uri.h"
#include "tests/fuzz/property.h"

using signet::fuzz::property;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (signet::client::is_pkcs11_uri(text))
        (void)signet::client::fault_of_pkcs11_uri(text);
    try {
        const signet::agent::TokenUri uri(text);
        // p11-kit passes over white space and takes the scheme in either case; shorter than that it never is.
        property(size >= std::string_view("pkcs11:").size(), "what parses has a scheme");
        (void)uri.matches(signet::agent::pin::TokenId{});
    } catch (const signet::agent::Error&) {
        return 0;
    }
    return 0;
}
