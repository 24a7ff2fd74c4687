#include "client/agent_connection.h"
#include "client/request_field.h"

namespace signet::client {

namespace protocol = agent::protocol;

namespace {

/// A PIN in a message, if there is one, and wiped on every way out.
class PinField {
  public:
    template <typename Field>
    PinField(const std::optional<Secret>& pin, const Field& field) {
        if (!pin)
            return;
        m_wiped.emplace(field());
        field()->assign(pin->reveal());
    }

  private:
    std::optional<WipedField> m_wiped;
};

}  // namespace

std::string AgentConnection::generate_key(const KeyRequest& request) {
    const std::string what_failed = "cannot make a key";
    protocol::Request message;
    protocol::GenerateKey& generate = *message.mutable_generate_key();
    generate.set_token(checked_name(request.token, what_failed));
    generate.set_algorithm(request.algorithm);
    generate.set_label(checked_name(request.label, what_failed));
    generate.set_sign(request.sign);
    generate.set_decrypt(request.decrypt);
    generate.set_always_authenticate(request.always_authenticate);
    return ask(message, what_failed).generate_key().uri();
}

cms::Bytes AgentConnection::request_certificate(const CertificateRequest& request) {
    const std::string what_failed = "cannot make a certification request";
    protocol::Request message;
    protocol::RequestCertificate& wanted = *message.mutable_request_certificate();
    wanted.set_key(checked_name(request.key, what_failed));
    wanted.set_kind(request.kind);
    for (const std::string& email : request.emails)
        wanted.add_email(checked_name(email, what_failed));
    wanted.set_common_name(checked_name(request.common_name, what_failed));
    wanted.set_given_name(checked_name(request.given_name, what_failed));
    wanted.set_surname(checked_name(request.surname, what_failed));
    wanted.set_organisation(checked_name(request.organisation, what_failed));
    wanted.set_country(checked_name(request.country, what_failed));
    const protocol::Reply reply = ask(message, what_failed);
    const std::string& made = reply.request_certificate().certification_request();
    return {made.begin(), made.end()};
}

ImportResult AgentConnection::import_certificates(const std::string& key,
                                                  const std::vector<cms::Bytes>& certificates) {
    const std::string what_failed = "cannot import the certificate";
    protocol::Request message;
    protocol::ImportCertificates& import = *message.mutable_import_certificates();
    import.set_key(checked_name(key, what_failed));
    for (const cms::Bytes& certificate : certificates)
        import.add_certificate(certificate.data(), certificate.size());
    const protocol::Reply reply = ask(message, what_failed);
    const protocol::ImportCertificatesReply& done = reply.import_certificates();
    return {done.uri(), done.stored(), {done.warning().begin(), done.warning().end()}};
}

std::string AgentConnection::initialise_token(const TokenRequest& request) {
    const std::string what_failed = "cannot initialise the token";
    protocol::Request message;
    protocol::InitialiseToken& wanted = *message.mutable_initialise_token();
    wanted.set_token(checked_name(request.token, what_failed));
    wanted.set_label(checked_name(request.label, what_failed));
    wanted.set_force(request.force);
    PinField so_pin(request.so_pin, [&wanted] { return wanted.mutable_so_pin(); });
    PinField pin(request.pin, [&wanted] { return wanted.mutable_pin(); });
    return ask(message, what_failed).initialise_token().uri();
}

void AgentConnection::change_pin(const std::string& token, const std::optional<Secret>& before,
                                 const std::optional<Secret>& after) {
    const std::string what_failed = "cannot change the PIN";
    protocol::Request message;
    protocol::ChangePin& change = *message.mutable_change_pin();
    change.set_token(checked_name(token, what_failed));
    PinField old_pin(before, [&change] { return change.mutable_old_pin(); });
    PinField new_pin(after, [&change] { return change.mutable_new_pin(); });
    ask(message, what_failed);
}

void AgentConnection::delete_key(const std::string& key, bool force) {
    const std::string what_failed = "cannot delete the key";
    protocol::Request message;
    message.mutable_delete_key()->set_key(checked_name(key, what_failed));
    message.mutable_delete_key()->set_force(force);
    ask(message, what_failed);
}

}  // namespace signet::client
