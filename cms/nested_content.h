// One CMS type directly within another (RFC 5652 section 4), without MIME in between.
#pragma once

#include <cstddef>
#include <string>

#include "cms/byte_stream.h"
#include "cms/bytes.h"

namespace signet::cms {

/// Layers of signatures, encryption and compression that are looked into in one message, at most: triple
/// wrapping, through some lists, and compressed.
inline constexpr std::size_t max_layers = 8;

/// `content` of `content_type` (dotted decimal), as it came out of another message, as a message of its own:
/// DER of a ContentInfo around it, or `content` itself where the sender put a whole ContentInfo inside.
/// Whether it parses is for whoever reads it. Throws Error(failed) if `content_type` is no object identifier.
[[nodiscard]] Bytes as_content_info(const std::string& content_type, BytesView content);
/// The same in BER, as it comes; `content` is no ContentInfo.
[[nodiscard]] ByteSource as_content_info(const std::string& content_type, ByteSource content);

/// The content type (dotted decimal) that `message`, DER or BER, says as a ContentInfo; empty if it is none.
[[nodiscard]] std::string content_type_of(BytesView message);

/// Whether `content` begins as a SEQUENCE does, as every CMS type does and no MIME entity.
[[nodiscard]] bool begins_as_sequence(BytesView content) noexcept;

}  // namespace signet::cms
