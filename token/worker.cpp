#include "token/worker.h"

#include <exception>
#include <optional>
#include <span>

#include "token/decrypt.h"
#include "token/derive.h"
#include "token/destroy.h"
#include "token/error.h"
#include "token/generate.h"
#include "token/initialise.h"
#include "token/login.h"
#include "token/scan.h"
#include "token/set_pin.h"
#include "token/sign.h"
#include "token/store.h"
#include "token/writing.h"

namespace signet::token {

Worker::Worker(const Module& module, Anchors& anchors, SlotWatcher& watcher, const Channel& channel)
    : m_functions(module.functions()),
      m_watcher(watcher),
      m_sessions(module.functions(), anchors),
      m_mailbox(channel) {}

void Worker::run() {
    while (m_mailbox.receive(m_request)) {
        answer();
        m_mailbox.send(m_reply);
        forget(m_request);
        forget(m_reply);
    }
}

void Worker::answer() {
    m_reply.Clear();
    m_reply.set_id(m_request.id());
    try {
        act();
    } catch (const TokenError& error) {
        forget(m_reply);
        m_reply.clear_body();
        m_reply.set_outcome(error.outcome());
        m_reply.set_ckr(static_cast<CK_RV>(error.ckr()));
        m_reply.set_what(error.describe());
    } catch (const std::exception& error) {
        forget(m_reply);
        m_reply.clear_body();
        m_reply.set_outcome(protocol::DEVICE_FAILED);
        m_reply.set_what(error.what());
    }
}

void Worker::act() {
    switch (m_request.body_case()) {
        case protocol::Request::kSign:
            return sign();
        case protocol::Request::kDecrypt:
            return decrypt();
        case protocol::Request::kDerive:
            return derive();
        case protocol::Request::kScan:
            return scan();
        case protocol::Request::kLogin:
            return log_in();
        case protocol::Request::kLogout:
            return log_out();
        case protocol::Request::kGenerateKeyPair:
            return generate();
        case protocol::Request::kStoreCertificate:
            return store();
        case protocol::Request::kInitialiseToken:
            return initialise();
        case protocol::Request::kSetPin:
            return set_pin();
        case protocol::Request::kDestroy:
            return destroy();
        case protocol::Request::kLoad:
            throw TokenError(protocol::BAD_REQUEST, "a module is already loaded");
        case protocol::Request::BODY_NOT_SET:
            break;
    }
    throw TokenError(protocol::BAD_REQUEST, "an unknown request");
}

template <typename Action>
void Worker::use_key(SlotId slot, protocol::Authentication* authentication, Action&& action) {
    if (authentication == nullptr)
        return m_sessions.use(slot, [&](const Session& session) { action(session, nullptr); });
    ContextLogin login(slot, *authentication);
    std::optional<TokenError> failure;
    m_sessions.use_alone(slot, [&](const Session& session) {
        login.check(session);
        require_stayed(slot, authentication->removals());
        try {
            action(session, &login);
        } catch (const TokenError& error) {
            if (!login.was_sent())
                throw;
            // Thrown here, a session's error would send the PIN once more.
            failure = error;
        }
    });
    if (failure)
        throw TokenError(*failure);
}

void Worker::sign() {
    protocol::Sign& request = *m_request.mutable_sign();
    check_sign(request);
    use_key(SlotId{request.slot()}, request.has_authentication() ? request.mutable_authentication() : nullptr,
            [&](const Session& session, ContextLogin* login) {
                token::sign(session, request, *m_reply.mutable_output(), login);
            });
}

void Worker::decrypt() {
    protocol::Decrypt& request = *m_request.mutable_decrypt();
    check_decrypt(request);
    Decrypted result;
    bool lacks_oaep = false;
    use_key(SlotId{request.slot()}, request.has_authentication() ? request.mutable_authentication() : nullptr,
            [&](const Session& session, ContextLogin* login) {
                result = token::decrypt(session, request, *m_reply.mutable_output(), login, lacks_oaep);
            });
    m_reply.set_outcome(result.outcome);
    m_reply.set_ckr(static_cast<CK_RV>(result.ckr));
    if (result.outcome == protocol::OK)
        return;
    m_reply.clear_body();
    m_reply.set_what(TokenError("C_Decrypt", result.ckr).describe());
}

void Worker::derive() {
    protocol::Derive& request = *m_request.mutable_derive();
    check_derive(request);
    const SlotId slot{request.slot()};
    Anchor& anchor = m_sessions.anchor(slot);
    m_sessions.use(slot, [&](const Session& session) {
        token::derive(session, anchor, request, *m_reply.mutable_output());
    });
}

void Worker::scan() {
    Scanner scanner(m_functions, m_sessions, m_request.scan().uninitialised(), [this](protocol::Reply& part) {
        part.set_id(m_request.id());
        part.set_more(true);
        m_mailbox.send(part);
    });
    if (m_request.scan().has_slot())
        scanner.scan(SlotId{m_request.scan().slot()});
    else
        scanner.scan_all();
}

void Worker::log_in() {
    protocol::Login& request = *m_request.mutable_login();
    LoginPin pin;
    if (request.has_pin()) {
        std::string& text = *request.mutable_pin();
        pin = std::span(reinterpret_cast<unsigned char*>(text.data()), text.size());
    }
    const Expected token{SlotId{request.slot()}, request.serial(), request.label()};
    Anchor& anchor = m_sessions.anchor(token.slot);
    const auto held = anchor.share();
    // Thrown inside, a session's error would send the PIN once more.
    const Ckr answer = anchor.borrow([&](const Session& session) {
        prepare_login(session, token, pin);
        require_stayed(token.slot, request.removals());
        return token::log_in(session, pin);
    });
    check("C_Login", static_cast<CK_RV>(answer));
}

void Worker::require_stayed(SlotId slot, std::uint64_t removals) {
    m_watcher.look_now(slot);
    if (m_sessions.anchor(slot).epoch() != removals)
        throw TokenError(protocol::SLOT_CHANGED, "the token was out");
}

void Worker::log_out() {
    Anchor& anchor = m_sessions.anchor(SlotId{m_request.logout().slot()});
    const auto held = anchor.share();
    anchor.borrow([](const Session& session) { token::log_out(session); });
}

void Worker::initialise() {
    protocol::InitialiseToken& request = *m_request.mutable_initialise_token();
    const SlotId slot{request.slot()};
    check_initialise(m_functions, request);
    if ((any_token_in(m_functions, slot).flags & CKF_TOKEN_INITIALIZED) == 0)
        return token::initialise(m_functions, request);
    Anchor& anchor = m_sessions.anchor(slot);
    const auto alone = anchor.claim();
    // Whatever comes of it, all sessions will be closed.
    anchor.emptied();
    token::initialise(m_functions, request);
}

void Worker::store() {
    const protocol::StoreCertificate& request = m_request.store_certificate();
    check_store(request);
    const Expected token{SlotId{request.slot()}, request.serial(), request.label()};
    write_on(m_functions, m_sessions, token, [&](const Session& session) { token::store(session, request); });
}

void Worker::set_pin() {
    protocol::SetPin& request = *m_request.mutable_set_pin();
    const Expected token{SlotId{request.slot()}, request.serial(), request.label()};
    write_on(m_functions, m_sessions, token,
             [&](const Session& session) { token::set_pin(session, request); });
}

void Worker::destroy() {
    const protocol::Destroy& request = m_request.destroy();
    const Expected token{SlotId{request.slot()}, request.serial(), request.label()};
    write_on(m_functions, m_sessions, token,
             [&](const Session& session) { token::destroy(session, request); });
}

void Worker::generate() {
    const protocol::GenerateKeyPair& request = m_request.generate_key_pair();
    check_generate(request);
    const Expected token{SlotId{request.slot()}, request.serial(), request.label()};
    write_on(m_functions, m_sessions, token,
             [&](const Session& session) { token::generate(session, request); });
}

}  // namespace signet::token
