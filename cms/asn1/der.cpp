#include "cms/asn1/der.h"

#include <openssl/err.h>
#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cms/error.h"
#include "cms/object_identifier.h"
#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

namespace signet::cms::asn1 {
namespace {

struct Header {
    std::array<std::uint8_t, 2 + sizeof(std::size_t)> bytes;
    std::size_t size;
};

Header make_header(Tag tag, std::size_t size) noexcept {
    Header header{{static_cast<std::uint8_t>(tag)}, 2};
    if (size < 0x80) {
        header.bytes[1] = static_cast<std::uint8_t>(size);
        return header;
    }
    unsigned octets = 0;
    for (std::size_t rest = size; rest != 0; rest >>= 8)
        ++octets;
    header.bytes[1] = static_cast<std::uint8_t>(0x80U | octets);
    for (unsigned i = octets; i-- > 0;)
        header.bytes[header.size++] = static_cast<std::uint8_t>(size >> (8 * i));
    return header;
}

template <typename Parts>
Bytes concatenate(Tag tag, const Parts& parts) {
    std::size_t size = 0;
    for (const BytesView part : parts)
        size += part.size();
    const Header header = make_header(tag, size);
    Bytes out;
    out.reserve(header.size + size);
    append(out, {header.bytes.data(), header.size});
    for (const BytesView part : parts)
        append(out, part);
    return out;
}

Bytes encode_object(const ASN1_OBJECT* object) {
    const int size = i2d_ASN1_OBJECT(object, nullptr);
    require_openssl(size > 0, "no object identifier");
    Bytes out(static_cast<std::size_t>(size));
    unsigned char* position = out.data();
    i2d_ASN1_OBJECT(object, &position);
    return out;
}

}  // namespace

void append(Bytes& to, BytesView piece) {
    to.insert(to.end(), piece.begin(), piece.end());
}

Bytes header(Tag tag, std::size_t size) {
    const Header made = make_header(tag, size);
    return {made.bytes.begin(), made.bytes.begin() + static_cast<std::ptrdiff_t>(made.size)};
}

Bytes tlv(Tag tag, std::initializer_list<BytesView> parts) {
    return concatenate(tag, parts);
}

Bytes set_of(Tag tag, std::vector<BytesView> elements) {
    // Encodings that differ do so before either ends, so the padding with zeros of X.690 never matters.
    const auto less = [](BytesView a, BytesView b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    };
    const auto same = [](BytesView a, BytesView b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    };
    std::sort(elements.begin(), elements.end(), less);
    elements.erase(std::unique(elements.begin(), elements.end(), same), elements.end());
    return concatenate(tag, elements);
}

Bytes integer(std::uint32_t value) {
    Bytes octets;
    // One octet more than the value needs when its top bit is set: INTEGER has a sign.
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        const auto octet = static_cast<std::uint8_t>(value >> (shift - 8));
        if (octets.empty() && octet == 0 && shift > 8)
            continue;
        if (octets.empty() && octet >= 0x80)
            octets.push_back(0);
        octets.push_back(octet);
    }
    return tlv(Tag::integer, {octets});
}

Bytes object_identifier(int nid) {
    const ASN1_OBJECT* object = OBJ_nid2obj(nid);
    if (object == nullptr || OBJ_length(object) == 0)
        throw_openssl_error("no object identifier");
    return encode_object(object);
}

Bytes object_identifier(const std::string& dotted) {
    const Asn1ObjectPtr object(is_object_identifier(dotted) ? OBJ_txt2obj(dotted.c_str(), 1) : nullptr);
    if (!object || OBJ_length(object.get()) == 0) {
        ERR_clear_error();
        throw Error(ErrorCode::failed, "'" + dotted + "' is not an object identifier");
    }
    Bytes out = encode_object(object.get());
    if (out.size() > max_object_identifier_size)
        throw Error(ErrorCode::failed, "an object identifier of " + std::to_string(out.size()) + " bytes");
    return out;
}

}  // namespace signet::cms::asn1
