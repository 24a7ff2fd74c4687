// Project Wycheproof's vectors, where the corpus lies beside the checkout.
//
// Of its files there, two are not for us: aes_kwp (nothing of CMS wraps with padding) and hkdf_sha256 (its
// vectors have salts and infos of their own, and RFC 8418 has neither: known answers for that are in
// test_montgomery_recipients.cpp). The token's side of OAEP is in tests/token.
#pragma once

#include <boost/property_tree/ptree.hpp>
#include <functional>
#include <string>

#include "cms/bytes.h"

namespace signet::cms::test {

using boost::property_tree::ptree;

Bytes from_hex(const std::string& hex);

/// Calls `holds` for each vector of `file` with its group; the answer must be the vector's result.
void check_vectors(const std::string& file, const std::function<bool(const ptree&, const ptree&)>& holds);

}  // namespace signet::cms::test
