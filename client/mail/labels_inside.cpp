#include "client/mail/labels_inside.h"

#include "client/clearance.h"
#include "client/commands/reader_clearance.h"
#include "client/mail/compressed_message.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/layers.h"
#include "client/mail/media_type.h"
#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"
#include "cms/nested_content.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace signet::client::mail {

namespace {

constexpr std::string_view id_enveloped_data = "1.2.840.113549.1.7.3";
constexpr std::string_view id_auth_enveloped_data = "1.2.840.113549.1.9.16.1.23";
constexpr std::string_view id_compressed_data = "1.2.840.113549.1.9.16.1.9";

class LabelSearch {
  public:
    void look_into(std::string_view text, std::size_t depth);
    std::vector<cms::MessageLabel> take() { return std::move(m_labels); }

  private:
    void look_into_signed(cms::BytesView signed_data, std::size_t depth);

    std::vector<cms::MessageLabel> m_labels;
    Expansions m_expansions;
};

void LabelSearch::look_into(std::string_view text, std::size_t depth) {
    Entity entity;
    try {
        entity = parse_entity(text);
    } catch (const Error&) {
        // Text without a header of its own.
        return;
    }
    const auto type = media_type_of(entity);
    const bool is_clear_signed = type && type->is("multipart", "signed");
    // What is inside says what it is, whatever its smime-type says: others read it by that.
    const auto content = is_clear_signed ? std::nullopt : smime_content(entity);
    const auto content_type = content ? cms::content_type_of(*content) : std::string();
    if ((!is_clear_signed && !content) || content_type == id_enveloped_data ||
        content_type == id_auth_enveloped_data) {
        return;
    }
    if (depth == max_layers) {
        throw Error(ErrorCode::malformed, "it has more than 8 layers");
    }
    if (content_type == id_compressed_data) {
        look_into(m_expansions.expand(*content), depth + 1);
    } else if (content) {
        look_into_signed(*content, depth + 1);
    } else {
        const auto parts = take_apart_signed(entity);
        look_into(*parts.entity, depth + 1);
        look_into_signed(parts.signed_data, depth + 1);
    }
}

void LabelSearch::look_into_signed(cms::BytesView signed_data, std::size_t depth) {
    cms::Bytes content;
    auto claimed = cms::claimed_labels(cms::memory_source(signed_data), cms::appending_to(content));
    for (auto& label : claimed.labels) {
        m_labels.push_back(std::move(label));
    }
    const auto nested = nested_entity(claimed.content_type, content);
    look_into(nested ? std::string_view(*nested) : cms::as_text(content), depth);
}

}  // namespace

std::vector<cms::MessageLabel> labels_inside(std::string_view message) {
    LabelSearch search;
    search.look_into(message, 0);
    return search.take();
}

void require_clearance_inside(const commands::ParsedArguments& arguments, std::string_view message,
                              const std::string& what_failed) {
    if (!Clearance::load(arguments.text("clearance"))) {
        return;
    }
    std::vector<cms::MessageLabel> labels;
    std::string why;
    try {
        labels = labels_inside(message);
    } catch (const Error& error) {
        why = error.what();
    } catch (const cms::Error& error) {
        why = error.what();
    }
    if (!why.empty()) {
        throw client::Error(ExitStatus::refused, what_failed,
                            "whether a security label is inside cannot be read: " + why,
                            "ask the sender to send it again");
    }
    try {
        (void)commands::require_clearance(arguments, labels, what_failed);
    } catch (const client::Error& error) {
        const bool has_equivalents = std::any_of(
            labels.begin(), labels.end(), [](const auto& label) { return !label.equivalents.empty(); });
        if (error.exit_status() != ExitStatus::refused || !has_equivalents) {
            throw;
        }
        throw client::Error(error.exit_status(), error.what_failed(),
                            error.why() + ", and nobody has verified who gave it equivalent labels",
                            "open the message with signet mail unwrap, which does");
    }
}

}  // namespace signet::client::mail
