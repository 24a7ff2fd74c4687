#include "client/mail/layers.h"

#include "client/commands/verify_report.h"
#include "client/content_opener.h"
#include "client/mail/compressed_message.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/mailboxes.h"
#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"
#include "client/mail/verification.h"
#include "cms/content_types.h"
#include "cms/nested_content.h"

#include <algorithm>
#include <utility>

namespace signet::client::mail {

namespace {

/// Whether `content` says that it is a SignedData: for parts whose smime-type is missing.
bool names_signed_data(const cms::Bytes& content) {
    return cms::content_type_of(content) == cms::id_signed_data;
}

std::string content_of(const cms::SignedDataResult& result) {
    return result.content ? std::string(cms::as_text(*result.content)) : std::string();
}

Layer encrypted_layer(AgentConnection& agent, const Entity& entity, const Opening& opening,
                      std::string& inside) {
    const auto opened =
        open_content(agent, take_apart_encrypted(entity), opening.identity, opening.wait, opening.broken);
    const auto nested = nested_entity(opened.content_type, opened.content);
    inside = nested ? *nested : std::string(cms::as_text(opened.content));
    Layer layer;
    layer.opened = opened;
    return layer;
}

}  // namespace

bool is_signed_part(const Entity& entity) {
    if (is_clear_signed(entity)) {
        return true;
    }
    const auto content = smime_content(entity, {"signed-data", "signed-receipt"});
    return content && names_signed_data(*content);
}

bool is_encrypted_part(const Entity& entity) {
    const auto content = smime_content(entity, {"enveloped-data", "authEnveloped-data"});
    return content && !names_signed_data(*content);
}

Layer take_off_signature(const Entity& entity, const cms::VerifyOptions& options, std::string& inside) {
    Layer layer;
    layer.is_signed = true;
    // A receipt stands in a part of its own kind (RFC 2634 section 2.5).
    auto receipt = smime_content(entity, {"signed-receipt"});
    const auto parts = receipt && names_signed_data(*receipt)
                           ? SignedParts{.signed_data = *std::move(receipt), .entity = std::nullopt}
                           : take_apart_signed(entity);
    const auto feed = [&parts](const std::function<void(cms::BytesView)>& sink) {
        sink(cms::as_bytes(*parts.entity));
    };
    layer.signed_data = cms::verify_signed_data(
        parts.signed_data, parts.entity ? cms::ContentSource(feed) : cms::ContentSource(), options);
    auto& result = layer.signed_data;
    // Which of two contents a reader sees would be up to the reader.
    if (parts.entity && result.content) {
        throw Error(ErrorCode::malformed, "a detached signature brings content of its own");
    }
    if (result.content_type == cms::id_ct_receipt) {
        inside.clear();
        return layer;
    }
    const auto nested = result.content ? nested_entity(result.content_type, *result.content) : std::nullopt;
    if (!nested && result.content_type != cms::id_data) {
        throw Error(ErrorCode::malformed,
                    "what is signed is no mail content but of type " + result.content_type);
    }
    inside = nested ? *nested : parts.entity ? *parts.entity : content_of(result);
    result.content.reset();
    return layer;
}

const cms::SignedDataResult* Unwrapped::author() const noexcept {
    const auto found =
        std::find_if(layers.rbegin(), layers.rend(), [](const Layer& layer) { return layer.is_signed; });
    return found == layers.rend() ? nullptr : &found->signed_data;
}

const cms::SignedDataResult* Unwrapped::outermost() const noexcept {
    const auto found =
        std::find_if(layers.begin(), layers.end(), [](const Layer& layer) { return layer.is_signed; });
    return found == layers.end() ? nullptr : &found->signed_data;
}

bool Unwrapped::has_encryption() const noexcept {
    return std::any_of(layers.begin(), layers.end(), [](const Layer& layer) { return !layer.is_signed; });
}

Unwrapped take_off_layers(AgentConnection& agent, const Entity& message, const cms::VerifyOptions& options,
                          const Opening& opening) {
    Unwrapped unwrapped;
    Entity entity = message;
    std::string inside;
    Expansions expansions;
    while (true) {
        if (const auto compressed = take_apart_compressed(entity)) {
            unwrapped.entity = expansions.expand(*compressed);
            const auto expanded = entity_unless_text(unwrapped.entity);
            if (!expanded) {
                return unwrapped;
            }
            entity = *expanded;
            continue;
        }
        const bool is_signed = is_signed_part(entity);
        if (!is_signed && !is_encrypted_part(entity)) {
            return unwrapped;
        }
        if (unwrapped.layers.size() == cms::max_layers) {
            throw Error(ErrorCode::malformed,
                        "it has more than " + std::to_string(cms::max_layers) + " layers");
        }
        unwrapped.layers.push_back(is_signed ? take_off_signature(entity, options, inside)
                                             : encrypted_layer(agent, entity, opening, inside));
        unwrapped.entity = std::move(inside);
        if (is_signed && unwrapped.layers.back().signed_data.content_type == cms::id_ct_receipt) {
            return unwrapped;
        }
        const auto opened = entity_unless_text(unwrapped.entity);
        if (!opened) {
            return unwrapped;
        }
        entity = *opened;
    }
}

std::string layers_fault(const Unwrapped& unwrapped, const Entity& message) {
    for (const Layer& layer : unwrapped.layers) {
        if (layer.is_signed && !layer.signed_data.holds()) {
            return commands::why_not(layer.signed_data);
        }
    }
    const auto* author = unwrapped.author();
    if (author != nullptr) {
        if (auto mismatch = sender_mismatch(message, signer_addresses(*author)); !mismatch.empty()) {
            return mismatch;
        }
    }
    const auto labels = labels_of(unwrapped);
    for (const auto& label : labels) {
        if (label.label != labels.front().label) {
            return "the security label outside and the one inside differ";
        }
    }
    return {};
}

std::vector<cms::MessageLabel> labels_of(const Unwrapped& unwrapped) {
    std::vector<cms::MessageLabel> labels;
    for (const Layer& layer : unwrapped.layers) {
        if (auto label = layer.is_signed ? cms::label_of(layer.signed_data) : std::nullopt) {
            labels.push_back(*std::move(label));
        }
    }
    return labels;
}

}  // namespace signet::client::mail
