#include "client/input_kind.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "client/cms_input.h"

namespace signet::client {

namespace {

constexpr std::string_view pkcs = "\x2a\x86\x48\x86\xf7\x0d\x01";

/// Bytes of a header that are looked at.
constexpr std::size_t max_looked_at = std::size_t{64} << 10;

std::string_view take_line(std::string_view& text) noexcept {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

bool is_field_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

/// The start of `input`: a SEQUENCE's head and an OBJECT IDENTIFIER's.
std::string_view head_of(cms::BytesView input) noexcept {
    constexpr std::size_t longest_head = 20;
    return cms::as_text(input.first(std::min(input.size(), longest_head)));
}

/// A content type that a ContentInfo (RFC 5652 section 3) may have.
struct ContentType {
    /// Of its object identifier, what follows pkcs.
    std::string_view oid;
    /// None for what no command reads.
    std::optional<CmsKind> kind;
    std::string_view what;
    const char* advice;
};

constexpr std::array<ContentType, 7> content_types{{
    {"\x07\x02", CmsKind::signed_data, "signed", "use signet verify"},
    {"\x07\x03", CmsKind::encrypted, "encrypted", "use signet decrypt"},
    {"\x09\x10\x01\x17", CmsKind::encrypted, "encrypted", "use signet decrypt"},
    {"\x09\x10\x01\x09", CmsKind::compressed, "compressed", "use signet decompress"},
    {"\x07\x05", std::nullopt, "DigestedData, which has a digest and no signature",
     "ask the sender to sign it"},
    {"\x07\x06", std::nullopt, "EncryptedData, encrypted with a key that it does not bring along",
     "ask the sender to encrypt it for your certificate"},
    {"\x09\x10\x01\x02", std::nullopt, "AuthenticatedData, authenticated with a key for its recipients",
     "ask the sender to sign it"},
}};

/// What `input` says that it is, null for anything else.
const ContentType* content_type_of(cms::BytesView input) noexcept {
    const std::string_view head = head_of(input);
    const std::size_t found = head.find(pkcs);
    if (found == std::string_view::npos)
        return nullptr;
    for (const ContentType& type : content_types)
        if (head.substr(found + pkcs.size()).starts_with(type.oid))
            return &type;
    return nullptr;
}

std::string word_for(CmsKind kind) {
    switch (kind) {
        case CmsKind::signed_data:
            return "signed";
        case CmsKind::encrypted:
            return "encrypted";
        case CmsKind::compressed:
            break;
    }
    return "compressed";
}

bool says_mime(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 2> names{"MIME-Version", "Content-Type"};
    return std::any_of(names.begin(), names.end(), [name](std::string_view other) {
        return name.size() == other.size() && strncasecmp(name.data(), other.data(), name.size()) == 0;
    });
}

}  // namespace

bool looks_like_mail(cms::BytesView input) noexcept {
    std::string_view text = cms::as_text(input.first(std::min(input.size(), max_looked_at)));
    if (text.starts_with("From "))
        take_line(text);
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.starts_with(' ') || line.starts_with('\t'))
            continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon)))
            return false;
        if (says_mime(line.substr(0, colon)))
            return true;
    }
    return false;
}

bool looks_like_cms(cms::BytesView input) noexcept {
    if (starts_with_cms_armour(input))
        return true;
    // SEQUENCE, its length, and an OBJECT IDENTIFIER below 1.2.840.113549.1 (pkcs).
    const std::string_view head = head_of(input);
    return head.starts_with('0') && head.find(pkcs) != std::string_view::npos;
}

Error is_mail(std::string what_failed, const std::string& command) {
    return {ExitStatus::malformed, std::move(what_failed), "it is a mail message", "use " + command};
}

Error is_cms(std::string what_failed, const std::string& command) {
    return {ExitStatus::malformed, std::move(what_failed), "it is CMS without a mail message around it",
            "use " + command};
}

Error is_malformed_cms(std::string what_failed, cms::BytesView input, CmsKind wanted, std::string why,
                       std::string advice) {
    if (!looks_like_cms(input))
        return {ExitStatus::malformed, std::move(what_failed), "it is not CMS",
                wanted == CmsKind::compressed ? "name a .p7z file, in DER, BER or PEM"
                                              : "name a .p7s or .p7m file, in DER, BER or PEM"};
    if (const ContentType* type = content_type_of(input); type != nullptr && type->kind != wanted) {
        why = "it is " + std::string(type->what) + (type->kind ? " and not " + word_for(wanted) : "");
        advice = type->advice;
    }
    return {ExitStatus::malformed, std::move(what_failed), std::move(why), std::move(advice)};
}

}  // namespace signet::client
