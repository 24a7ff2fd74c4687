#include "token/module_list.h"

#include <p11-kit/p11-kit.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

namespace signet::token {

namespace {

struct Free {
    void operator()(char* text) const noexcept {
        std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): p11-kit's strings are malloc's
    }
};
struct Release {
    void operator()(CK_FUNCTION_LIST** modules) const noexcept { p11_kit_modules_release(modules); }
};
using Text = std::unique_ptr<char, Free>;

}  // namespace

std::vector<ConfiguredModule> configured_modules() {
    const std::unique_ptr<CK_FUNCTION_LIST*, Release> modules(p11_kit_modules_load(nullptr, 0));
    if (modules == nullptr) {
        const char* reason = p11_kit_message();
        throw std::runtime_error(std::string("p11-kit cannot load its modules: ") +
                                 (reason == nullptr ? "no reason given" : reason));
    }
    std::vector<ConfiguredModule> found;
    for (CK_FUNCTION_LIST** module = modules.get(); *module != nullptr; ++module) {
        if ((p11_kit_module_get_flags(*module) & P11_KIT_MODULE_TRUSTED) != 0)
            continue;
        const Text name(p11_kit_module_get_name(*module));
        const Text path(p11_kit_module_get_filename(*module));
        if (name != nullptr && path != nullptr)
            found.push_back({name.get(), path.get()});
    }
    return found;
}

}  // namespace signet::token
