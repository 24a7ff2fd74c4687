#include "token/destroy.h"

#include <vector>

#include "token/error.h"
#include "token/object.h"
#include "token/protocol/datagram.h"
#include "token/report.h"
#include "token/text.h"

namespace signet::token {

namespace {

/// A handle of an earlier process may name anything.
void check_is_described(const Session& session, const protocol::Destroy& request, ObjectHandle object) {
    std::vector<unsigned char> buffer(max_attribute);
    const CK_OBJECT_CLASS expected = request.is_private() ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
    if (AttributeReader(session, object, buffer).number(Attribute::object_class) != expected)
        throw TokenError(protocol::KEY_GONE, "the handle is another object's");
    const auto there = report_key(session, SlotId{request.slot()}, object, request.is_private(), buffer);
    const bool is_described = there.id() == request.id() && there.label() == request.key_label() &&
                              there.key_type() == request.key_type() &&
                              there.public_value() == request.public_value();
    if (!is_described)
        throw TokenError(protocol::KEY_GONE, "the handle is another key's");
}

void destroy_key(const Session& session, const protocol::Destroy& request) {
    check_is_described(session, request, ObjectHandle{request.key()});
    check("C_DestroyObject", session.functions().C_DestroyObject(session.handle(), request.key()));
}

void destroy_certificates(const Session& session, const std::string& der) {
    std::vector<unsigned char> buffer(protocol::max_certificate);
    for (const ObjectHandle object :
         find_objects(session, ObjectClass::certificate, protocol::max_objects_of_a_kind)) {
        AttributeReader reader(session, object, buffer);
        const auto value = reader.bytes(Attribute::value, buffer.size());
        if (value && characters(*value) == der)
            check("C_DestroyObject", session.functions().C_DestroyObject(
                                         session.handle(), static_cast<CK_OBJECT_HANDLE>(object)));
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
