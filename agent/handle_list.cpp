#include "agent/bare_key.h"
#include "agent/certificate_name.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/list_notes.h"
#include "agent/protocol/frame.h"
#include "agent/token_description.h"
#include "agent/token_uri.h"

#include <utility>

namespace signet::agent {

namespace {

/// Room that is left in a frame for what the last identity may add.
constexpr std::size_t page_size = protocol::max_frame_size / 2;

void describe(const Identity& identity, const ListNotes& notes, bool with_certificate,
              protocol::Identity& out) {
    out.set_uri(identity.uri);
    out.set_label(utf8_of(identity.label));
    out.set_subject(utf8_of(identity.subject));
    for (const auto& email : identity.emails)
        out.add_email(utf8_of(email));
    out.set_key_type(identity.certificate.key_name());
    for (auto& usage : notes.usages(identity))
        out.add_usage(std::move(usage));
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
    out.set_note(notes.of(identity));
    out.set_file(utf8_of(identity.places.front().file));
    for (const auto& issuer : identity.chain)
        out.add_chain(utf8_of(issuer));
}

void describe(const BareKey& bare, const ListNotes& notes, protocol::Key& out) {
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
    out.set_note(notes.of(bare));
}

void describe(const LoneCertificate& lone, protocol::Certificate& out) {
    const auto& certificate = lone.certificate;
    const auto& place = lone.place;
    if (place.file.empty())
        out.set_uri(uri_of(*place.token, ScannedCertificate{place.id, place.label, {}}));
    out.set_file(utf8_of(place.file));
    out.set_label(utf8_of(place.label));
    out.set_subject(utf8_of(certificate.subject()));
    for (const auto& email : certificate.email_addresses())
        out.add_email(utf8_of(email));
    if (certificate.key_kind() != cms::KeyKind::other)
        out.set_key_type(certificate.key_name());
    out.set_not_before(certificate.not_before());
    out.set_not_after(certificate.not_after());
    const auto fingerprint = certificate.fingerprint();
    out.set_fingerprint(fingerprint.data(), fingerprint.size());
    out.set_token(uri_of(*place.token));
    out.set_note(lone.why);
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
    // The pages of one answer are of one look, which on a token with thousands of objects takes its time.
    if (wanted.offset() == 0)
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
    const auto& catalogue = agent.hosts.catalogue();
    const auto bare = bare_keys(catalogue);
    const ListNotes notes(catalogue.identities(), bare, now_in_seconds());
    for (const auto& identity : agent.selector.matching(wanted.identity()))
        page.offer(*list.mutable_identities(), [&](protocol::Identity& entry) {
            describe(*identity, notes, wanted.certificates(), entry);
        });
    for (const auto& key : bare) {
        if (is_called(key, wanted.identity()))
            page.offer(*list.mutable_keys(), [&](protocol::Key& entry) { describe(key, notes, entry); });
    }
    const CertificateName name(wanted.identity());
    for (const auto& lone : catalogue.lone_certificates()) {
        if (is_called(lone, name))
            page.offer(*list.mutable_certificates(),
                       [&](protocol::Certificate& entry) { describe(lone, entry); });
    }
}

}  // namespace signet::agent
