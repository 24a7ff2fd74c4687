// A loaded PKCS#11 module.
#pragma once

#include <p11-kit/pkcs11.h>

#include <memory>
#include <string>

#include "token/error.h"

struct PKCS11_ctx_st;

namespace signet::token {

/// One module of this process: libp11 loads and initialises it, the function list is its own. Not movable.
class Module {
  public:
    /// Loads the module at `path` through libp11 and initialises it; `init_args` is C_Initialize's reserved
    /// string, none if empty. Throws TokenError: NO_MODULE if there is no such file or it is not a PKCS#11
    /// module, else what C_Initialize answered. The reason of the dynamic linker goes to the log.
    Module(const std::string& path, const std::string& init_args);

    /// Finalises and unloads.
    ~Module() = default;
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    /// The module's own functions. For any thread.
    [[nodiscard]] const CK_FUNCTION_LIST& functions() const noexcept { return *m_functions; }
    /// CK_INFO.libraryDescription and manufacturerID, without padding.
    [[nodiscard]] const std::string& description() const noexcept { return m_description; }
    [[nodiscard]] const std::string& manufacturer() const noexcept { return m_manufacturer; }

  private:
    struct Unload {
        void operator()(void* library) const noexcept;
    };
    struct Finalise {
        void operator()(PKCS11_ctx_st* context) const noexcept;
    };
    struct FinaliseInstance {
        void operator()(CK_FUNCTION_LIST* functions) const noexcept;
    };

    std::unique_ptr<void, Unload> m_library;
    std::unique_ptr<PKCS11_ctx_st, Finalise> m_context;
    CK_FUNCTION_LIST* m_functions = nullptr;
    /// The same, if libp11 does not finalise it.
    std::unique_ptr<CK_FUNCTION_LIST, FinaliseInstance> m_instance;
    std::string m_description;
    std::string m_manufacturer;
};

}  // namespace signet::token
