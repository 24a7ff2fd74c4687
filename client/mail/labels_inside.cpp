#include "client/mail/labels_inside.h"

#include "client/clearance.h"
#include "client/commands/reader_clearance.h"
#include "client/mail/canonical.h"
#include "client/mail/compressed_message.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/error.h"
#include "client/mail/layers.h"
#include "client/mail/media_type.h"
#include "client/mail/multipart.h"
#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"
#include "client/mail/transfer_encoding.h"
#include "cms/content_types.h"
#include "cms/nested_content.h"

#include <algorithm>
#include <utility>

namespace signet::client::mail {

namespace {

/// How deep the search is: in layers of signatures and compression, and in parts within each other.
struct Depth {
    std::size_t layers = 0;
    int parts = 0;

    [[nodiscard]] Depth in_layer() const {
        if (layers == cms::max_layers) {
            throw Error(ErrorCode::malformed,
                        "it has more than " + std::to_string(cms::max_layers) + " layers");
        }
        return {layers + 1, parts};
    }
    [[nodiscard]] Depth in_part() const {
        if (parts == max_nesting) {
            throw Error(ErrorCode::malformed,
                        "its parts are nested more than " + std::to_string(max_nesting) + " deep");
        }
        return {layers, parts + 1};
    }
};

/// What is no entity here for a line of its header may be one for others, who then open what it holds.
void require_no_type(std::string_view text) {
    constexpr std::string_view name = "content-type";
    const auto header = text.substr(0, std::min(text.find("\n\n"), text.find("\n\r\n")));
    for (std::size_t begin = 0; begin < header.size(); ++begin) {
        if (equal_without_case(header.substr(begin, name.size()), name)) {
            throw Error(ErrorCode::malformed,
                        "a header with a Content-Type holds a line that is no header field");
        }
        begin = std::min(header.find_first_of("\r\n", begin), header.size());
    }
}

class LabelSearch {
  public:
    void look_into(std::string_view text, Depth depth);
    std::vector<cms::MessageLabel> take() { return std::move(m_labels); }

  private:
    void look_into_multipart(const Entity& entity, const MediaType& type, Depth depth);
    void look_into_content(const cms::Bytes& content, Depth depth);
    void look_into_signed(cms::BytesView signed_data, Depth depth);

    std::vector<cms::MessageLabel> m_labels;
    Expansions m_expansions;
};

void LabelSearch::look_into(std::string_view text, Depth depth) {
    const auto entity = entity_unless_text(text);
    if (!entity) {
        require_no_type(text);
        return;
    }
    const auto type = media_type_of(*entity);
    if (type && type->is("multipart", "*")) {
        look_into_multipart(*entity, *type, depth);
    } else if (type && (type->is("message", "rfc822") || type->is("message", "global"))) {
        const auto encoding = transfer_encoding_of(*entity);
        // As long as all of the message, and there may be many within each other.
        if (is_identity(encoding)) {
            look_into(entity->body, depth.in_part());
        } else {
            look_into(decode(entity->body, encoding), depth.in_part());
        }
    } else if (is_signature_part(*entity)) {
        // Whatever it stands in, somebody may take it for the signature of what stands beside it.
        const auto signature = decode(entity->body, transfer_encoding_of(*entity));
        look_into_signed(cms::as_bytes(signature), depth.in_layer());
    } else if (const auto content = smime_content(*entity)) {
        look_into_content(*content, depth);
    }
}

void LabelSearch::look_into_multipart(const Entity& entity, const MediaType& type, Depth depth) {
    if (is_clear_signed(entity)) {
        const auto parts = take_apart_signed(entity);
        look_into(*parts.entity, depth.in_layer());
        look_into_signed(parts.signed_data, depth.in_layer());
        return;
    }
    const bool is_digest = type.is("multipart", "digest");
    for (const auto part : split_multipart(entity.body, type.parameter("boundary")).parts) {
        // There, a part without a type is a message (RFC 2046 section 5.1.5).
        const auto of_digest = is_digest ? entity_unless_text(part) : std::nullopt;
        const bool is_message = of_digest && !media_type_of(*of_digest);
        look_into(is_message ? of_digest->body : part, depth.in_part());
    }
}

// What is inside says what it is, whatever its smime-type says: others read it by that.
void LabelSearch::look_into_content(const cms::Bytes& content, Depth depth) {
    const auto type = cms::content_type_of(content);
    if (type == cms::id_ct_compressed_data) {
        look_into(m_expansions.expand(content), depth.in_layer());
    } else if (type != cms::id_enveloped_data && type != cms::id_ct_auth_enveloped_data) {
        look_into_signed(content, depth.in_layer());
    }
}

void LabelSearch::look_into_signed(cms::BytesView signed_data, Depth depth) {
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
    search.look_into(message, {});
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
