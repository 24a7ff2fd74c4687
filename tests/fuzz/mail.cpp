// Mail: nothing gets lost between header and body, and the form that is signed stays as it is.
#include <string>
#include <string_view>

#include "client/mail/canonical.h"
#include "client/mail/encrypted_message.h"
#include "client/mail/entity.h"
#include "client/mail/error.h"
#include "client/mail/media_type.h"
#include "client/mail/signed_message.h"
#include "client/mail/transfer_encoding.h"
#include "tests/fuzz/property.h"

using namespace signet::client::mail;
using signet::fuzz::property;

namespace {

template <typename Read>
void quietly(Read read) {
    try {
        read();
    } catch (const Error&) {
        return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    quietly([&] { (void)parse_message(text); });
    quietly([&] {
        const Entity entity = parse_entity(text);
        std::size_t fields = 0;
        for (const Field& field : entity.fields)
            fields += field.raw.size();
        property(fields + entity.body.size() <= size, "header and body are within the message");
        property(entity.body.empty() || entity.body.data() + entity.body.size() == text.data() + size,
                 "the body is all that follows");
        quietly([&] { (void)media_type_of(entity); });
        quietly([&] { (void)file_name_of(entity); });
        quietly([&] { (void)decode(entity.body, transfer_encoding_of(entity)); });
        quietly([&] { (void)take_apart_signed(entity); });
        quietly([&] { (void)take_apart_encrypted(entity); });
        quietly([&] {
            const CanonicalEntity canonical = canonical_entity(entity);
            const CanonicalEntity again = canonical_entity(parse_entity(canonical.bytes));
            property(again.bytes == canonical.bytes, "what is canonical stays as it is");
        });
    });
    return 0;
}
