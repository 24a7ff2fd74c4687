#include "cms/attributes/text.h"

#include "cms/bytes.h"

#include <openssl/asn1.h>

namespace signet::cms {

bool is_plain_utf8(std::string_view text) noexcept {
    BytesView left = as_bytes(text);
    while (!left.empty()) {
        unsigned long code_point = 0;
        const int size = UTF8_getc(left.data(), static_cast<int>(left.size()), &code_point);
        const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
        if (size <= 0 || code_point == 0 || code_point > 0x10FFFF || surrogate)
            return false;
        left = left.subspan(static_cast<std::size_t>(size));
    }
    return true;
}

}  // namespace signet::cms
