#include "agent/audit_entry.h"
#include "agent/error.h"
#include "agent/handlers.h"
#include "agent/hex.h"
#include "agent/key_selection.h"
#include "agent/provisioning.h"
#include "agent/token_description.h"
#include "agent/token_uri.h"
#include "cms/certificate_fields.h"
#include "cms/digest_stream.h"

#include <algorithm>
#include <vector>

namespace signet::agent {

namespace {

std::string text_of(const cms::Bytes& bytes) {
    return std::string(cms::as_text(bytes));
}

std::vector<cms::Certificate> read_all(const protocol::ImportCertificates& import) {
    std::vector<cms::Certificate> certificates;
    for (const auto& der : import.certificate())
        certificates.push_back(cms::Certificate::from_der(cms::as_bytes(der)));
    return certificates;
}

std::set<std::string> public_keys(const std::vector<cms::Certificate>& certificates) {
    std::set<std::string> infos;
    for (const auto& certificate : certificates)
        infos.insert(text_of(certificate.subject_public_key_info()));
    return infos;
}

bool is_same(const cms::Certificate& a, const cms::Certificate& b) {
    return X509_cmp(a.x509(), b.x509()) == 0;
}

bool is_on(const TokenState& token, const cms::Certificate& certificate) {
    const auto der = text_of(certificate.der());
    return std::any_of(token.certificates.begin(), token.certificates.end(),
                       [&der](const auto& scanned) { return scanned.der == der; });
}

/// No CKA_ID of a key on the token, so that the certificate is taken for none of theirs.
std::string id_of_authority(const TokenState& token, const cms::Certificate& certificate) {
    auto id = text_of(certificate.subject_key_identifier());
    const bool clashes =
        std::any_of(token.keys.begin(), token.keys.end(), [&id](const auto& key) { return key.id == id; });
    return id.empty() || clashes ? text_of(certificate.fingerprint()) : id;
}

std::string label_of_authority(const cms::Certificate& certificate) {
    auto label = utf8_of(certificate.subject());
    return label.empty() || label.size() > max_label ? hex(cms::as_text(certificate.fingerprint())) : label;
}

/// What is left out, and why.
void warn_of_others(const std::vector<cms::Certificate>& given, const std::vector<cms::Certificate>& chain,
                    protocol::ImportCertificatesReply& reply) {
    for (const auto& certificate : given) {
        const bool belongs = std::any_of(chain.begin(), chain.end(),
                                         [&](const auto& link) { return is_same(link, certificate); });
        // A root is no part of what is sent along.
        if (!belongs && !certificate.is_self_issued())
            reply.add_warning(utf8_of(certificate.subject()) + " is not in the chain and is left out");
    }
    const auto now = now_in_seconds();
    if (chain.front().not_after() < now)
        reply.add_warning(utf8_of(chain.front().subject()) + " has expired");
    else if (chain.front().not_before() > now)
        reply.add_warning(utf8_of(chain.front().subject()) + " is not valid yet");
}

asio::awaitable<void> store(Agent& agent, const Peer& peer, std::shared_ptr<TokenState>& token,
                            const cms::Certificate& certificate, const std::string& id,
                            const std::string& label, protocol::ImportCertificatesReply& reply) {
    if (is_on(*token, certificate))
        co_return;
    token::protocol::Request change;
    auto& object = *change.mutable_store_certificate();
    const auto fields = cms::fields_of(certificate);
    object.set_der(text_of(certificate.der()));
    object.set_subject(text_of(fields.subject));
    object.set_issuer(text_of(fields.issuer));
    object.set_serial_number(text_of(fields.serial_number));
    object.set_id(id);
    object.set_object_label(label);
    co_await change_token(agent, peer, token, change, token->host->config().operation_timeout);
    reply.set_stored(reply.stored() + 1);
}

}  // namespace

asio::awaitable<void> handle_import_certificates(Agent& agent, const Peer& peer, protocol::Request& request,
                                                 protocol::Reply& reply, AuditTrail& trail) {
    const auto& import = request.import_certificates();
    auto& answer = *reply.mutable_import_certificates();
    const auto given = read_all(import);
    const auto infos = public_keys(given);
    const auto chosen = co_await find_key_among(agent, peer, import.key(), infos);
    const auto leaf = std::find_if(given.begin(), given.end(), [&chosen](const auto& certificate) {
        return text_of(certificate.subject_public_key_info()) == chosen.key->subject_public_key_info;
    });
    auto token = chosen.token;
    auto record = audit_entry(peer, "import", nullptr, token.get());
    record.identity = hex(cms::as_text(leaf->fingerprint()));
    trail.uses.push_back(record);

    const auto chain = cms::chain_of(*leaf, given);
    warn_of_others(given, chain, answer);
    // The key's own last: then the identity is whole as soon as it shows.
    for (auto link = chain.rbegin(); link != chain.rend() - 1; ++link) {
        const auto id = id_of_authority(*token, *link);
        const auto label = label_of_authority(*link);
        co_await store(agent, peer, token, *link, id, label, answer);
    }
    co_await store(agent, peer, token, *leaf, chosen.shown.id, chosen.shown.label, answer);
    answer.set_uri(uri_of(*token, ScannedCertificate{chosen.shown.id, chosen.shown.label, {}}));
    record.detail = std::to_string(answer.stored()) + " certificates stored";
    co_await agent.audit->durable(agent.audit->submit(record));
}

}  // namespace signet::agent
