#include "token/scan.h"

#include <algorithm>
#include <utility>

#include "token/log.h"
#include "token/protocol/datagram.h"
#include "token/report.h"

namespace signet::token {

namespace {

/// Of a reply's fields that are set when it is sent, at most.
constexpr std::size_t reply_head = 16;

}  // namespace

Scanner::Scanner(const CK_FUNCTION_LIST& functions, WorkerSessions& sessions, bool uninitialised,
                 Report report)
    : m_functions(functions),
      m_sessions(sessions),
      m_uninitialised(uninitialised),
      m_report(std::move(report)),
      m_buffer(protocol::max_certificate),
      m_left(protocol::max_scanned_objects, protocol::max_scanned_size) {}

void Scanner::scan_all() {
    for (const SlotId slot : occupied_slots(m_functions)) {
        try {
            scan(slot);
        } catch (const TokenError& error) {
            const std::string name = std::to_string(static_cast<CK_SLOT_ID>(slot));
            log_line_once("left out the token in slot " + name, ": ", error.describe());
            if (error.outcome() == protocol::TOKEN_ABSENT)
                continue;
            protocol::Reply reply;
            reply.mutable_skipped()->set_slot(static_cast<CK_SLOT_ID>(slot));
            m_report(reply);
        }
    }
}

void Scanner::scan(SlotId slot) {
    if (m_uninitialised) {
        const auto held = m_sessions.share(slot);
        TokenInfo info = any_token_in(m_functions, slot);
        if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) {
            protocol::Reply bare;
            *bare.mutable_token() = report_token_info(std::move(info), slot);
            return m_report(bare);
        }
    }
    // Before it is asked: what comes in between makes a login with the answer go nowhere.
    const std::uint64_t removals = m_sessions.anchor(slot).epoch();
    protocol::Token token =
        m_sessions.use(slot, [slot](const Session& session) { return report_token(session, slot); });
    token.set_removals(removals);
    bool all = report_objects(slot, ObjectClass::certificate,
                              [&](const Session& session, ObjectHandle object, protocol::Reply& described) {
                                  auto certificate = report_certificate(session, slot, object, m_buffer);
                                  if (certificate)
                                      *described.mutable_certificate() = std::move(*certificate);
                                  return certificate.has_value();
                              });
    for (const ObjectClass keys : {ObjectClass::private_key, ObjectClass::public_key}) {
        const bool is_private = keys == ObjectClass::private_key;
        // Most keys of a token are of one type.
        std::uint64_t type = CK_UNAVAILABLE_INFORMATION;
        all &= report_objects(
            slot, keys, [&](const Session& session, ObjectHandle object, protocol::Reply& described) {
                *described.mutable_key() = report_key(session, slot, object, is_private, m_buffer, type);
                type = described.key().key_type();
                return true;
            });
    }
    protocol::Reply reply;
    if (!all) {
        log_line_once("left out certificates or keys of token ", token.label());
        reply.mutable_left_out()->set_slot(static_cast<CK_SLOT_ID>(slot));
        m_report(reply);
    }
    // Last: a token that goes meanwhile is not taken for one that has lost its keys.
    *reply.mutable_token() = token;
    m_report(reply);
}

bool Scanner::report_objects(SlotId slot, ObjectClass object_class, const Describe& describe) {
    ScanBudget left(std::min(protocol::max_objects_of_a_kind, m_left.objects()),
                    protocol::max_size_of_a_kind);
    // One more, to see whether there are more.
    const std::vector<ObjectHandle> objects = m_sessions.use(slot, [&](const Session& session) {
        return find_objects(session, object_class, left.objects() + 1);
    });
    for (const ObjectHandle object : objects) {
        protocol::Reply reply;
        try {
            if (!m_sessions.use(slot,
                                [&](const Session& session) { return describe(session, object, reply); }))
                continue;
        } catch (const TokenError& error) {
            // Deleted since it was found; the others are still there.
            if (error.ckr() == Ckr::object_handle_invalid)
                continue;
            throw;
        }
        const std::size_t size = reply.ByteSizeLong() + reply_head;
        if (!left.allows(size) || !m_left.allows(size))
            return false;
        left.take(size);
        m_left.take(size);
        m_report(reply);
    }
    return true;
}

}  // namespace signet::token
