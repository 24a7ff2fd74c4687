// A connection to signet-agent, and the requests that can be made over it (agent/protocol/PROTOCOL.md).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/protocol/frame.h"
#include "agent/protocol/signet.pb.h"
#include "client/agent_channel.h"
#include "client/error.h"
#include "cms/algorithms.h"
#include "cms/bytes.h"
#include "secret/secret.h"

namespace signet::client {

/// Where the agent listens: $SIGNET_SOCKET, else $XDG_RUNTIME_DIR/signet/agent.sock, else
/// /run/signet/agent.sock. The first variable that is set and not empty decides; nothing is probed.
[[nodiscard]] std::string default_socket_path();

struct SignRequest {
    /// Who signs: address, fingerprint, label or URI each; none is the one usable identity.
    std::vector<std::string> identities;
    cms::DigestAlgorithm digest_algorithm = cms::DigestAlgorithm::sha256;
    /// One of each content, each as long as its hash.
    std::vector<cms::Bytes> digests;
    /// For RSA keys: RSASSA-PSS instead of PKCS#1 v1.5.
    bool rsa_pss = false;
    /// Dotted decimal; empty is id-data.
    std::string content_type;
    agent::protocol::CertificateSet certificates = agent::protocol::CHAIN;
    /// Whether to wait, without end, for a token that is not there.
    bool wait = false;
    /// The digests are of signature values; content_type and attributes must be empty (PROTOCOL.md).
    bool countersign = false;
    /// What the signers say besides (PROTOCOL.md); its texts must be UTF-8.
    agent::protocol::SignedAttributes attributes{};
};

struct SignResult {
    /// DER of a detached SignedData for each digest, in order.
    std::vector<cms::Bytes> signed_data;
    /// For people, one sentence each: a certificate that was passed over, and the like. No duplicates.
    std::vector<std::string> warnings;
};

struct UnwrappedKey {
    /// The content-encryption key.
    Secret key;
    /// Which of the recipient infos was opened.
    std::size_t recipient = 0;
    /// Whose key opened it.
    std::string identity;
};

/// A key pair that is to be made on a token.
struct KeyRequest {
    /// URI, label or serial number; empty: the only one that takes a login.
    std::string token;
    agent::protocol::KeyAlgorithm algorithm = agent::protocol::RSA_2048;
    std::string label;
    bool sign = false;
    bool decrypt = false;
    /// The token asks for its PIN at each use.
    bool always_authenticate = false;
};

/// What a certificate is asked for.
struct CertificateRequest {
    /// Label or URI of a key, or a name of the identity that has it; empty: the one key without a
    /// certificate.
    std::string key;
    agent::protocol::CertificateKind kind = agent::protocol::MAILBOX;
    std::vector<std::string> emails;
    std::string common_name;
    std::string given_name;
    std::string surname;
    std::string organisation;
    /// ISO 3166, two capital letters.
    std::string country;
};

struct ImportResult {
    /// Of the key's certificate.
    std::string uri;
    /// Certificates that were not on the token before.
    std::size_t stored = 0;
    /// For people, one sentence each.
    std::vector<std::string> warnings;
};

/// A token that is to be made anew.
struct TokenRequest {
    /// URI, label, serial number, or module; empty: the only one that is not initialised.
    std::string token;
    std::string label;
    /// A person is asked for what is missing.
    std::optional<Secret> so_pin{};
    std::optional<Secret> pin{};
    /// Also one that is initialised: all that is on it is destroyed.
    bool force = false;
};

/// Connects at the first request, which carries Hello along in the same write. Every method throws Error: 3
/// if the agent cannot be reached or goes away, 9 if its answer breaks the protocol, 2 for a text that is not
/// UTF-8 or a pkcs11: URI that is none before anything is sent, else what the agent's status stands for.
/// After an Error that is not the agent's own answer the connection is closed and the next request makes a
/// new one. One thread at a time.
class AgentConnection {
  public:
    /// `socket_path` empty is default_socket_path(). Touches nothing yet.
    explicit AgentConnection(std::string socket_path = {}, Deadlines deadlines = {});

    /// Tokens and identities: all pages, those that match `identity` (empty: all), with certificates if
    /// asked. Neither this nor status() waits for a person: an agent that does not answer soon
    /// (Deadlines::unattended_answer) counts as gone.
    [[nodiscard]] agent::protocol::ListReply list(const std::string& identity = {},
                                                  bool certificates = false);
    [[nodiscard]] agent::protocol::StatusReply status();
    /// Logs in to `token` (URI, label or serial number; empty: the only one that takes a login, where several
    /// are an Error). Without `pin` the token's PIN source is asked. Every copy of the PIN that is made on
    /// the way is wiped.
    void unlock(const std::string& token, const std::optional<Secret>& pin);
    /// Logs out of `token` (as above, but empty: all) and forgets its PIN. Waits for a login that is under
    /// way, and so perhaps for a person.
    void lock(const std::string& token);

    /// The hash that content is to be signed with for these signers (none: the one usable identity): SHA-256
    /// wherever their keys allow it. Waits for no person, unless for a token (`wait`, as in SignRequest).
    [[nodiscard]] cms::DigestAlgorithm digest_algorithm(const std::vector<std::string>& identities,
                                                        bool wait = false);
    /// One signature for each digest. Asks in batches of sign_batch at most, smaller ones where the agent
    /// finds the answer too large for a frame; up to sign_window of them are under way at once, so that one
    /// login serves them all. All or none: with an Error the rest is given up. What the agent calls malformed
    /// in the request is Error(2).
    [[nodiscard]] SignResult sign(const SignRequest& request);
    /// The content-encryption key of a message with these recipient infos (DER), asked for in batches of
    /// max_recipient_infos: a batch that holds nobody who is there is followed by the next. `wait`: as in
    /// SignRequest.
    [[nodiscard]] UnwrappedKey unwrap(const std::vector<cms::Bytes>& recipient_infos,
                                      const cms::Bytes& content_encryption_algorithm,
                                      const std::string& identity = {}, bool wait = false);

    // What follows is in agent_provisioning.cpp: it changes what is on a token, and may ask a person for its
    // PIN.

    /// The pkcs11: URI of the new private key.
    [[nodiscard]] std::string generate_key(const KeyRequest& request);
    /// DER of a CertificationRequest (RFC 2986) that the key has signed.
    [[nodiscard]] cms::Bytes request_certificate(const CertificateRequest& request);
    /// Puts the one of `certificates` (DER, at most 16) that is for a key on a token, and its chain among the
    /// others, onto that token. `key` as in CertificateRequest, but empty: any key.
    [[nodiscard]] ImportResult import_certificates(const std::string& key,
                                                   const std::vector<cms::Bytes>& certificates);
    /// The URI of the new token; empty if it does not show.
    [[nodiscard]] std::string initialise_token(const TokenRequest& request);
    /// `token` as in unlock(). A person is asked for a PIN that is missing.
    void change_pin(const std::string& token, const std::optional<Secret>& before,
                    const std::optional<Secret>& after);
    /// Deletes the key that is called `key` (as in CertificateRequest, but not empty) and its certificates
    /// from its token; with `force` also one with a certificate that is valid.
    void delete_key(const std::string& key, bool force);

    /// Digests in one Sign request of ours at most, as many as one may have: where the agent keeps no PIN, a
    /// request may be a prompt. Others need not wait for all of it, as the agent's clients take turns by the
    /// signature.
    static constexpr std::size_t sign_batch = agent::protocol::max_digests;

    /// Sign requests under way at once. Their replies together, a frame each, stay below what an agent lets a
    /// client leave unread.
    static constexpr std::size_t sign_window = 3;

  private:
    agent::protocol::Reply ask(agent::protocol::Request& request, const std::string& what_failed,
                               Attendance attendance = Attendance::person);
    AgentChannel m_channel;
};

}  // namespace signet::client
