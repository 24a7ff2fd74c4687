#include "token/destroy.h"

#include <vector>

#include "token/error.h"
#include "token/object.h"
#include "token/protocol/datagram.h"
#include "token/text.h"

namespace signet::token {

namespace {

void destroy_object(const Session& session, CK_OBJECT_HANDLE object) {
    const CK_RV value = session.functions().C_DestroyObject(session.handle(), object);
    if (value != CKR_OBJECT_HANDLE_INVALID)
        check("C_DestroyObject", value);
}

/// A handle of an earlier process may name anything.
void destroy_key(const Session& session, const protocol::Destroy& request) {
    std::vector<unsigned char> buffer(max_attribute);
    AttributeReader reader(session, ObjectHandle{request.key()}, buffer);
    const CK_OBJECT_CLASS expected = request.is_private() ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
    try {
        if (reader.number(Attribute::object_class) != expected || reader.copy(Attribute::id) != request.id())
            throw TokenError(protocol::KEY_GONE, "the handle is another object's");
    } catch (const TokenError& error) {
        if (error.ckr() != Ckr::object_handle_invalid)
            throw;
        // Without a login, nobody can say so of a private key.
        if (request.is_private() && !session.user_is_logged_in())
            throw TokenError(protocol::NOT_LOGGED_IN, "the private key does not show");
        throw TokenError(protocol::KEY_GONE, "the handle is no object's");
    }
    destroy_object(session, static_cast<CK_OBJECT_HANDLE>(request.key()));
}

void destroy_certificates(const Session& session, const std::string& der) {
    std::vector<unsigned char> buffer(protocol::max_certificate);
    for (const ObjectHandle object :
         find_objects(session, ObjectClass::certificate, protocol::max_objects_of_a_kind)) {
        AttributeReader reader(session, object, buffer);
        const auto value = reader.bytes(Attribute::value, buffer.size());
        if (value && characters(*value) == der)
            destroy_object(session, static_cast<CK_OBJECT_HANDLE>(object));
    }
}

}  // namespace

void destroy(const Session& session, const protocol::Destroy& request) {
    switch (request.object_case()) {
        case protocol::Destroy::kKey:
            return destroy_key(session, request);
        case protocol::Destroy::kCertificate:
            return destroy_certificates(session, request.certificate());
        case protocol::Destroy::OBJECT_NOT_SET:
            break;
    }
    throw TokenError(protocol::BAD_REQUEST, "nothing to delete is named");
}

}  // namespace signet::token
