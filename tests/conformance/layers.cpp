#include "tests/conformance/layers.h"

#include "client/mail/encrypted_message.h"
#include "client/mail/entity.h"
#include "client/mail/error.h"
#include "client/mail/media_type.h"
#include "client/mail/signed_message.h"
#include "client/mail/smime_part.h"
#include "cms/asn1/content_info.h"
#include "cms/compressed_data.h"
#include "cms/enveloped_data.h"
#include "cms/error.h"
#include "cms/nested_content.h"
#include "tests/conformance/opening.h"

namespace signet::conformance {
namespace {

namespace mail = client::mail;
constexpr std::size_t most_layers = 16;

int type_of(const cms::Bytes& message) {
    cms::asn1::BerReader reader(cms::memory_source(message), "message");
    return cms::asn1::enter_content_info(reader);
}

cms::Bytes bytes_of(std::string_view text) {
    const auto bytes = cms::as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

class Peeler {
  public:
    explicit Peeler(const LayerOptions& options) : m_options(options) {}

    void take(const cms::Bytes& message) {
        if (m_depth++ == most_layers)
            throw cms::Error(cms::ErrorCode::malformed, "too many layers");
        if (looks_like_mail(message))
            take_entity(mail::parse_message(cms::as_text(message)));
        else
            take_cms(without_armour(message), m_options.content);
    }

    Layers layers;

  private:
    static bool looks_like_mail(const cms::Bytes& message) {
        if (message.empty() || message.front() == 0x30 || cms::as_text(message).starts_with("-----BEGIN"))
            return false;
        try {
            (void)mail::parse_message(cms::as_text(message));
            return true;
        } catch (const mail::Error&) {
            return false;
        }
    }

    void take_entity(const mail::Entity& entity) {
        const auto type = mail::media_type_of(entity);
        if (type && type->is("multipart", "signed")) {
            const auto parts = mail::take_apart_signed(entity);
            take_signed(without_armour(parts.signed_data), bytes_of(*parts.entity));
        } else if (const auto content =
                       mail::smime_content(entity, {"signed-data", "signed-receipt", "enveloped-data",
                                                    "authEnveloped-data", "certs-only", "compressed-data"})) {
            take_cms(*content, std::nullopt);
        }
    }

    void take_cms(const cms::Bytes& message, const std::optional<cms::Bytes>& detached) {
        switch (type_of(message)) {
            case NID_pkcs7_enveloped:
            case NID_id_smime_ct_authEnvelopedData:
                return take_enveloped(message);
            case NID_id_smime_ct_compressedData:
                return take_compressed(message);
            default:
                return take_signed(message, detached);
        }
    }

    void take_signed(const cms::Bytes& message, const std::optional<cms::Bytes>& detached) {
        const cms::ContentSource source =
            detached ? cms::ContentSource([&](const cms::ByteSink& feed) { feed(*detached); }) : nullptr;
        layers.signatures.push_back(cms::verify_signed_data(message, source, m_options.verify));
        const auto& result = layers.signatures.back();
        // As the commands do: which of two contents a reader sees would be up to the reader.
        if (detached && result.content)
            throw cms::Error(cms::ErrorCode::malformed, "a detached signature brings content of its own");
        inside(result.content_type, result.content ? *result.content : detached.value_or(cms::Bytes()));
    }

    void take_enveloped(const cms::Bytes& message) {
        ++layers.encrypted;
        if (m_options.recipient == nullptr) {
            (void)cms::parse_enveloped(message);
            ++layers.unopened;
            return;
        }
        const Opened opened = open_enveloped(message, *m_options.recipient, m_options.verify.path.legacy);
        inside(opened.content_type, opened.content);
    }

    void take_compressed(const cms::Bytes& message) {
        cms::Bytes content;
        const std::string type = cms::decompress(cms::memory_source(message), cms::appending_to(content));
        inside(type, content);
    }

    void inside(const std::string& content_type, const cms::Bytes& content) {
        layers.content = content;
        if (const auto nested = mail::nested_entity(content_type, content)) {
            take(bytes_of(*nested));
        } else if (looks_like_mail(content)) {
            take(content);
        }
    }

    const LayerOptions& m_options;
    std::size_t m_depth = 0;
};

}  // namespace

Layers take_off(const cms::Bytes& message, const LayerOptions& options) {
    Peeler peeler(options);
    peeler.take(message);
    return std::move(peeler.layers);
}

}  // namespace signet::conformance
