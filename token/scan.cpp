#include "token/scan.h"

#include <utility>

#include "token/log.h"
#include "token/protocol/datagram.h"
#include "token/report.h"

namespace signet::token {

Scanner::Scanner(const CK_FUNCTION_LIST& functions, WorkerSessions& sessions, Report report)
    : m_functions(functions),
      m_sessions(sessions),
      m_report(std::move(report)),
      m_buffer(protocol::max_certificate) {}

void Scanner::scan_all() {
    for (const SlotId slot : occupied_slots(m_functions)) {
        try {
            scan(slot);
        } catch (const TokenError& error) {
            const std::string name = std::to_string(static_cast<CK_SLOT_ID>(slot));
            log_line("left out the token in slot " + name, ": ", error.describe());
            if (error.outcome() == protocol::TOKEN_ABSENT)
                continue;
            protocol::Reply reply;
            reply.mutable_skipped()->set_slot(static_cast<CK_SLOT_ID>(slot));
            m_report(reply);
        }
    }
}

void Scanner::scan(SlotId slot) {
    m_objects_left = max_objects;
    protocol::Reply reply;
    *reply.mutable_token() =
        m_sessions.use(slot, [slot](const Session& session) { return report_token(session, slot); });
    m_report(reply);

    report_objects(slot, ObjectClass::certificate,
                   [&](const Session& session, ObjectHandle object, protocol::Reply& described) {
                       auto certificate = report_certificate(session, slot, object, m_buffer);
                       if (certificate)
                           *described.mutable_certificate() = std::move(*certificate);
                       return certificate.has_value();
                   });
    for (const ObjectClass keys : {ObjectClass::private_key, ObjectClass::public_key}) {
        const bool is_private = keys == ObjectClass::private_key;
        report_objects(slot, keys,
                       [&](const Session& session, ObjectHandle object, protocol::Reply& described) {
                           *described.mutable_key() = report_key(session, slot, object, is_private, m_buffer);
                           return true;
                       });
    }
}

void Scanner::report_objects(SlotId slot, ObjectClass object_class, const Describe& describe) {
    const std::vector<ObjectHandle> objects = m_sessions.use(
        slot, [&](const Session& session) { return find_objects(session, object_class, m_objects_left); });
    m_objects_left -= objects.size();
    if (m_objects_left == 0)
        log_line("a token has more objects than are looked at");
    for (const ObjectHandle object : objects) {
        protocol::Reply reply;
        try {
            if (m_sessions.use(slot,
                               [&](const Session& session) { return describe(session, object, reply); }))
                m_report(reply);
        } catch (const TokenError& error) {
            // Deleted since it was found; the others are still there.
            if (error.ckr() != Ckr::object_handle_invalid)
                throw;
        }
    }
}

}  // namespace signet::token
