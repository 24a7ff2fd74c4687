#include "tests/bench/bare_token.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <cstring>
#include <functional>
#include <stdexcept>

namespace signet::bench {

namespace {

void check(CK_RV rv, const char* call) {
    if (rv != CKR_OK)
        throw std::runtime_error(std::string(call) + " answered " + std::to_string(rv));
}

CK_FUNCTION_LIST* load(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW);
    if (library == nullptr)
        throw std::runtime_error("cannot load " + path);
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    check(get(&functions), "C_GetFunctionList");
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    check(functions->C_Initialize(&arguments), "C_Initialize");
    return functions;
}

CK_SLOT_ID slot_of(CK_FUNCTION_LIST* functions, const std::string& label) {
    std::array<CK_SLOT_ID, 16> slots{};
    CK_ULONG count = slots.size();
    check(functions->C_GetSlotList(CK_TRUE, slots.data(), &count), "C_GetSlotList");
    for (CK_ULONG i = 0; i < count; ++i) {
        CK_TOKEN_INFO info{};
        check(functions->C_GetTokenInfo(slots[i], &info), "C_GetTokenInfo");
        if (std::memcmp(info.label, label.data(), label.size()) == 0)
            return slots[i];
    }
    throw std::runtime_error("no token " + label);
}

CK_SESSION_HANDLE open_session(CK_FUNCTION_LIST* functions, CK_SLOT_ID slot) {
    CK_SESSION_HANDLE session = 0;
    check(functions->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session), "C_OpenSession");
    return session;
}

CK_OBJECT_HANDLE private_key(CK_FUNCTION_LIST* functions, CK_SESSION_HANDLE session,
                             std::vector<std::uint8_t> id) {
    CK_OBJECT_CLASS type = CKO_PRIVATE_KEY;
    std::array<CK_ATTRIBUTE, 2> wanted{{{CKA_CLASS, &type, sizeof type}, {CKA_ID, id.data(), id.size()}}};
    check(functions->C_FindObjectsInit(session, wanted.data(), wanted.size()), "C_FindObjectsInit");
    CK_OBJECT_HANDLE key = 0;
    CK_ULONG count = 0;
    check(functions->C_FindObjects(session, &key, 1, &count), "C_FindObjects");
    check(functions->C_FindObjectsFinal(session), "C_FindObjectsFinal");
    if (count == 0)
        throw std::runtime_error("no such private key");
    return key;
}

// What the token is given to sign: for RSA, DigestInfo of a SHA-256 digest (RFC 8017 section 9.2); for ECDSA,
// the digest alone.
std::vector<std::uint8_t> input_of(Key key) {
    std::vector<std::uint8_t> input;
    if (key == Key::rsa2048)
        input = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    input.resize(input.size() + 32, 0x5a);
    return input;
}

}  // namespace

Result measure_bare_token(const BareToken& token, unsigned threads, std::chrono::milliseconds duration) {
    CK_FUNCTION_LIST* functions = load(token.module);
    const CK_SLOT_ID slot = slot_of(functions, token.token_label);
    const CK_SESSION_HANDLE anchor = open_session(functions, slot);
    std::string pin = token.pin;
    check(functions->C_Login(anchor, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size()),
          "C_Login");

    std::vector<std::function<void()>> operations;
    for (unsigned i = 0; i < threads; ++i) {
        const CK_SESSION_HANDLE session = open_session(functions, slot);
        const CK_OBJECT_HANDLE key = private_key(functions, session, token.id);
        operations.emplace_back([functions, session, key, input = input_of(token.key),
                                 type = token.key == Key::rsa2048 ? CKM_RSA_PKCS : CKM_ECDSA]() mutable {
            CK_MECHANISM mechanism{type, nullptr, 0};
            check(functions->C_SignInit(session, &mechanism, key), "C_SignInit");
            std::array<CK_BYTE, 512> signature{};
            CK_ULONG size = signature.size();
            check(functions->C_Sign(session, input.data(), input.size(), signature.data(), &size), "C_Sign");
        });
    }
    return measure(operations, duration);
}

}  // namespace signet::bench
