#include "agent/bare_key.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/protocol/frame.h"
#include "agent/token_description.h"
#include "agent/token_uri.h"

#include <algorithm>

namespace signet::agent {

namespace {

/// Room that is left in a frame for what the last identity may add.
constexpr std::size_t page_size = protocol::max_frame_size / 2;

std::string note_of(const Identity& identity) {
    const auto now = now_in_seconds();
    std::string note;
    const auto add = [&note](const char* text) { note += (note.empty() ? "" : "; ") + std::string(text); };
    if (identity.not_after < now)
        add("expired");
    if (identity.not_before > now)
        add("not valid yet");
    bool key_shows = false;
    for (const auto& location : identity.key->locations) {
        key_shows = key_shows || location.key.has_value();
        if (location.key && location.key->always_authenticate)
            add("asks for the PIN each time");
    }
    if (!key_shows)
        add("its private key shows after a login");
    return note;
}

/// Whether some copy of the key has `permission`, or is not seen yet.
bool some_key(const Identity& identity, bool ScannedKey::*permission) {
    const auto& locations = identity.key->locations;
    return std::any_of(locations.begin(), locations.end(), [permission](const Location& location) {
        return !location.key || (*location.key).*permission;
    });
}

bool may_decrypt(const Identity& identity) {
    const bool is_rsa = identity.key->kind == cms::KeyKind::rsa;
    return identity.may_decrypt && some_key(identity, is_rsa ? &ScannedKey::decrypt : &ScannedKey::derive);
}

void describe(const Identity& identity, bool with_certificate, protocol::Identity& out) {
    out.set_uri(identity.uri);
    out.set_label(utf8_of(identity.label));
    out.set_subject(utf8_of(identity.subject));
    for (const auto& email : identity.emails)
        out.add_email(utf8_of(email));
    out.set_key_type(identity.certificate.key_name());
    if (identity.may_sign && some_key(identity, &ScannedKey::sign))
        out.add_usage("sign");
    if (may_decrypt(identity))
        out.add_usage("decrypt");
    out.set_not_before(identity.not_before);
    out.set_not_after(identity.not_after);
    const auto fingerprint = identity.certificate.fingerprint();
    out.set_fingerprint(fingerprint.data(), fingerprint.size());
    // A token may have the same certificate several times.
    const TokenState* last = nullptr;
    for (const auto& place : identity.places) {
        if (std::exchange(last, place.token.get()) != place.token.get())
            out.add_token(uri_of(*place.token));
    }
    if (with_certificate) {
        const auto der = identity.certificate.der();
        out.set_certificate(der.data(), der.size());
    }
    out.set_note(note_of(identity));
}

void describe(const BareKey& bare, protocol::Key& out) {
    const auto& shown = bare.shown;
    out.set_uri(uri_of(*bare.token, shown));
    out.set_label(utf8_of(shown.label));
    out.set_id(shown.id);
    out.set_key_type(type_name(bare));
    if (shown.sign)
        out.add_usage("sign");
    if (shown.decrypt || shown.derive)
        out.add_usage("decrypt");
    out.set_token(uri_of(*bare.token));
    std::string note = "no certificate";
    if (!shown.is_private)
        note += "; its private key shows after a login";
    if (shown.always_authenticate)
        note += "; asks for the PIN each time";
    out.set_note(note);
}

/// What one reply has room for, item by item.
class Page {
  public:
    Page(protocol::ListReply& list, std::size_t first) : m_list(list), m_first(first) {}

    [[nodiscard]] bool full() const noexcept { return m_list.next_offset() != 0; }
    /// Takes the next of all items, which `describe_it` describes in `entry`, if it is this page's.
    template <typename Entry, typename Describe>
    void offer(google::protobuf::RepeatedPtrField<Entry>& entries, const Describe& describe_it) {
        const auto index = m_index++;
        if (full() || index < m_first)
            return;
        Entry entry;
        describe_it(entry);
        m_size += entry.ByteSizeLong();
        if (m_size > page_size && index > m_first)
            m_list.set_next_offset(static_cast<std::uint32_t>(index));
        else
            *entries.Add() = std::move(entry);
    }
    void add_size(std::size_t size) noexcept { m_size += size; }

  private:
    protocol::ListReply& m_list;
    std::size_t m_first;
    std::size_t m_index = 0;
    std::size_t m_size = 0;
};

}  // namespace

asio::awaitable<void> handle_list(Agent& agent, const Peer&, protocol::Request& request,
                                  protocol::Reply& reply, AuditTrail&) {
    const auto& wanted = request.list();
    co_await agent.hosts.refresh();
    auto& list = *reply.mutable_list();
    Page page(list, wanted.offset());
    if (wanted.offset() == 0) {
        for (const auto& token : agent.hosts.catalogue().tokens())
            describe(*token, agent.keys.is_set_aside(*token), *list.add_tokens());
        for (const auto& note : agent.hosts.catalogue().notes())
            list.add_notes(utf8_of(note));
        for (const auto& host : agent.hosts.all()) {
            if (!host->is_ready())
                list.add_notes("module " + host->config().name + " is " + std::string(host->state_name()) +
                               ": " + utf8_of(host->trouble()));
        }
        page.add_size(list.ByteSizeLong());
    }
    for (const auto& identity : agent.selector.matching(wanted.identity()))
        page.offer(*list.mutable_identities(),
                   [&](protocol::Identity& entry) { describe(*identity, wanted.certificates(), entry); });
    for (const auto& bare : bare_keys(agent.hosts.catalogue())) {
        if (is_called(bare, wanted.identity()))
            page.offer(*list.mutable_keys(), [&](protocol::Key& entry) { describe(bare, entry); });
    }
}

}  // namespace signet::agent
