#include "cms/asn1/ber_reader.h"
#include "cms/asn1/der.h"
#include "cms/asn1/der_check.h"
#include "tests/catch.h"

#include <openssl/x509.h>

#include <string>
#include <vector>

#include "tests/cms/certificate_authority.h"

using namespace signet::cms;
using asn1::is_der;
using asn1::Tag;

namespace {

Bytes text(std::uint8_t tag, const std::string& characters) {
    return asn1::tlv(static_cast<Tag>(tag), {as_bytes(characters)});
}

Bytes nested(std::size_t depth) {
    Bytes element{5, 0};
    for (std::size_t i = 0; i < depth; ++i)
        element = asn1::tlv(Tag::sequence, {element});
    return element;
}

}  // namespace

TEST_CASE("DER is known as DER") {
    Bytes long_form(200, 0);
    std::vector<Bytes> all{
        {1, 1, 0},
        {1, 1, 0xFF},
        {2, 1, 0},
        {2, 2, 0, 0x80},
        {2, 1, 0x80},
        {10, 2, 0xFF, 0x7F},
        {3, 1, 0},
        {3, 2, 7, 0x80},
        {4, 0},
        asn1::tlv(Tag::octet_string, {long_form}),
        {5, 0},
        {6, 3, 0x2A, 0x81, 0x01},
        {13, 1, 0},
        {9, 0},
        {0x30, 0},
        {0x31, 6, 2, 1, 5, 2, 1, 6},
        {0x31, 6, 2, 1, 5, 2, 1, 5},
        // A SET in the order of its tags, which is not that of its encodings.
        {0x31, 5, 0x30, 0, 0x13, 1, 'a'},
        {0x31, 5, 0x13, 1, 'a', 0x30, 0},
        {0x31, 4, 5, 0, 0x80, 0},
        text(23, "261127120000Z"),
        text(24, "20261127120000Z"),
        text(24, "20261127120000.25Z"),
        {0x80, 2, 1, 2},
        {0xA0, 3, 2, 1, 5},
        {0x9F, 0x1F, 0},
        {0x9F, 0x81, 0x00, 0},
        nested(asn1::BerReader::max_depth),
    };
    for (const Bytes& der : all) {
        CAPTURE(der);
        CHECK(is_der(der));
    }
    CHECK(is_der(test::CertificateAuthority("Root").certificate().der()));
}

TEST_CASE("What is BER only, or neither, is no DER") {
    const std::vector<Bytes> all{
        {},
        {5},
        {5, 0, 5, 0},
        {0, 0},
        {15, 0},
        // Lengths: indefinite, longer than needed, beyond the end, reserved.
        {0x30, 0x80, 0, 0},
        {0x30, 0x80, 5, 0, 0, 0},
        {4, 0x81, 1, 0},
        {4, 0x82, 0, 1, 0},
        {4, 2, 0},
        {4, 0xFF, 0},
        {4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},
        {4, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 0},
        // Tags: of several octets where one is enough, with zeros before them, without an end.
        {0x9F, 0x1E, 0},
        {0x9F, 0x80, 0x1F, 0},
        {0x9F},
        {0x9F, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0},
        // Values.
        {1, 1, 0x55},
        {1, 0},
        {2, 0},
        {2, 2, 0, 1},
        {2, 2, 0xFF, 0x80},
        {10, 2, 0, 0},
        {3, 0},
        {3, 1, 1},
        {3, 2, 8, 0},
        {3, 2, 1, 1},
        {5, 1, 0},
        {6, 0},
        {6, 1, 0x81},
        {6, 2, 0x80, 1},
        text(23, "2611271200Z"),
        text(23, "261127120000+0000"),
        text(24, "20261127120000"),
        text(24, "2026112712Z"),
        text(24, "20261127120000.Z"),
        text(24, "20261127120000.50Z"),
        text(24, "20261127120000,5Z"),
        // Strings in pieces, and structures in none.
        {0x24, 3, 4, 1, 1},
        {0x23, 4, 3, 2, 7, 0x80},
        {0x2C, 3, 12, 1, 'a'},
        {0x10, 0},
        {0x22, 1, 0},
        // Sets without order.
        {0x31, 6, 2, 1, 6, 2, 1, 5},
        {0x31, 7, 0x30, 0, 0x13, 1, 'a', 5, 0},
        // What lies within.
        {0x30, 2, 0xFF, 0xFF},
        {0x30, 3, 1, 1, 0x55},
        {0xA0, 3, 1, 1, 0x55},
        {0xA0, 1, 5},
        nested(asn1::BerReader::max_depth + 1),
    };
    for (const Bytes& other : all) {
        CAPTURE(other);
        CHECK_FALSE(is_der(other));
    }
}
