#include "token/module.h"

#include <dlfcn.h>
#include <openssl/err.h>

// libp11.h names two types that OpenSSL's headers hide together with what is deprecated in 3.0.
using RSA_METHOD = struct rsa_meth_st;
using EC_KEY_METHOD = struct ec_key_method_st;
#include <libp11.h>

#include "token/text.h"

namespace signet::token {

namespace {

/// Why libp11 could not load: the CK_RV that it left in OpenSSL's error queue.
TokenError load_error() {
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    if (error != 0 && ERR_GET_LIB(error) == ERR_get_CKR_code() && ERR_GET_REASON(error) != 0)
        return {"C_Initialize", Ckr{static_cast<CK_RV>(ERR_GET_REASON(error))}};
    return {protocol::NO_MODULE, "not a PKCS#11 module"};
}

bool is_initialised(const CK_FUNCTION_LIST& functions) {
    CK_INFO info{};
    return Ckr{functions.C_GetInfo(&info)} != Ckr::cryptoki_not_initialized;
}

void initialise(const CK_FUNCTION_LIST& functions, std::string init_args) {
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    if (!init_args.empty())
        arguments.pReserved = init_args.data();
    check("C_Initialize", functions.C_Initialize(&arguments));
}

std::string text_of(const char* text) {
    return text == nullptr ? std::string() : padded_text(std::string_view(text));
}

}  // namespace

void Module::Unload::operator()(void* library) const noexcept {
    dlclose(library);
}

void Module::Finalise::operator()(PKCS11_ctx_st* context) const noexcept {
    PKCS11_CTX_unload(context);
    PKCS11_CTX_free(context);
}

void Module::FinaliseInstance::operator()(CK_FUNCTION_LIST* functions) const noexcept {
    functions->C_Finalize(nullptr);
}

Module::Module(const std::string& path, const std::string& init_args) {
    // Before libp11 does the same: the dynamic linker's reason is lost there.
    m_library.reset(dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL));
    if (m_library == nullptr)
        throw TokenError::not_loadable(dlerror());
    const auto get_functions =
        reinterpret_cast<CK_C_GetFunctionList>(dlsym(m_library.get(), "C_GetFunctionList"));
    if (get_functions == nullptr)
        throw TokenError(protocol::NO_MODULE, "not a PKCS#11 module: it has no C_GetFunctionList");

    std::unique_ptr<PKCS11_CTX, decltype(&PKCS11_CTX_free)> context(PKCS11_CTX_new(), PKCS11_CTX_free);
    if (context == nullptr)
        throw TokenError(protocol::DEVICE_FAILED, "no memory for a module");
    if (!init_args.empty())
        PKCS11_CTX_init_args(context.get(), init_args.c_str());
    if (PKCS11_CTX_load(context.get(), path.c_str()) != 0)
        throw load_error();
    m_context.reset(context.release());
    m_description = text_of(m_context->description);
    m_manufacturer = text_of(m_context->manufacturer);

    check("C_GetFunctionList", get_functions(&m_functions));
    if (m_functions == nullptr)
        throw TokenError(protocol::NO_MODULE, "not a PKCS#11 module: its function list is empty");
    // Of p11-kit's client and proxy, each list is an instance of its own, and libp11 has initialised another.
    if (!is_initialised(*m_functions)) {
        initialise(*m_functions, init_args);
        m_instance.reset(m_functions);
    }
}

}  // namespace signet::token
