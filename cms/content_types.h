// What a content is, by its object identifier in dotted decimal. Needs no OpenSSL.
#pragma once

namespace signet::cms {

/// RFC 5652 sections 4, 5.1 and 6.1.
inline constexpr char id_data[] = "1.2.840.113549.1.7.1";
inline constexpr char id_signed_data[] = "1.2.840.113549.1.7.2";
inline constexpr char id_enveloped_data[] = "1.2.840.113549.1.7.3";
/// RFC 5083 section 2.1.
inline constexpr char id_ct_auth_enveloped_data[] = "1.2.840.113549.1.9.16.1.23";
/// RFC 3274 section 1.1.
inline constexpr char id_ct_compressed_data[] = "1.2.840.113549.1.9.16.1.9";
/// RFC 2634 section 2.8.
inline constexpr char id_ct_receipt[] = "1.2.840.113549.1.9.16.1.1";
/// RFC 3161 section 2.4.2.
inline constexpr char id_ct_tst_info[] = "1.2.840.113549.1.9.16.1.4";

}  // namespace signet::cms
