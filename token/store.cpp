#include "token/store.h"

#include "token/error.h"
#include "token/object.h"
#include "token/protocol/datagram.h"
#include "token/template.h"

namespace signet::token {

void check_store(const protocol::StoreCertificate& request) {
    if (request.der().empty() || request.der().size() > protocol::max_certificate ||
        request.subject().empty() || request.issuer().empty() || request.serial_number().empty())
        throw TokenError(protocol::BAD_REQUEST, "a certificate without its names, or too large");
    if (request.id().size() > max_attribute || request.object_label().size() > max_attribute)
        throw TokenError(protocol::BAD_REQUEST, "a certificate with too long an ID or label");
}

void store(const Session& session, const protocol::StoreCertificate& request) {
    Template made;
    made.number(CKA_CLASS, CKO_CERTIFICATE)
        .number(CKA_CERTIFICATE_TYPE, CKC_X_509)
        .flag(CKA_TOKEN, true)
        .flag(CKA_PRIVATE, false)
        .bytes(CKA_LABEL, request.object_label())
        .bytes(CKA_ID, request.id())
        .bytes(CKA_SUBJECT, request.subject())
        .bytes(CKA_ISSUER, request.issuer())
        .bytes(CKA_SERIAL_NUMBER, request.serial_number())
        .bytes(CKA_VALUE, request.der());
    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    check("C_CreateObject",
          session.functions().C_CreateObject(session.handle(), made.data(), made.size(), &object));
}

}  // namespace signet::token
