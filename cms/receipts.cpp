#include "cms/receipts.h"

#include <algorithm>

#include "cms/content_types.h"
#include "cms/digest_stream.h"
#include "cms/error.h"

namespace signet::cms {
namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// RFC 5280 section 7.5.
bool same_mailbox(const std::string& a, const std::string& b) {
    const auto at = a.rfind('@');
    return a.size() == b.size() && at != std::string::npos && a.compare(0, at, b, 0, at) == 0 &&
           std::equal(a.begin() + static_cast<std::ptrdiff_t>(at), a.end(),
                      b.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool is_among(const std::vector<MailNames>& listed, const std::vector<std::string>& own) {
    for (const MailNames& names : listed)
        for (const std::string& name : names)
            for (const std::string& address : own)
                if (same_mailbox(name, address))
                    return true;
    return false;
}

/// The first address of each, as each is one person.
void add_first_of(const std::vector<MailNames>& names, std::vector<std::string>& addresses) {
    for (const MailNames& one : names)
        if (!one.empty() && std::find(addresses.begin(), addresses.end(), one.front()) == addresses.end())
            addresses.push_back(one.front());
}

std::optional<ReceiptRequest> request_of(const SignerResult& signer) {
    return receipt_request_in(SignedAttributeSet(signer.signed_attributes));
}

bool same_request(const ReceiptRequest& a, const ReceiptRequest& b) {
    return a.content_identifier == b.content_identifier && a.from == b.from && a.listed == b.listed &&
           a.to == b.to;
}

// RFC 2634 section 2.10: with the hash that the message was signed with.
std::optional<Bytes> digest_of_attributes(const SignerResult& signer) {
    const auto algorithm = digest_from_name(signer.digest_algorithm);
    if (!algorithm || signer.signed_attributes.empty())
        return std::nullopt;
    return digest(*algorithm, signer.signed_attributes);
}

}  // namespace

std::optional<ReceiptRequest> receipt_request_of(const SignedDataResult& message) {
    std::optional<ReceiptRequest> found;
    for (const SignerResult& signer : message.signers) {
        auto request = request_of(signer);
        if (request && found && !same_request(*request, *found))
            throw Error(ErrorCode::malformed, "its signers ask for different receipts");
        if (request)
            found = std::move(request);
    }
    return found;
}

std::vector<std::string> receipt_addresses(const ReceiptRequest& request,
                                           const std::vector<MailListExpansion>& history,
                                           const std::vector<std::string>& own) {
    if (request.from == ReceiptsFrom::first_tier && !history.empty())
        return {};
    if (request.from == ReceiptsFrom::listed && !is_among(request.listed, own))
        return {};
    const ListReceiptPolicy policy = history.empty() ? ListReceiptPolicy::unsaid : history.back().policy;
    std::vector<std::string> addresses;
    if (policy == ListReceiptPolicy::none)
        return addresses;
    if (policy != ListReceiptPolicy::instead_of)
        add_first_of(request.to, addresses);
    if (policy != ListReceiptPolicy::unsaid)
        add_first_of(history.back().names, addresses);
    return addresses;
}

ReceiptContent receipt_content(const SignedDataResult& message) {
    for (const SignerResult& signer : message.signers) {
        const auto request = request_of(signer);
        if (!request)
            continue;
        auto digest = digest_of_attributes(signer);
        if (!signer.intact || !digest)
            throw Error(ErrorCode::failed, "a receipt for what is not intact");
        return {{message.content_type, request->content_identifier, signer.signature}, *std::move(digest)};
    }
    throw Error(ErrorCode::failed, "a receipt that nobody asked for");
}

std::string receipt_mismatch(const SignedDataResult& receipt, const SignedDataResult& sent) {
    if (receipt.content_type != id_ct_receipt || !receipt.content)
        return "it is no signed receipt";
    const Receipt said = parse_receipt(*receipt.content);
    const auto origin =
        std::find_if(sent.signers.begin(), sent.signers.end(),
                     [&](const SignerResult& signer) { return signer.signature == said.signature; });
    if (origin == sent.signers.end())
        return "it is for another message: the signature that it confirms is not the one that was sent";
    if (!origin->intact)
        return "the message to compare it with is not as it was sent: its signature does not hold";
    const auto request = request_of(*origin);
    if (!request)
        return "the message that was sent asks for no receipt";
    if (said.content_identifier != request->content_identifier)
        return "it names another content identifier than the message that was sent";
    if (said.content_type != sent.content_type)
        return "it names another content type than the message that was sent";
    const auto expected = digest_of_attributes(*origin);
    for (const SignerResult& signer : receipt.signers) {
        const auto claimed = msg_sig_digest_in(SignedAttributeSet(signer.signed_attributes));
        if (!claimed)
            return "its signer does not say which signed attributes were received (msgSigDigest)";
        if (!expected || *claimed != *expected)
            return "its signer received other signed attributes than were sent (msgSigDigest)";
    }
    return {};
}

ListReceipts combined_receipts(const std::vector<MailListExpansion>& before, ListReceipts own) {
    using enum ListReceiptPolicy;
    const ListReceiptPolicy earlier = before.empty() ? unsaid : before.back().policy;
    if (earlier == none || own.policy == none)
        return {none, {}};
    if (own.policy == instead_of || earlier == unsaid)
        return own;
    // Of both, in the earlier list's way.
    ListReceipts both{earlier, {}};
    add_first_of(before.back().names, both.names);
    std::erase_if(both.names, [](const std::string& name) { return !is_mail_name(name); });
    for (std::string& name : own.names)
        if (std::find(both.names.begin(), both.names.end(), name) == both.names.end())
            both.names.push_back(std::move(name));
    // Nobody is left who could get mail: instead of the sender, or besides.
    if (both.names.empty())
        both.policy = earlier == instead_of ? none : unsaid;
    if (both.names.size() > max_policy_names)
        throw Error(ErrorCode::malformed, "the lists' receipt policies name more than 64 addresses together");
    return both;
}

std::vector<MailListExpansion> expansion_history_of(const SignedDataResult& message) {
    std::vector<MailListExpansion> found;
    for (const SignerResult& signer : message.signers) {
        auto history = expansion_history_in(SignedAttributeSet(signer.signed_attributes));
        // Whoever signs after the list need not tell of it.
        if (history.empty())
            continue;
        const bool same = std::ranges::equal(history, found, {}, &MailListExpansion::encoding,
                                             &MailListExpansion::encoding);
        if (!found.empty() && !same)
            throw Error(ErrorCode::malformed, "its signers tell of different mailing lists");
        found = std::move(history);
    }
    return found;
}

}  // namespace signet::cms
