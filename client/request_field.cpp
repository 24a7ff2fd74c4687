#include "client/request_field.h"

#include "client/error.h"
#include "client/pkcs11_uri.h"
#include "client/utf8.h"

namespace signet::client {

const std::string& checked_name(const std::string& text, const std::string& what_failed) {
    if (!is_utf8(text))
        throw Error(ExitStatus::usage, what_failed, "'" + text + "' is not UTF-8",
                    "write the name as signet list shows it, or use its fingerprint or pkcs11: URI");
    if (const std::string fault = is_pkcs11_uri(text) ? fault_of_pkcs11_uri(text) : std::string();
        !fault.empty())
        throw Error(ExitStatus::usage, what_failed, "'" + text + "' is no pkcs11: URI: " + fault,
                    "use token, serial, model, manufacturer, id and object, as signet list shows them");
    return text;
}

}  // namespace signet::client
